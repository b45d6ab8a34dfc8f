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
        6 differences from old.sql to new.sql. The statements, tried there and back on a shadow database: `crosstrack schema diff old.sql new.sql --sql`
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
        ALTER TABLE public.users ALTER COLUMN id TYPE integer;
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
        2 differences from old.sql to new.sql. The statements, tried there and back on a shadow database: `crosstrack schema diff old.sql new.sql --sql`
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
        error: the shadow server refuses a statement of `bad.sql`
          --> bad.sql:3:1
           |
         3 | create table b (y nonsense)
           | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          because: the server refused to run a statement on the shadow database
          because: type "nonsense" does not exist (SQLSTATE 42704)
          changed: nothing
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
          changed: nothing; the shadow database was dropped
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
        note: on a shadow database this SQL does not make all of words.sql
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
        6 differences from database to new.sql. The statements, tried there and back on a shadow database: `crosstrack schema diff database new.sql --sql`
        [exit 1]
    "#]]);
}
