//! `schema`: a schema as SQL, and how two differ, with the proven way between them.

use expect_test::expect;

use crate::scene::Scene;

const OLD: &str = "create table users (id int primary key, mail text, age int);\ncreate view grown as select id from users where age > 17;\n";
const NEW: &str = "create type mood as enum ('fine');\ncreate table users (id bigint primary key, mail text not null, mood mood);\n";

fn files(scene: &Scene) {
    scene.write("old.sql", OLD);
    scene.write("new.sql", NEW);
}

#[test]
fn two_files_differ_and_the_statements_between_them_are_shown() {
    let scene = Scene::new();
    files(&scene);
    scene.run("schema diff old.sql new.sql").shows(&expect![[r#"
        $ crosstrack schema diff old.sql new.sql
        + enum type public.mood
        - view public.grown
        - column public.users.age
        ~ column public.users.id: type integer -> bigint
        ~ column public.users.mail: nullable true -> false
        + column public.users.mood
        loses data: drops column public.users.age
        6 differences from old.sql to new.sql. The statements, tried there and back on a scratch database: `crosstrack schema diff old.sql new.sql --sql`
        [exit 1]
    "#]]);
    scene.run("schema diff old.sql new.sql --sql").shows(&expect![[r#"
        $ crosstrack schema diff old.sql new.sql --sql
        BEGIN;
        -- hazard: programs that know the old form break
        DROP VIEW public.grown;
        -- hazard: programs that know the old form break
        -- loses data: drops column public.users.age
        ALTER TABLE public.users DROP COLUMN age;
        CREATE TYPE public.mood AS ENUM ('fine');
        -- hazard: writes every row again while nobody can read or write the table
        ALTER TABLE public.users ALTER COLUMN id TYPE bigint;
        -- hazard: reads every row while nobody can write to the table
        -- hazard: fails where rows do not fit
        ALTER TABLE public.users ALTER COLUMN mail SET NOT NULL;
        ALTER TABLE public.users ADD COLUMN mood public.mood;
        COMMIT;
        [exit 0]
    "#]]);
    scene.run("schema diff old.sql new.sql --down").shows(&expect![[r#"
        $ crosstrack schema diff old.sql new.sql --down
        BEGIN;
        -- hazard: programs that know the old form break
        -- loses data: drops column public.users.mood
        ALTER TABLE public.users DROP COLUMN mood;
        DROP TYPE public.mood;
        -- hazard: writes every row again while nobody can read or write the table
        -- hazard: fails where rows do not fit
        -- loses data: changes column public.users.id from bigint to integer
        ALTER TABLE public.users ALTER COLUMN id TYPE integer USING id::integer;
        ALTER TABLE public.users ALTER COLUMN mail DROP NOT NULL;
        ALTER TABLE public.users ADD COLUMN age integer;
        CREATE VIEW public.grown AS
         SELECT users.id
           FROM public.users
          WHERE (users.age > 17);
        COMMIT;
        [exit 0]
    "#]]);
    scene.run("schema diff new.sql new.sql").shows(&expect![[r#"
        $ crosstrack schema diff new.sql new.sql
        new.sql and new.sql are the same schema.
        [exit 0]
    "#]]);
}

#[test]
fn the_script_does_what_it_says() {
    let scene = Scene::new();
    files(&scene);
    scene.database.sql(OLD);
    let script = scene.run("schema diff database new.sql --sql").stdout;
    scene.database.sql(&script);
    scene.run("schema diff database new.sql").exits(0);
    let back = scene.run("schema diff database old.sql --sql").stdout;
    scene.database.sql(&back);
    scene.run("schema diff database old.sql").exits(0);
}

#[test]
fn a_rename_keeps_what_is_there() {
    let scene = Scene::new();
    scene.write("old.sql", "create table users (id int primary key, mail text);\n");
    scene.write("new.sql", "create table users (id int primary key, email text);\n");
    scene.run("schema diff old.sql new.sql").shows(&expect![[r#"
        $ crosstrack schema diff old.sql new.sql
        + column public.users.email
        - column public.users.mail
        loses data: drops column public.users.mail
        note: if that is a rename, `--rename public.users.mail=email` keeps the data
        2 differences from old.sql to new.sql. The statements, tried there and back on a scratch database: `crosstrack schema diff old.sql new.sql --sql`
        [exit 1]
    "#]]);
    scene.run("schema diff old.sql new.sql --sql --rename users.mail=email").shows(&expect![[r#"
        $ crosstrack schema diff old.sql new.sql --sql --rename users.mail=email
        BEGIN;
        ALTER TABLE public.users RENAME COLUMN mail TO email;
        COMMIT;
        [exit 0]
    "#]]);
    scene.run("schema diff old.sql new.sql --sql --rename users.post=email").shows(&expect![[r#"
        $ crosstrack schema diff old.sql new.sql --sql --rename users.post=email
        [stderr]
        error: there is nothing called `users.post` that could be renamed
             next: say the name that is there and the name that is to be: `--rename users.mail=email`
        [exit 2]
    "#]]);
}

#[test]
fn a_dump_of_a_track_is_what_its_migrations_make() {
    let scene = Scene::with_migrations();
    scene.run("schema dump cms").shows(&expect![[r#"
        $ crosstrack schema dump cms
        CREATE TABLE public.formulas (
            id integer
        );

        CREATE TABLE public.herbs (
            id integer
        );
        [exit 0]
    "#]]);
    let dump = scene.run("schema dump auth").stdout;
    scene.write("auth.sql", &dump);
    scene.run("schema diff auth auth.sql").exits(0);
    assert_eq!(scene.run("schema dump auth.sql").stdout, dump, "a dump of a dump is the dump");
}

#[test]
fn a_database_is_compared_with_a_track_and_neither_is_touched() {
    let scene = Scene::with_migrations();
    scene.run("schema diff database auth").exits(1);
    assert!(!scene.database.has("users"), "it was only read");
    scene.run("up").exits(0);
    scene.run("schema diff database cms").exits(0);
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    let scene = Scene::new();
    scene.write("bad.sql", "create table a (x int);\n\ncreate table b (y nonsense);\n");
    scene.run("schema dump bad.sql").shows(&expect![[r#"
        $ crosstrack schema dump bad.sql
        [stderr]
        error: the scratch database refuses a statement of `bad.sql`
          --> bad.sql:3:1
           |
         3 | create table b (y nonsense)
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          because: the server refused to load a schema
          because: type "nonsense" does not exist (SQLSTATE 42704)
          changed: nothing but a scratch database, and that is dropped
        [exit 2]
    "#]]);
    scene.run("schema dump nothing.sql").shows(&expect![[r#"
        $ crosstrack schema dump nothing.sql
        [stderr]
        error: `nothing.sql` names no schema: there is no such file, folder or track
             next: a schema is `database`, a URL, a track, a file or folder of SQL, or a file of `schema save`
             next: the tracks are `auth`, `cms`
        [exit 2]
    "#]]);
    scene.run("schema diff bad.sql").exits(2);
}

#[test]
fn what_no_statement_brings_about_is_refused_with_what_remains() {
    let scene = Scene::new();
    scene.write("old.sql", "");
    scene.write("new.sql", "create operator family words using btree;\n");
    scene.run("schema diff old.sql new.sql --sql").shows(&expect![[r#"
        $ crosstrack schema diff old.sql new.sql --sql
        [stderr]
        error: no statements were found that lead there
          because: what they make is still different from what is wanted:
          because: + unmodelled object operator family public.words USING btree
          changed: nothing but a scratch database, and that is dropped
             next: write this migration by hand: `crosstrack create <name> --track <track>`, and prove it with `crosstrack prove`
        [exit 3]
    "#]]);
}

#[test]
fn json_has_the_differences_and_both_ways() {
    let scene = Scene::new();
    files(&scene);
    let document = scene.run("schema diff old.sql new.sql --format json").document();
    assert_eq!(document["differences"].as_array().unwrap().len(), 7);
    assert!(document["up"].as_array().unwrap().iter().any(|one| one["losses"][0]["kind"] == "column"));
    assert!(!document["down"].as_array().unwrap().is_empty());
}

#[test]
fn without_a_project_a_server_that_is_named_is_enough() {
    let scene = Scene::new();
    files(&scene);
    scene.run("schema diff old.sql new.sql").exits(1);
    scene.write("crosstrack.toml", "[[trak]]\n");
    scene.run("schema diff old.sql new.sql").exits(2);
    scene.remove("crosstrack.toml");
    scene.run("schema diff old.sql new.sql").exits(1);
}

#[test]
fn a_file_of_pg_dump_is_a_schema() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene
        .database
        .sql("drop schema crosstrack cascade; drop table _sqlx_migrations, __diesel_schema_migrations");
    scene.database.sql("create type mood as enum ('fine'); create view seen as select id from users; insert into users values (7)");
    scene.write("dump.sql", crosstrack_testkit::dump_with_data(&scene.database));
    scene.run("schema diff database dump.sql").exits(0);
}

#[test]
fn what_a_dump_does_not_bring_about_is_said() {
    let scene = Scene::new();
    scene.write("words.sql", "create table users (id int);\ncreate operator family words using btree;\n");
    scene.run("schema dump words.sql").shows(&expect![[r#"
        $ crosstrack schema dump words.sql
        CREATE TABLE public.users (
            id integer
        );
        [stderr]
        note: on a scratch database this SQL does not make all of words.sql
          + unmodelled object operator family public.words USING btree
        [exit 0]
    "#]]);
}

#[test]
fn what_goes_is_counted_where_it_is_a_databases() {
    let scene = Scene::new();
    scene.database.sql(OLD);
    scene.database.sql("insert into users values (1, 'a', 20), (2, 'b', null)");
    files(&scene);
    scene.run("schema diff database new.sql").shows(&expect![[r#"
        $ crosstrack schema diff database new.sql
        + enum type public.mood
        - view public.grown
        - column public.users.age
        ~ column public.users.id: type integer -> bigint
        ~ column public.users.mail: nullable true -> false
        + column public.users.mood
        loses data: drops column public.users.age: 1 value
        6 differences from database to new.sql. The statements, tried there and back on a scratch database: `crosstrack schema diff database new.sql --sql`
        [exit 1]
    "#]]);
}

#[test]
fn a_schema_is_saved_and_compared_later() {
    let scene = Scene::new();
    files(&scene);
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
    scene.run("schema save before.json database").exits(0);
    assert_eq!(scene.read("before.json"), before, "a schema that has not changed makes the same file");
    scene.database.sql("drop view grown; alter table users drop age");
    scene.run("schema diff before.json database").shows(&expect![[r#"
        $ crosstrack schema diff before.json database
        - view public.grown
        - column public.users.age
        loses data: drops column public.users.age
        2 differences from before.json to database. The statements, tried there and back on a scratch database: `crosstrack schema diff before.json database --sql`
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
    files(&scene);
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
