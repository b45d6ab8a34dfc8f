//! `schema save`: a schema in a file, which is a schema like any other.

use expect_test::expect;

use crate::scene::Scene;

const OLD: &str = "create table users (id int primary key, mail text, age int);\n\
                   create view grown as select id from users where age > 17;\n";

#[test]
fn a_schema_is_saved_and_compared_later() {
    let scene = Scene::new();
    scene.write("old.sql", OLD);
    scene.database.sql(OLD);
    scene.run("schema save before.json").shows(&expect![[r#"
        $ crosstrack schema save before.json
        before.json holds the 12 facts of database.
        [exit 0]
    "#]]);
    scene.run("schema diff before.json database").exits(0);
    assert_eq!(
        scene.run("schema dump before.json").stdout,
        scene.run("schema dump old.sql").stdout,
        "it is a schema like any other"
    );
    let before = scene.read("before.json");
    let json: serde_json::Value =
        serde_json::from_str(&scene.run("schema save before.json --format json").stdout).unwrap();
    assert_eq!(
        (&json["source"], &json["path"], &json["facts"]),
        (&"database".into(), &"before.json".into(), &12.into())
    );
    scene.run("schema save before.json database").exits(0);
    assert_eq!(scene.read("before.json"), before, "a schema that has not changed makes the same file");
    scene.database.sql("drop view grown; alter table users drop age");
    scene.run("schema diff before.json database").shows(&expect![[r#"
        $ crosstrack schema diff before.json database
        - view public.grown
        - column public.users.age
        loses data: drops column public.users.age
        2 differences from before.json to database. The statements, tried there and back on a shadow database: `crosstrack schema diff before.json database --sql`
        [exit 1]
    "#]]);
    scene.run("schema diff database before.json --sql").shows(&expect![[r#"
        $ crosstrack schema diff database before.json --sql
        BEGIN;
        ALTER TABLE public.users ADD COLUMN age integer;
        CREATE VIEW public.grown AS
         SELECT users.id
           FROM public.users
          WHERE (users.age > 17);
        COMMIT;
        [exit 0]
    "#]]);
    scene.run("schema diff before.json database --format json").exits(1);
}

#[test]
fn a_file_that_is_no_saved_schema_is_refused() {
    let scene = Scene::new();
    scene.write("old.sql", OLD);
    scene.write("other.json", "{\"name\": \"a package\"}\n");
    scene.run("schema diff other.json old.sql").shows(&expect![[r#"
        $ crosstrack schema diff other.json old.sql
        [stderr]
        error: `other.json` is no schema that `schema save` has written
          because: missing field `format` at line 1 column 21
          changed: nothing
             next: make one that this version understands: `crosstrack schema save <file> <schema>`
        [exit 2]
    "#]]);
    scene.write("newer.json", "{\"format\": 99, \"facts\": \"written otherwise\"}\n");
    scene.run("schema diff old.sql newer.json").shows(&expect![[r#"
        $ crosstrack schema diff old.sql newer.json
        [stderr]
        error: `newer.json` is no schema that `schema save` has written
          because: missing field `needs` at line 1 column 44
          changed: nothing
             next: make one that this version understands: `crosstrack schema save <file> <schema>`
        [exit 2]
    "#]]);
    scene.write(
        "edited.json",
        "{\"format\": 2, \"facts\": [{\"kind\": \"tabel\", \"name\": \"public.users\"}], \"needs\": []}\n",
    );
    scene.run("schema dump edited.json").shows(&expect![[r#"
        $ crosstrack schema dump edited.json
        [stderr]
        error: `edited.json` is no schema that `schema save` has written
          because: invalid value: string "tabel", expected a kind of fact at line 1 column 65
          changed: nothing
             next: make one that this version understands: `crosstrack schema save <file> <schema>`
        [exit 2]
    "#]]);
    scene.run("schema save old.sql database").shows(&expect![[r#"
        $ crosstrack schema save old.sql database
        [stderr]
        error: `old.sql` does not end in `.json`, by which a saved schema is known
          changed: nothing
             next: name it `old.json`
        [exit 2]
    "#]]);
    assert_eq!(scene.read("old.sql"), OLD, "a file of SQL is not written over");
    scene.run("schema save other.json").shows(&expect![[r#"
        $ crosstrack schema save other.json
        [stderr]
        error: `[project]/other.json` is there, and is no schema that `schema save` has written
          changed: nothing
             next: name a file that is not there yet
        [exit 2]
    "#]]);
    assert!(scene.read("other.json").contains("a package"), "what is no schema is not written over");
    scene.run("schema save nowhere/before.json").shows(&expect![[r#"
        $ crosstrack schema save nowhere/before.json
        [stderr]
        error: cannot write `nowhere/before.json`
          because: No such file or directory (os error [number])
          changed: nothing
        [exit 2]
    "#]]);
}

#[test]
fn a_schema_is_saved_over_a_saved_schema_and_over_nothing_else() {
    let scene = Scene::new();
    for (name, bytes) in [
        ("latin.json", b"{\"name\": \"M\xfcller\"}".as_slice()),
        ("songs.json", b"{\"format\": 3, \"songs\": [\"a\"]}"),
        ("list.json", b"[7]"),
        ("empty.json", b""),
    ] {
        scene.write(name, bytes);
        let ran = scene.run(&format!("schema save {name}")).exits(2);
        assert!(ran.stderr.contains("is there, and is no schema"), "{}", ran.stderr);
        assert_eq!(std::fs::read(scene.path(name)).unwrap(), bytes, "{name}");
    }
    scene.write("newer.json", "{\"format\": 99, \"facts\": [], \"needs\": []}");
    scene.run("schema save newer.json").exits(0);
    scene.run("schema diff newer.json database").exits(0);
}

#[test]
fn a_saved_schema_whose_parts_have_no_whole_is_refused() {
    let scene = Scene::new();
    let round = r#"{"kind":"constraint","name":"c on public.t","parent":{"kind":"constraint","name":"c on public.t"}}"#;
    let alone = r#"{"kind":"column","name":"public.t.a","parent":{"kind":"table","name":"public.t"}}"#;
    for fact in [round, alone] {
        scene.write("edited.json", format!("{{\"format\": 2, \"facts\": [{fact}], \"needs\": []}}"));
        let ran = scene.run("schema dump edited.json").exits(2);
        assert!(ran.stderr.contains("are not there, or go round in a circle"), "{}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_saved_schema_stays_a_link_and_its_file_as_closed_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new();
    scene.run("schema save real.json").exits(0);
    std::fs::set_permissions(scene.path("real.json"), std::fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink("real.json", scene.path("link.json")).unwrap();
    scene.database.sql("create table t (id int)");
    scene.run("schema save link.json").exits(0);
    assert!(std::fs::symlink_metadata(scene.path("link.json")).unwrap().is_symlink());
    scene.run("schema diff real.json database").exits(0);
    assert_eq!(std::fs::metadata(scene.path("real.json")).unwrap().permissions().mode() & 0o777, 0o600);
}
