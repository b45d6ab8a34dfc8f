//! Help, versions, completions, and calls that cannot be understood.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn help_shows_the_commands_the_flags_and_the_exit_codes() {
    let scene = Scene::new();
    scene.run("help").shows(&expect![[r#"
        $ crosstrack help
        Runs the migrations of several ORMs against one PostgreSQL database as one deployment

        Usage: crosstrack [OPTIONS] <COMMAND>

        Commands:
          up               Apply what is pending, in the order of the phases, and verify [aliases: deploy,
                           migrate]
          down             Revert the last applied migration, under the tracks' policies [alias: rollback]
          redo             Revert what was applied last, and apply it again
          refresh          Revert everything, and apply everything again
          fresh            Drop everything that the migrations made, and apply everything again
          reset            Revert everything
          status           Show the server, and what is applied and pending in every track
          plan             Show the steps that `up` would run, in order, with their SQL
          verify           Hold the database against what the tracks declare
          drift            Hold the database against a replay of the applied migrations
          prove            Test that every down migration restores the schema
          create           Write an empty migration in a track's own format
          generate         Write the migration that leads a track to the schema that is desired
          schema           Print a schema as SQL; show how two schemas differ
          backup           Take a backup; list, check and prune them
          restore          Restore a backup into a new database that takes the place of this one
          create-database  Make the database that is named
          drop-database    Drop the database that is named, with everything in it
          resolve          Tell a ledger what you know: that a migration is applied, or that it is not
          baseline         Adopt a database that was built by hand or by the ORM alone
          environment      Show the environment and what it demands; mark the database with another
          seed             Load the rows that the environment's seeds declare
          history          Show the journal as an audit log: who ran what, when, from where, and how it
                           ended
          doctor           Examine the server, the database, the settings and this machine, and say what
                           mends them
          server           The development server: start, stop, look into it
          shadow           Write what exists before the first migration into a file for shadow databases
          completions      Print the completions of a shell
          help             Print this message or the help of the given subcommand(s)

        Options:
          -D, --database-url <URL>
                  The database, as a libpq connection URI [default: `DATABASE_URL`, libpq's variables, else
                  the development server]

              --shadow-url <URL>
                  A database of the server on which migrations are tried [default: `CROSSTRACK_SHADOW_URL`,
                  `[shadow]` in crosstrack.toml, else a private server that is started on demand]

              --config <FILE>
                  The settings file [default: crosstrack.toml here or above]

              --env <NAME>
                  The environment [default: `CROSSTRACK_ENV`, then `APP_ENV`, then development]

              --format <FORMAT>
                  How the answer is written

                  Possible values:
                  - human:  Text for people
                  - json:   One JSON document on stdout
                  - github: Text for people, and annotations for GitHub Actions

                  [default: human]

          -q, --quiet
                  Only the answer, without the story

          -v, --verbose...
                  More of the story: the SQL of each step before it runs

              --color <WHEN>
                  When to use colour

                  [default: auto]
                  [possible values: auto, always, never]

              --wait-for-lock <TIME>
                  How long to wait for another run to finish: 5min, 30s, 0 to fail at once

              --no-dotenv
                  Do not read `.env`

              --env-file <FILE>
                  Read this file instead of `.env`

              --pg-bin <FOLDER>
                  The folder of the PostgreSQL programs for the development server

          -h, --help
                  Print help (see a summary with '-h')

          -V, --version
                  Print version

        Exit codes: 0 done or yes, 1 no (pending, a failed check, drift), 2 usage or settings, 3 refused and
        nothing touched, 4 failed while acting, 5 database not reached, 6 another run holds the lock, 130
        and 143 stopped, 70 a bug.
        [exit 0]
    "#]]);
    assert_eq!(scene.run("--help").exits(0).stdout, scene.run("help").stdout);
    let short = scene.run("-h").exits(0).stdout;
    assert!(short.lines().count() < scene.run("help").stdout.lines().count());
}

#[test]
fn every_command_has_help_of_its_own() {
    let scene = Scene::new();
    for command in crosstrack_cli::command_names() {
        let ran = scene.run(&format!("{command} --help")).exits(0);
        assert!(ran.stdout.contains(&format!("Usage: crosstrack {command}")), "{}", ran.transcript());
        assert_eq!(ran.stdout, scene.run(&format!("help {command}")).stdout);
    }
    scene.run("down --help").shows(&expect![[r#"
        $ crosstrack down --help
        Revert the last applied migration, under the tracks' policies [alias: rollback]

        Usage: crosstrack down [OPTIONS]

        Options:
          -D, --database-url <URL>
                  The database, as a libpq connection URI [default: `DATABASE_URL`, libpq's variables, else
                  the development server]

          -n, --steps <N>
                  How many migrations [default: 1]

              --batch
                  All that the last `up` applied

              --shadow-url <URL>
                  A database of the server on which migrations are tried [default: `CROSSTRACK_SHADOW_URL`,
                  `[shadow]` in crosstrack.toml, else a private server that is started on demand]

              --config <FILE>
                  The settings file [default: crosstrack.toml here or above]

              --to <TRACK/VERSION>
                  All that was applied after this migration, which stays

              --env <NAME>
                  The environment [default: `CROSSTRACK_ENV`, then `APP_ENV`, then development]

              --track <TRACK>
                  Only this track

              --dry-run
                  Show the steps and touch nothing

              --format <FORMAT>
                  How the answer is written

                  Possible values:
                  - human:  Text for people
                  - json:   One JSON document on stdout
                  - github: Text for people, and annotations for GitHub Actions

                  [default: human]

              --from-journal
                  Where a migration's file is gone, run the backward script that the journal kept when it
                  was applied

          -q, --quiet
                  Only the answer, without the story

          -v, --verbose...
                  More of the story: the SQL of each step before it runs

          -y, --yes
                  Answer yes where the environment asks yes or no

              --color <WHEN>
                  When to use colour

                  [default: auto]
                  [possible values: auto, always, never]

              --yes-i-mean <DATABASE>
                  Name the database that is meant, where the environment wants its name typed

              --wait-for-lock <TIME>
                  How long to wait for another run to finish: 5min, 30s, 0 to fail at once

              --no-dotenv
                  Do not read `.env`

              --env-file <FILE>
                  Read this file instead of `.env`

              --pg-bin <FOLDER>
                  The folder of the PostgreSQL programs for the development server

          -h, --help
                  Print help (see a summary with '-h')
        [exit 0]
    "#]]);
}

#[test]
fn the_version_is_the_programs() {
    let scene = Scene::new();
    assert_eq!(scene.run("--version").exits(0).stdout, format!("crosstrack {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_call_that_cannot_be_understood_says_why() {
    let scene = Scene::new();
    scene.run("statsu").shows(&expect![[r#"
        $ crosstrack statsu
        [stderr]
        error: unrecognized subcommand 'statsu'

          tip: a similar subcommand exists: 'status'

        Usage: crosstrack [OPTIONS] <COMMAND>

        For more information, try '--help'.
        [exit 2]
    "#]]);
    scene.run("").shows(&expect![[r#"
        $ crosstrack
        [stderr]
        Runs the migrations of several ORMs against one PostgreSQL database as one deployment

        Usage: crosstrack [OPTIONS] <COMMAND>

        Commands:
          up               Apply what is pending, in the order of the phases, and verify [aliases: deploy,
                           migrate]
          down             Revert the last applied migration, under the tracks' policies [alias: rollback]
          redo             Revert what was applied last, and apply it again
          refresh          Revert everything, and apply everything again
          fresh            Drop everything that the migrations made, and apply everything again
          reset            Revert everything
          status           Show the server, and what is applied and pending in every track
          plan             Show the steps that `up` would run, in order, with their SQL
          verify           Hold the database against what the tracks declare
          drift            Hold the database against a replay of the applied migrations
          prove            Test that every down migration restores the schema
          create           Write an empty migration in a track's own format
          generate         Write the migration that leads a track to the schema that is desired
          schema           Print a schema as SQL; show how two schemas differ
          backup           Take a backup; list, check and prune them
          restore          Restore a backup into a new database that takes the place of this one
          create-database  Make the database that is named
          drop-database    Drop the database that is named, with everything in it
          resolve          Tell a ledger what you know: that a migration is applied, or that it is not
          baseline         Adopt a database that was built by hand or by the ORM alone
          environment      Show the environment and what it demands; mark the database with another
          seed             Load the rows that the environment's seeds declare
          history          Show the journal as an audit log: who ran what, when, from where, and how it
                           ended
          doctor           Examine the server, the database, the settings and this machine, and say what
                           mends them
          server           The development server: start, stop, look into it
          shadow           Write what exists before the first migration into a file for shadow databases
          completions      Print the completions of a shell
          help             Print this message or the help of the given subcommand(s)

        Options:
          -D, --database-url <URL>    The database, as a libpq connection URI [default: `DATABASE_URL`,
                                      libpq's variables, else the development server]
              --shadow-url <URL>      A database of the server on which migrations are tried [default:
                                      `CROSSTRACK_SHADOW_URL`, `[shadow]` in crosstrack.toml, else a private
                                      server that is started on demand]
              --config <FILE>         The settings file [default: crosstrack.toml here or above]
              --env <NAME>            The environment [default: `CROSSTRACK_ENV`, then `APP_ENV`, then
                                      development]
              --format <FORMAT>       How the answer is written [default: human] [possible values: human,
                                      json, github]
          -q, --quiet                 Only the answer, without the story
          -v, --verbose...            More of the story: the SQL of each step before it runs
              --color <WHEN>          When to use colour [default: auto] [possible values: auto, always,
                                      never]
              --wait-for-lock <TIME>  How long to wait for another run to finish: 5min, 30s, 0 to fail at
                                      once
              --no-dotenv             Do not read `.env`
              --env-file <FILE>       Read this file instead of `.env`
              --pg-bin <FOLDER>       The folder of the PostgreSQL programs for the development server
          -h, --help                  Print help (see more with '--help')
          -V, --version               Print version

        Exit codes: 0 done or yes, 1 no (pending, a failed check, drift), 2 usage or settings, 3 refused and
        nothing touched, 4 failed while acting, 5 database not reached, 6 another run holds the lock, 130
        and 143 stopped, 70 a bug.
        [exit 2]
    "#]]);
    scene.run("create").shows(&expect![[r#"
        $ crosstrack create
        [stderr]
        error: the following required arguments were not provided:
          <NAME>

        Usage: crosstrack create <NAME>

        For more information, try '--help'.
        [exit 2]
    "#]]);
    scene.run("up --step 1").shows(&expect![[r#"
        $ crosstrack up --step 1
        [stderr]
        error: unexpected argument '--step' found

          tip: a similar argument exists: '--steps'

        Usage: crosstrack up --steps <N>

        For more information, try '--help'.
        [exit 2]
    "#]]);
    scene.run("up --steps many").shows(&expect![[r#"
        $ crosstrack up --steps many
        [stderr]
        error: invalid value 'many' for '--steps <N>': invalid digit found in string

        For more information, try '--help'.
        [exit 2]
    "#]]);
    scene.run("down --batch --steps 2").shows(&expect![[r#"
        $ crosstrack down --batch --steps 2
        [stderr]
        error: the argument '--batch' cannot be used with '--steps <N>'

        Usage: crosstrack down --batch

        For more information, try '--help'.
        [exit 2]
    "#]]);
    scene.run("status --format yaml").shows(&expect![[r#"
        $ crosstrack status --format yaml
        [stderr]
        error: invalid value 'yaml' for '--format <FORMAT>'
          [possible values: human, json, github]

        For more information, try '--help'.
        [exit 2]
    "#]]);
    scene.run("up --wait-for-lock soon").shows(&expect![[r#"
        $ crosstrack up --wait-for-lock soon
        [stderr]
        error: invalid value 'soon' for '--wait-for-lock <TIME>': `soon` is not a duration: a whole number and `ms`, `s`, `min` or `h`, as in `5s`

        For more information, try '--help'.
        [exit 2]
    "#]]);
}

#[test]
fn completions_know_every_command() {
    let scene = Scene::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = scene.run(&format!("completions {shell}")).exits(0).stdout;
        for command in crosstrack_cli::command_names() {
            assert!(script.contains(&command), "the completions of {shell} lack `{command}`");
        }
    }
    let document = scene.run("completions bash --format json").exits(0).document();
    assert!(document["script"].as_str().unwrap().contains("complete -F _crosstrack"));
    scene.run("completions tcsh").exits(2);
}
