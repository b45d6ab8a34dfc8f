//! `seed` when something is wrong: it is named at its place, and what may not be is refused.

use expect_test::expect;

use crate::seed::{also, declare, scene};

#[test]
fn a_mistake_is_named_at_its_place_and_the_files_before_it_stay() {
    let scene = scene();
    also(&scene, "020_users.csv", "id,name\n20,Mary\nx1,Rosa\n", "key = [\"id\"]\n");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
          loaded 010_users.csv ([time])
        error: the server does not take the value of the column `id`
          --> scripts/seeds/development/020_users.csv:3:1
           |
         3 | x1,Rosa
           | ^^
          because: invalid input syntax for type integer: "x1" (SQLSTATE 22P02)
          changed: loaded: 010_users.csv; of the file that failed nothing is left
        [exit 4]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from users"), "3");
    scene.write("scripts/seeds/development/020_users.csv", "id,nam\n20,Mary\n");
    scene.run("seed --quiet").shows(&expect![[r#"
        $ crosstrack seed --quiet
        [stderr]
        error: the table `users` has no column `nam`
          --> scripts/seeds/development/020_users.csv:1:4
           |
         1 | id,nam
           |    ^^^
          changed: loaded: 010_users.csv; of the file that failed nothing is left
             next: did you mean `name`?
        [exit 4]
    "#]]);
    scene.write("scripts/seeds/development/020_users.csv", "id,name\n20,Mary\n20,Rosa\n");
    scene.run("seed --quiet").shows(&expect![[r#"
        $ crosstrack seed --quiet
        [stderr]
        error: line 2 has the same key: (20)
          --> scripts/seeds/development/020_users.csv:3:1
           |
         3 | 20,Rosa
           | ^^^^^^^
          changed: loaded: 010_users.csv; of the file that failed nothing is left
        [exit 4]
    "#]]);
    scene.write("scripts/seeds/development/020_users.csv", "id,name\n20,\"\"\n");
    scene.run("seed --quiet").shows(&expect![[r#"
        $ crosstrack seed --quiet
        [stderr]
        error: the server does not take the row
          --> scripts/seeds/development/020_users.csv:2:1
           |
         2 | 20,""
           | ^^^^^
          because: new row for relation "users" violates check constraint "users_name_check" (SQLSTATE 23514)
          because: detail: Failing row contains (20, , none, calm, 0).
          changed: loaded: 010_users.csv; of the file that failed nothing is left
        [exit 4]
    "#]]);
    scene.write("scripts/seeds/development/020_users.csv", "id,name\n20,Mary,now\n");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
        error: the row has 3 values, and the header has 2 columns
          --> scripts/seeds/development/020_users.csv:2:1
           |
         2 | 20,Mary,now
           | ^^^^^^^^^^^
          changed: nothing
        [exit 2]
    "#]]);
}

#[test]
fn a_test_password_is_hashed_kept_and_for_development_only() {
    let scene = scene();
    also(
        &scene,
        "020_users.csv",
        "id,name,note\n20,Mary,correct-horse\n",
        "key = [\"id\"]\npasswords = [\"note\"]\nscale = [\"name\"]\n",
    );
    for format in ["human", "json", "github"] {
        let ran = scene.run(&format!("seed --verbose --format {format}")).exits(0);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("correct-horse"), "{}", ran.transcript());
    }
    let hash = scene.database.value("select note from users where id = 20");
    assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
    let again = scene.run("seed --only 020_users --format json").document();
    assert_eq!((&again["changed"], &again["present"]), (&0.into(), &1.into()));
    assert_eq!(scene.database.value("select note from users where id = 20"), hash);
    for file in ["seeds.toml", "010_users.csv", "020_users.csv"] {
        scene.write(
            &format!("scripts/seeds/staging/{file}"),
            scene.read(&format!("scripts/seeds/development/{file}")),
        );
    }
    scene.run("seed --env staging").shows(&expect![[r#"
        $ crosstrack seed --env staging
        [stderr]
        error: `scripts/seeds/staging/020_users.csv` has test passwords, and test accounts are only made in development
          changed: nothing
             next: take `passwords` and the file out of this environment's seeds; `--only` leaves it out once
        [exit 3]
    "#]]);
    let mark = |name: &str| {
        let named = scene.database.name();
        scene.run(&format!("environment mark {name} --yes-i-mean {named}")).exits(0);
    };
    mark("staging");
    scene.run("seed --only 010_users --yes").exits(0);
    mark("development");
    scene.write("scripts/seeds/development/020_users.csv", "id,name,note\nx,Mary,correct-horse\n");
    scene.run("seed --quiet").shows(&expect![[r#"
        $ crosstrack seed --quiet
        [stderr]
        error: the server does not take the value of the column `id`
          --> scripts/seeds/development/020_users.csv:2:1
           |
         2 | (not shown: the file has passwords)
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          because: invalid input syntax for type integer: "x" (SQLSTATE 22P02)
          changed: loaded: 010_users.csv; of the file that failed nothing is left
        [exit 4]
    "#]]);
}

#[test]
fn nothing_is_loaded_while_migrations_are_pending_or_the_history_is_broken() {
    let scene = scene();
    scene.diesel("20250102000000_more", "select 1;\n", "select 1;\n");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
        error: migrations are pending, and seeds are for the tables behind them
          changed: nothing
             next: run `crosstrack up` first
        [exit 3]
    "#]]);
    scene.run("up").exits(0);
    scene.remove("auth/20250102000000_more");
    scene.run("seed --check").shows(&expect![[r#"
        $ crosstrack seed --check
        [stderr]
        error: the history is broken, so that nobody knows what the tables are
          changed: nothing
             next: `crosstrack status` shows the way on
        [exit 3]
    "#]]);
}

#[test]
fn declarations_are_held_against_the_folder() {
    let scene = scene();
    scene.run("seed --env staging").shows(&expect![[r#"
        $ crosstrack seed --env staging
        [stderr]
        error: the environment `staging` has no seeds: there is no `scripts/seeds/staging/seeds.toml`
          changed: nothing
             next: it has a `[[seed]]` with `file` and `key` for each file of rows beside it
        [exit 2]
    "#]]);
    scene.write("scripts/seeds/development/020_herbs.csv", "id\n1\n");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
        error: `scripts/seeds/development/020_herbs.csv` is not declared
          changed: nothing
             next: give it a `[[seed]]` in scripts/seeds/development/seeds.toml, or take it away
        [exit 2]
    "#]]);
    declare(&scene, "[[seed]]\nfile = \"010_users.csv\"\nkeys = [\"id\"]\n");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
        error: unknown key `keys` in `[[seed]]`
          --> scripts/seeds/development/seeds.toml:3:1
           |
         3 | keys = ["id"]
           | ^^^^
             next: did you mean `key`?
        [exit 2]
    "#]]);
    declare(&scene, "[[seed]]\nfile = \"010_user.csv\"\nkey = [\"id\"]\n");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
        error: the file `scripts/seeds/development/010_user.csv` does not exist
          --> scripts/seeds/development/seeds.toml:2:8
           |
         2 | file = "010_user.csv"
           |        ^^^^^^^^^^^^^^
        [exit 2]
    "#]]);
    declare(&scene, "[[seed]]\nfile = \"users.csv\"\nkey = [\"id\"]\n");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
        error: `users.csv` is not a name
          --> scripts/seeds/development/seeds.toml:2:8
           |
         2 | file = "users.csv"
           |        ^^^^^^^^^^^
             next: `<number>_<table>.csv`, `.json` or `.sql`: `010_users.csv`
        [exit 2]
    "#]]);
    declare(&scene, "[[seed]]\nfile = \"010_users.csv\"\nkey = [\"ident\"]\n");
    scene.remove("scripts/seeds/development/020_herbs.csv");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
        error: the file has no column `ident`, which `key` in `seeds.toml` names
          --> scripts/seeds/development/010_users.csv:1:1
           |
         1 | id,name,note
           | ^^^^^^^^^^^^
          changed: nothing
             next: did you mean `id`?
        [exit 2]
    "#]]);
    declare(&scene, "[[seed]]\nfile = \"010_users.csv\"\ntable = \"user\"\nkey = [\"id\"]\n");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
        error: `scripts/seeds/development/010_users.csv` is for the table `user`, which does not exist
          changed: no file is loaded; of the file that failed nothing is left
             next: name the table in `seeds.toml`: `table = "schema.name"`
        [exit 4]
    "#]]);
}
