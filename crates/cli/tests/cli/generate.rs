//! `generate`: a migration from what a track's schema is to be, for both formats.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn a_migration_of_diesel_is_generated_proven_and_applied() {
    let scene = Scene::with_migrations();
    let dump = scene.run("schema dump auth").stdout;
    scene.write(
        "auth/schema.sql",
        format!("{dump}create table tokens (token uuid primary key, user_id int);\n"),
    );
    scene.run("generate new_tokens --track auth").shows(&expect![[r#"
        $ crosstrack generate new_tokens --track auth
        Detected:
          + table public.tokens
        Written, and tried there and back on a shadow database:
          auth/[now]_new_tokens/up.sql
          auth/[now]_new_tokens/down.sql
        Next: read them, look at the plan with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack prove --track auth --last 1`.
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
    assert!(scene.database.has("tokens"));
    scene.run("generate again --track auth").shows(&expect![[r#"
        $ crosstrack generate again --track auth
        Nothing to generate: the migrations of auth make what is desired.
        [exit 3]
    "#]]);
    scene.run("generate again --track auth --skip-empty").exits(0);
    scene.run("prove --track auth --last 1").exits(0);
}

#[test]
fn a_migration_of_sqlx_stands_on_the_phases_before_it() {
    let scene = Scene::with_migrations();
    let dump = scene.run("schema dump cms").stdout;
    scene.write("cms/schema.sql", format!("{dump}create table authors (user_id int references users);\n"));
    scene.run("generate new_authors --track cms --check").shows(&expect![[r#"
        $ crosstrack generate new_authors --track cms --check
        Detected:
          + table public.authors
        The migrations of cms do not make what [project]/cms/schema.sql says.
        [exit 1]
    "#]]);
    scene.run("generate new_authors --track cms").shows(&expect![[r#"
        $ crosstrack generate new_authors --track cms
        Detected:
          + table public.authors
        Written, and tried there and back on a shadow database:
          cms/[now]_new_authors.up.sql
          cms/[now]_new_authors.down.sql
        Next: read them, look at the plan with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack prove --track cms --last 1`.
        [exit 0]
    "#]]);
    scene.run("generate --track cms --check").exits(0);
    scene.run("up").exits(0);
    scene.run("down").exits(0);
    assert!(!scene.database.has("authors"));
}

#[test]
fn a_value_that_is_added_and_used_at_once_takes_two_migrations() {
    let scene = Scene::new();
    scene.sqlx(
        "1_mood",
        "create type mood as enum ('sad');\ncreate table days (mood mood);\n",
        "drop table days;\ndrop type mood;\n",
    );
    scene.write(
        "cms/schema.sql",
        "create type mood as enum ('sad', 'glad');\ncreate table days (mood mood default 'glad');\n",
    );
    scene.run("generate gladness --track cms").shows(&expect![[r#"
        $ crosstrack generate gladness --track cms
        Detected:
          ~ enum type public.mood: values 'sad' -> 'sad', 'glad'
          + default value for public.days.mood
        Written, and tried there and back on a shadow database:
          cms/2_gladness.up.sql
          cms/2_gladness.down.sql
          cms/3_gladness_2.up.sql
          cms/3_gladness_2.down.sql
        Next: read them, look at the plan with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack prove --track cms --last 2`.
        [exit 0]
    "#]]);
    scene.run("prove --track cms").exits(0);
    scene.run("up").exits(0);
    scene.database.sql("insert into days default values");
}

#[test]
fn a_value_that_only_the_way_back_adds_takes_two_migrations_too() {
    let scene = Scene::new();
    scene.sqlx(
        "1_mood",
        "create type mood as enum ('sad', 'glad');\ncreate table days (mood mood default 'glad');\n",
        "drop table days;\ndrop type mood;\n",
    );
    scene.write(
        "cms/schema.sql",
        "create type mood as enum ('sad');\ncreate table days (mood mood default 'sad');\n",
    );
    scene.run("generate no_gladness --track cms").exits(0);
    let read = |name: &str| scene.read(&format!("cms/{name}.down.sql"));
    expect![[r#"
        ALTER TYPE public.mood ADD VALUE 'glad';
        ALTER TABLE public.days ALTER COLUMN mood SET DEFAULT 'glad'::public.mood;
    "#]]
    .assert_eq(&(read("3_no_gladness_2") + &read("2_no_gladness")));
    scene.run("generate --track cms --check").exits(0);
    scene.run("prove --track cms").exits(0);
    scene.run("up").exits(0);
    scene.run("down --to cms/1 --yes").exits(0);
    scene.database.sql("insert into days default values");
    assert_eq!(scene.database.value("select mood from days"), "glad");
}

#[test]
fn a_rename_is_said_and_the_rest_is_only_noted() {
    let scene = Scene::new();
    scene.sqlx("1_people", "create table people (id int, mail text);\n", "drop table people;\n");
    scene.write("cms/schema.sql", "create table people (id int, email text);\n");
    scene.run("generate rename_mail --track cms --rename people.mail=email").shows(&expect![[r#"
        $ crosstrack generate rename_mail --track cms --rename people.mail=email
        Detected:
          + column public.people.email
          - column public.people.mail
        Written, and tried there and back on a shadow database:
          cms/2_rename_mail.up.sql
          cms/2_rename_mail.down.sql
        Next: read them, look at the plan with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack prove --track cms --last 1`.
        [exit 0]
    "#]]);
    let files = scene.names_in("cms");
    let up = files.iter().find(|name| name.ends_with("_rename_mail.up.sql")).expect("it was written");
    assert!(scene.read(&format!("cms/{up}")).contains("RENAME COLUMN mail TO email"));
}

#[test]
fn what_cannot_be_proven_is_not_written() {
    let scene = Scene::new();
    scene.sqlx("1_people", "create table people (id int);\n", "drop table people;\n");
    scene.write(
        "cms/schema.sql",
        "create table people (id int);\ncreate operator family words using btree;\n",
    );
    scene.run("generate words --track cms").exits(3);
    assert_eq!(scene.names_in("cms").len(), 3, "nothing was written");
}

#[test]
fn a_track_without_a_desired_schema_says_how_to_begin() {
    let scene = Scene::with_migrations();
    scene.run("generate tokens --track auth").shows(&expect![[r#"
        $ crosstrack generate tokens --track auth
        [stderr]
        error: the track `auth` does not say what its schema is to be: there is no `[project]/auth/schema.sql`
          changed: nothing
             next: begin with what its migrations make: `crosstrack schema dump auth > [project]/auth/schema.sql`
             next: or name another file or a folder of SQL: `desired = "..."` under the track in crosstrack.toml
        [exit 2]
    "#]]);
    scene.run("generate tokens --track nowhere").exits(2);
}

#[test]
fn a_rename_is_asked_about_on_a_terminal() {
    let scene = Scene::new();
    scene.sqlx("1_people", "create table people (id int, mail text);\n", "drop table people;\n");
    scene.write("cms/schema.sql", "create table people (id int, email text);\n");
    let ran = scene.run_on_terminal("generate new_name --track cms", "yes\n").exits(0);
    assert!(ran.stderr.contains("is public.people.mail renamed to email?"), "{}", ran.transcript());
    let files = scene.names_in("cms");
    let up = files.iter().find(|name| name.ends_with("_new_name.up.sql")).expect("it was written");
    assert!(scene.read(&format!("cms/{up}")).contains("RENAME COLUMN mail TO email"));
}

/// What people change in a `schema.sql`, and what stands there afterwards.
fn edited(made: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(made.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "the dump does not have `{old}`");
        text.replacen(old, new, 1)
    })
}

#[test]
fn both_tracks_of_the_repository_are_led_to_what_is_desired() {
    let scene = Scene::of_the_repository();
    scene.run("up").exits(0);
    let made = scene.run("schema dump auth").exits(0).stdout;
    let sessions = "CREATE TABLE public.sessions (\n";
    let auth = edited(&made, &[(sessions, &format!("{sessions}    device_id uuid,\n"))]);
    let devices = "CREATE TABLE public.devices (\n    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),\n    \
                   user_id uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,\n    name text NOT NULL\n);\n\
                   ALTER TABLE public.sessions ADD FOREIGN KEY (device_id) REFERENCES public.devices (id);\n";
    scene.write("auth-migrations/schema.sql", auth + devices);
    scene.run("generate new_devices --track auth").shows(&expect![[r#"
        $ crosstrack generate new_devices --track auth
        Detected:
          + table public.devices
          + column public.sessions.device_id
          + constraint sessions_device_id_fkey on public.sessions
        Written, and tried there and back on a shadow database:
          auth-migrations/[now]_new_devices/up.sql
          auth-migrations/[now]_new_devices/down.sql
        Next: read them, look at the plan with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack prove --track auth --last 1`.
        [exit 0]
    "#]]);
    let made = scene.run("schema dump cms").exits(0).stdout;
    let season = "CREATE TYPE public.season AS ENUM ('spring', 'summer', 'autumn', 'winter');\n\n\
                  CREATE TABLE public.herbs (\n    season public.season NOT NULL DEFAULT 'spring',\n";
    scene.write("cms-migrations/schema.sql", edited(&made, &[("CREATE TABLE public.herbs (\n", season)]));
    scene.run("generate new_seasons --track cms").shows(&expect![[r#"
        $ crosstrack generate new_seasons --track cms
        Detected:
          + enum type public.season
          + column public.herbs.season
        Written, and tried there and back on a shadow database:
          cms-migrations/[now]_new_seasons.up.sql
          cms-migrations/[now]_new_seasons.down.sql
        Next: read them, look at the plan with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack prove --track cms --last 1`.
        [exit 0]
    "#]]);
    let names = scene.names_in("cms-migrations");
    let script = |ending| {
        let name = names.iter().find(|name| name.ends_with(ending)).expect("it was written");
        scene.read(&format!("cms-migrations/{name}"))
    };
    expect![[r#"
        CREATE TYPE public.season AS ENUM ('spring', 'summer', 'autumn', 'winter');
        ALTER TABLE public.herbs ADD COLUMN season public.season DEFAULT 'spring'::public.season NOT NULL;
        -- hazard: programs that know the old form break
        -- loses data: drops column public.herbs.season
        ALTER TABLE public.herbs DROP COLUMN season;
        DROP TYPE public.season;
    "#]]
    .assert_eq(&(script("_new_seasons.up.sql") + &script("_new_seasons.down.sql")));
    scene.run("up").exits(0);
    scene.run("generate --track auth --check").exits(0);
    scene.run("generate --track cms --check").exits(0);
    scene.run("drift").exits(0);
    scene.run("prove --track auth --last 1").exits(0);
    scene.run("prove --track cms --last 1").exits(0);
}
