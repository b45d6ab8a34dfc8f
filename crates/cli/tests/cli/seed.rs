//! `seed`: the rows that a folder declares are in the database, once, and what is not as it should be is said.

use expect_test::expect;

use crate::scene::Scene;

const USERS: &str = "id,name,note\n1,Ada,\n2,Grace,\"\"\n3,Lin,\"says \"\"hello\"\"\"\n";

/// One table that has all that a seed may meet, and its seed.
pub(crate) fn scene() -> Scene {
    let scene = Scene::new();
    scene.diesel(
        "20250101000000_users",
        "create table users (id int primary key, name text not null, note text default 'none', \
         mood text not null default 'calm', changed int not null default 0, check (name <> ''));\n\
         create unique index users_name on users (lower(name));\n\
         create function count_change() returns trigger language plpgsql as \
         $$ begin new.changed := old.changed + 1; return new; end $$;\n\
         create trigger count_change before update on users for each row execute function count_change();\n",
        "drop table users; drop function count_change;\n",
    );
    scene.run("up").exits(0);
    scene.write("scripts/seeds/development/010_users.csv", USERS);
    declare(&scene, "[[seed]]\nfile = \"010_users.csv\"\nkey = [\"id\"]\nrequired = true\n");
    scene
}

/// Writes the declarations.
pub(crate) fn declare(scene: &Scene, seeds: &str) {
    scene.write("scripts/seeds/development/seeds.toml", seeds);
}

/// Adds a file with its declaration.
pub(crate) fn also(scene: &Scene, file: &str, rows: &str, more: &str) {
    let path = "scripts/seeds/development/seeds.toml";
    scene.write(&format!("scripts/seeds/development/{file}"), rows);
    scene.write(path, format!("{}\n[[seed]]\nfile = \"{file}\"\n{more}", scene.read(path)));
}

#[test]
fn the_seeds_of_the_repository_are_created_once_and_present_ever_after() {
    let scene = Scene::of_the_repository();
    scene.run("up --quiet").exits(0);
    scene.run("seed --check --quiet").exits(1);
    let first = scene.run("seed --format json").document();
    let (created, changed) = (first["created"].as_u64().unwrap(), first["changed"].as_u64().unwrap());
    assert!((200..400).contains(&created), "{first:#}");
    assert_eq!((changed, first["present"].as_u64()), (0, Some(0)), "{first:#}");
    scene.run("seed --check --quiet").exits(0);
    let second = scene.run("seed --format json").document();
    assert_eq!((&second["created"], &second["changed"]), (&0.into(), &0.into()), "{second:#}");
    assert_eq!(
        scene.database.rows("select role, count(*) from users group by role order by role"),
        ["patient|12", "practitioner|6", "editor|1", "administrator|1"]
    );
    assert_eq!(
        scene.database.value("select count(*) from accounts where password_hash like '$argon2id$%'"),
        "20"
    );
    assert_eq!(
        scene.database.rows("select outcome, plan is null from crosstrack.run where command = 'seed'"),
        ["done|t", "done|t"]
    );
    let fresh = scene.run("seed --fresh --format json").document();
    assert_eq!((&fresh["created"], &fresh["emptied"][0]["rows"]), (&created.into(), &20.into()));
    let scaled = scene.run("seed --scale 10 --format json").document();
    let copies = scaled["files"].as_array().unwrap().iter().filter(|file| file["copies"] == 10);
    assert!(copies.map(|file| file["created"].as_u64().unwrap()).sum::<u64>() > 1000, "{scaled:#}");
    let again = scene.run("seed --scale 10 --format json").document();
    assert_eq!((&again["created"], &again["changed"]), (&0.into(), &0.into()), "{again:#}");
}

#[test]
fn staging_gets_the_reference_data_and_no_accounts() {
    let scene = Scene::of_the_repository();
    scene.run("up --quiet --env staging --yes").exits(0);
    scene.run("seed --env staging").exits(3);
    scene.run("seed --quiet --env staging --yes").exits(0);
    assert_eq!(scene.backups().len(), 1, "a backup comes before every change in staging");
    assert_eq!(
        scene.database.rows("select (select count(*) from herbs), (select count(*) from users)"),
        ["24|0"]
    );
    scene.run("seed --env production").shows(&expect![[r#"
        $ crosstrack seed --env production
        [stderr]
        error: `seed` is forbidden in the environment `production`
          changed: nothing
             next: the environment's rules are in crosstrack.toml, under `forbid`
        [exit 3]
    "#]]);
}

#[test]
fn rows_are_created_changed_or_present() {
    let scene = scene();
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        file           table  created  changed  present  time
        010_users.csv  users        3        0        0  [time]
        Seeded development in [time]: 3 created, 0 changed, 0 present. `crosstrack seed --check` asks whether the required rows are there.
        [stderr]
          loaded 010_users.csv ([time])
        [exit 0]
    "#]]);
    scene
        .database
        .sql("update users set note = 'x', mood = 'busy' where id = 3; insert into users values (9, 'Eve')");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        file           table  created  changed  present  time
        010_users.csv  users        0        1        2  [time]
        Seeded development in [time]: 0 created, 1 changed, 2 present. `crosstrack seed --check` asks whether the required rows are there.
        [stderr]
          loaded 010_users.csv ([time])
        [exit 0]
    "#]]);
    assert_eq!(
        scene.database.rows("select id, name, coalesce(note, 'null'), mood from users order by id"),
        ["1|Ada|null|calm", "2|Grace||calm", "3|Lin|says \"hello\"|busy", "9|Eve|none|calm"],
        "a column that is not in the file keeps what it has, and a row that is in no file stays"
    );
    assert_eq!(scene.database.value("select changed from users where id = 1"), "0", "present is untouched");
}

#[test]
fn only_what_is_named_is_loaded() {
    let scene = scene();
    also(&scene, "020_users.json", r#"[{"id": 20, "name": "Mary", "mood": "busy"}]"#, "key = [\"id\"]\n");
    scene.run("seed --quiet --only 020_users").shows(&expect![[r#"
        $ crosstrack seed --quiet --only 020_users
        file            table  created  changed  present  time
        020_users.json  users        1        0        0  [time]
        Seeded development in [time]: 1 created, 0 changed, 0 present. `crosstrack seed --check` asks whether the required rows are there.
        [exit 0]
    "#]]);
    scene.run("seed --quiet --only 010_users.csv").exits(0);
    assert_eq!(scene.database.value("select count(*) from users"), "4");
    scene.run("seed --only usrs").shows(&expect![[r#"
        $ crosstrack seed --only usrs
        [stderr]
        error: there are no seeds `usrs` in `scripts/seeds/development`
          changed: nothing
             next: did you mean `users`?
        [exit 2]
    "#]]);
}

#[test]
fn required_rows_that_are_missing_are_named() {
    let scene = scene();
    scene.run("seed --check").shows(&expect![[r#"
        $ crosstrack seed --check
        0 of 3 rows of 010_users.csv in users
          missing: (1) (scripts/seeds/development/010_users.csv:2)
          missing: (2) (scripts/seeds/development/010_users.csv:3)
          missing: (3) (scripts/seeds/development/010_users.csv:4)
        3 required rows are missing. `crosstrack seed` loads them.
        [exit 1]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from users"), "0");
    scene.run("seed").exits(0);
    scene.database.sql("delete from users where id = 2; update users set note = 'mine'");
    scene.run("seed --check").shows(&expect![[r#"
        $ crosstrack seed --check
        2 of 3 rows of 010_users.csv in users
          missing: (2) (scripts/seeds/development/010_users.csv:3)
        1 required row is missing. `crosstrack seed` loads them.
        [exit 1]
    "#]]);
    scene.database.sql("insert into users values (2, 'Grace')");
    scene.run("seed --check").shows(&expect![[r#"
        $ crosstrack seed --check
        3 of 3 rows of 010_users.csv in users
        All required rows are there.
        [exit 0]
    "#]]);
}

#[test]
fn a_key_may_be_an_expression() {
    let scene = scene();
    also(&scene, "020_users.csv", "id,name\n7,ada\n", "key = [\"lower(name)\"]\nrequired = true\n");
    scene.run("seed --check --only 020_users").exits(1);
    scene.run("seed --only 010_users").exits(0);
    scene.run("seed --check --only 020_users").exits(0);
    declare(
        &scene,
        "[[seed]]\nfile = \"010_users.csv\"\nkey = [\"note\"]\n\n[[seed]]\nfile = \"020_users.csv\"\nkey = [\"id\"]\n",
    );
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
        error: the table `users` has no unique index on (note)
          changed: no file is loaded; of the file that failed nothing is left
             next: `key` in `seeds.toml` names the columns, or the expressions, of a unique index of the table that is neither partial nor deferrable
        [exit 4]
    "#]]);
}

#[test]
fn fresh_says_what_is_lost_and_spares_what_nobody_named() {
    let scene = scene();
    scene.run("seed").exits(0);
    scene.database.sql(
        "insert into users values (9, 'Eve'); create table empty_notes (user_id int references users); \
         create table notes (user_id int references users); insert into notes values (1)",
    );
    scene.run("seed --fresh").shows(&expect![[r#"
        $ crosstrack seed --fresh
        [stderr]
        error: tables that are not seeded refer to those that `--fresh` empties, and have rows
          because: they are `notes` (1 row)
          changed: nothing
             next: empty them yourself when their rows may go, then run this again
        [exit 3]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from users"), "4");
    scene.database.sql("delete from notes");
    scene.run("seed --fresh").shows(&expect![[r#"
        $ crosstrack seed --fresh
        file           table  created  changed  present  time
        010_users.csv  users        3        0        0  [time]
        Seeded development in [time]: 3 created, 0 changed, 0 present. `crosstrack seed --check` asks whether the required rows are there.
        [stderr]
        note: the rows of these tables will be lost: users 4
          emptied 1 table
          loaded 010_users.csv ([time])
        [exit 0]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from users"), "3");
    scene.declare("[environment.live]\nlike = \"production\"\n");
    for flag in ["--fresh", "--scale 2"] {
        scene.run(&format!("seed {flag} --env live")).exits(3);
    }
}

#[test]
fn a_file_of_statements_is_counted_and_has_places_too() {
    let scene = scene();
    let insert = "-- more\ninsert into users values (30, 'Joan') on conflict do nothing;\n\
                  update users set mood = 'busy' where id = 30 and mood = 'calm';\n";
    also(&scene, "030_users.sql", insert, "required = true\n");
    scene.run("seed --quiet --only 030_users").shows(&expect![[r#"
        $ crosstrack seed --quiet --only 030_users
        file           table  created  changed  present  time
        030_users.sql  users        1        1        -  [time]
        Seeded development in [time]: 1 created, 1 changed, 0 present. `crosstrack seed --check` asks whether the required rows are there.
        [exit 0]
    "#]]);
    let again = scene.run("seed --quiet --only 030_users").exits(0).stdout;
    assert!(again.contains(" 0 created, 0 changed"), "{again}");
    scene.write("scripts/seeds/development/030_users.sql", "select 1;\nselect nothing;\n");
    scene.run("seed --quiet --only 030_users").shows(&expect![[r#"
        $ crosstrack seed --quiet --only 030_users
        [stderr]
        error: the server does not take the statement
          --> scripts/seeds/development/030_users.sql:2:8
           |
         2 | select nothing;
           |        ^
          because: column "nothing" does not exist (SQLSTATE 42703)
          changed: no file is loaded; of the file that failed nothing is left
        [exit 4]
    "#]]);
    scene.write("scripts/seeds/development/030_users.sql", "select 1;\ncommit;\n");
    scene.run("seed --quiet --only 030_users").shows(&expect![[r#"
        $ crosstrack seed --quiet --only 030_users
        [stderr]
        error: the script opens or ends a transaction, and is in one already
          --> scripts/seeds/development/030_users.sql:2:1
           |
         2 | commit;
           | ^^^^^^^
          changed: nothing
        [exit 2]
    "#]]);
}

#[test]
fn copies_are_the_same_every_time() {
    let scene = scene();
    scene.database.sql("create table codes (id uuid primary key, address text, owner int references users)");
    also(
        &scene,
        "020_codes.csv",
        "id,address,owner\n00000000-0000-4000-8000-000000000001,ada@example.org,1\n",
        "key = [\"id\"]\nscale = [\"id\", \"address\"]\n",
    );
    scene.run("seed --quiet --scale 2").shows(&expect![[r#"
        $ crosstrack seed --quiet --scale 2
        file                     table  created  changed  present  time
        010_users.csv            users        3        0        0  [time]
        020_codes.csv            codes        1        0        0  [time]
        020_codes.csv, 2 copies  codes        2        0        0  [time]
        Seeded development in [time]: 6 created, 0 changed, 0 present. `crosstrack seed --check` asks whether the required rows are there.
        [exit 0]
    "#]]);
    assert_eq!(
        scene.database.rows("select * from codes order by id offset 1"),
        [
            "00000001-0000-4000-8000-000000000001|ada+1@example.org|1",
            "00000002-0000-4000-8000-000000000001|ada+2@example.org|1"
        ]
    );
    let again = scene.run("seed --scale 2 --format json").document();
    assert_eq!((&again["created"], &again["changed"]), (&0.into(), &0.into()));
    let seeds = "scripts/seeds/development/seeds.toml";
    scene.write(seeds, scene.read(seeds).replace("[\"id\", \"address\"]", "[\"owner\"]"));
    scene.run("seed --quiet --scale 2").shows(&expect![[r#"
        $ crosstrack seed --quiet --scale 2
        [stderr]
        error: the column `owner` of `codes` cannot be numbered in copies: it is of the type `integer`
          changed: loaded: 010_users.csv, 020_codes.csv; of the file that failed nothing is left
             next: `scale` in `seeds.toml` names texts and UUIDs
        [exit 4]
    "#]]);
}
