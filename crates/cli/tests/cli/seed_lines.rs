//! `seed` names the line of the row that the server refuses, whatever the reason.

use expect_test::expect;

use crate::scene::Scene;
use crate::seed::{also, declare};
use crate::seed_values::{BY_ID, scene_of};

const TABLES: &str = "create type mood as enum ('calm', 'busy'); create domain grade as int check (value between 1 and 6); \
     create domain must as text not null; create table owners (id int primary key); insert into owners values (1); \
     create table things (id int primary key, name text not null, mail text unique, owner int references owners, \
     parent int references things, later int references owners deferrable initially deferred, mood mood, grade grade, must must default 'x', \
     short varchar(3), fixed char(2), at date, size int check (size < 10), spot int4range, exclude using gist (spot with &&)); \
     create function refuse() returns trigger language plpgsql as \
     $$ begin if new.name = 'bad' then raise exception 'not this one'; end if; return new; end $$; \
     create trigger refuse after insert or update on things for each row execute function refuse();";

/// Seeds these lines of a file, and gives what is said.
fn refused(scene: &Scene, header: &str, lines: &[&str]) -> String {
    declare(scene, "");
    also(scene, "010_things.csv", &format!("{header}\n{}\n", lines.join("\n")), BY_ID);
    let ran = scene.run("seed --quiet").exits(4);
    assert_eq!(scene.database.value("select count(*) from things"), "0", "{}", ran.transcript());
    ran.stderr
}

#[test]
fn the_line_is_named_for_nulls() {
    let scene = scene_of(TABLES);
    declare(&scene, "");
    also(&scene, "010_things.csv", "id,name\n1,a\n2,b\n\n3,\n4,c\n", BY_ID);
    scene.run("seed --quiet").shows(&expect![[r#"
        $ crosstrack seed --quiet
        [stderr]
        error: the server does not take the row
          --> scripts/seeds/development/010_things.csv:5:1
           |
         5 | 3,
           | ^^
          because: null value in column "name" of relation "things" violates not-null constraint (SQLSTATE 23502)
          because: detail: Failing row contains (3, null, null, null, null, null, null, null, x, null, null, null, null, null).
          changed: no file is loaded; of the file that failed nothing is left
        [exit 4]
    "#]]);
}

#[test]
fn the_line_is_named_for_every_constraint_and_conversion() {
    let scene = scene_of(TABLES);
    for (header, bad) in [
        ("id,name,size", "3,c,10"),
        ("id,name,size", "3,c,x"),
        ("id,name,size", ",c,1"),
        ("id,name,mail", "3,c,a@x"),
        ("id,name,owner", "3,c,7"),
        ("id,name,parent", "3,c,7"),
        ("id,name,later", "3,c,7"),
        ("id,name,mood", "3,c,sad"),
        ("id,name,grade", "3,c,7"),
        ("id,name,must", "3,c,"),
        ("id,name,short", "3,c,abcd"),
        ("id,name,fixed", "3,c,abc"),
        ("id,name,at", "3,c,2026-02-30"),
        ("id,name,spot", "3,c,\"[2,9)\""),
        ("id,name,size", "3,bad,1"),
        ("id,name,size", "2,c,1"),
    ] {
        let last = header.rsplit(',').next().unwrap();
        let good = |id: usize| match last {
            "parent" => format!("{id},a,{}", 6 - id),
            "mail" => format!("{id},a,{}@x", ["", "a", "b", "c", "d", "e"][id]),
            "spot" => format!("{id},a,\"[{0},{0}]\"", id * 5 - 3),
            "mood" => format!("{id},a,calm"),
            "short" | "fixed" | "must" => format!("{id},a,ab"),
            "at" => format!("{id},a,2026-02-03"),
            _ => format!("{id},a,1"),
        };
        let (one, two, four, five) = (good(1), good(2), good(4), good(5));
        let lines = [one.as_str(), two.as_str(), bad, four.as_str(), five.as_str()];
        let said = refused(&scene, header, &lines);
        assert!(said.contains("010_things.csv:4:"), "{header}: {bad}: {said}");
    }
}

/// Tables with a policy for the role that seeds.
fn with_policy() -> Scene {
    let mut scene = scene_of(
        "create table notes (id int primary key, tenant text not null, body text); alter table notes enable row level security;",
    );
    let named = scene.database.name();
    scene.run(&format!("environment mark development --yes-i-mean {named}")).exits(0);
    let role = scene.database.role("tenant", "LOGIN");
    scene.database.sql(&format!(
        "create policy own on notes to {role} using (tenant = 'a') with check (tenant = 'a'); grant all on all tables in schema public to {role}; \
         insert into notes values (9, 'b', 'of another'); grant usage on schema crosstrack to {role}; \
         grant all on all tables in schema crosstrack to {role}; grant all on all sequences in schema crosstrack to {role}"
    ));
    let url = scene.socket_url(&role);
    scene.set("DATABASE_URL", &url);
    scene
}

#[test]
fn the_line_is_named_for_a_row_that_a_policy_refuses() {
    let scene = with_policy();
    also(&scene, "010_notes.csv", "id,tenant,body\n1,a,x\n2,a,x\n3,b,x\n4,a,x\n", BY_ID);
    scene.run("seed --quiet").shows(&expect![[r#"
        $ crosstrack seed --quiet
        [stderr]
        error: the server does not take the row
          --> scripts/seeds/development/010_notes.csv:4:1
           |
         4 | 3,b,x
           | ^^^^^
          because: new row violates row-level security policy for table "notes" (SQLSTATE 42501)
          changed: no file is loaded; of the file that failed nothing is left
        [exit 4]
    "#]]);
    scene.write("scripts/seeds/development/010_notes.csv", "id,tenant,body\n1,a,x\n9,a,x\n4,a,x\n");
    let said = scene.run("seed --quiet").exits(4).stderr;
    assert!(said.contains("010_notes.csv:3:1"), "a hidden row has the key: {said}");
    scene.database.sql("revoke insert on notes from public");
    scene.database.sql(&format!(
        "revoke insert on notes from {}",
        scene
            .database
            .value("select rolname from pg_roles join pg_policy on pg_roles.oid = any (polroles) limit 1")
    ));
    let said = scene.run("seed --quiet").exits(4).stderr;
    assert!(!said.contains("010_notes.csv:"), "a missing right is no row's fault: {said}");
    assert!(said.contains("permission denied for table notes"), "{said}");
}

#[test]
fn the_line_is_named_for_a_copy_and_in_a_file_of_many_rows() {
    let scene = scene_of("create table codes (id text primary key, code text unique, size int not null);");
    let rows: String = (0..3000)
        .map(|id| format!("{id},{id},{}\n", if id == 2222 { String::new() } else { id.to_string() }))
        .collect();
    also(&scene, "010_codes.csv", &format!("id,code,size\n{rows}"), BY_ID);
    let said = scene.run("seed --quiet").exits(4).stderr;
    assert!(said.contains("010_codes.csv:2224:1"), "{said}");
    declare(&scene, "");
    scene.write("scripts/seeds/development/010_codes.csv", "id,code,size\n1,a,1\n2,b,2\n");
    also(&scene, "010_codes.csv", "id,code,size\n1,a,1\n2,b,2\n", "key = [\"id\"]\nscale = [\"id\"]\n");
    let said = scene.run("seed --quiet --scale 3").exits(4).stderr;
    assert!(said.contains("010_codes.csv:2:1"), "the copies have the code of their row: {said}");
    assert!(said.contains("duplicate key value"), "{said}");
}

#[test]
fn neither_the_line_nor_the_row_of_a_file_with_passwords_is_shown() {
    let scene = scene_of("create table people (id int primary key, password text, name text not null);");
    also(
        &scene,
        "010_people.csv",
        "id,password,name\n1,correct-horse,Ada\n2,battery-staple,\n",
        "key = [\"id\"]\npasswords = [\"password\"]\n",
    );
    let said = scene.run("seed --quiet").exits(4).stderr;
    assert!(said.contains("010_people.csv:3:1") && said.contains("23502"), "{said}");
    assert!(!said.contains("battery-staple") && !said.contains("argon2"), "{said}");
}

#[test]
fn the_statement_of_a_file_of_sql_is_named_where_a_row_is_refused() {
    let scene = scene_of(TABLES);
    declare(&scene, "");
    let script = "insert into things (id, name) values (1, 'a');\n-- next\ninsert into things (id, name)\n  values (2, null);\nselect 1;\n";
    also(&scene, "010_things.sql", script, "");
    let said = scene.run("seed --quiet").exits(4).stderr;
    assert!(said.contains("010_things.sql:3:1") && said.contains("23502"), "{said}");
    scene.write("scripts/seeds/development/010_things.sql", "insert into things (id, name) values (1, 'a');\ninsert into things (id, name, later) values (2, 'b', 77);");
    let said = scene.run("seed --quiet").exits(4).stderr;
    assert!(said.contains("violates foreign key constraint"), "{said}");
    assert_eq!(scene.database.value("select count(*) from things"), "0");
}

#[test]
fn a_required_row_whose_key_cannot_be_read_is_named() {
    let scene = scene_of("create table codes (id uuid primary key, size int);");
    let id = "00000000-0000-4000-8000-000000000001";
    also(&scene, "010_codes.csv", &format!("id,size\n{id},1\nnone,2\n"), "key = [\"id\"]\nrequired = true\n");
    let said = scene.run("seed --check").exits(4).stderr;
    assert!(said.contains("010_codes.csv:3:1") && said.contains("uuid"), "{said}");
}

/// A limit, and what a command would wait for without an end.
#[cfg(unix)]
#[test]
fn a_file_that_is_too_large_or_no_file_is_refused() {
    let scene = scene_of("create table codes (id int primary key);");
    let folder = "scripts/seeds/development";
    also(&scene, "010_codes.csv", "id\n1\n", BY_ID);
    let path = scene.path(&format!("{folder}/010_codes.csv"));
    std::fs::File::options().write(true).open(&path).unwrap().set_len(5 << 30).unwrap();
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
        error: cannot read `scripts/seeds/development/010_codes.csv`
          because: it is larger than the limit of 256 MiB
          changed: nothing
        [exit 2]
    "#]]);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let said = scene.run("seed").exits(2).stderr;
    assert!(said.contains("it is a folder"), "{said}");
    std::fs::remove_dir(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    let said = scene.run("seed").exits(2).stderr;
    assert!(said.contains("it is a pipe or a device, not a regular file"), "{said}");
    std::fs::remove_file(&path).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    let said = scene.run("seed").exits(2).stderr;
    assert!(said.contains("it is a pipe or a device, not a regular file"), "{said}");
    let declarations = scene.path(&format!("{folder}/seeds.toml"));
    std::fs::File::options().write(true).open(&declarations).unwrap().set_len(2 << 20).unwrap();
    let said = scene.run("seed").exits(2).stderr;
    assert!(said.contains("it is larger than the limit of 1 MiB"), "{said}");
}
