//! `seed` into what is not a plain table: partitions, views, foreign tables, identities and generated columns.

use expect_test::expect;

use crate::seed::also;
use crate::seed_values::{BY_ID, scene_of, seed};

const EVENTS: &str = "create table events (id int, day date, note text, primary key (id, day)) partition by range (day); \
     create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01') partition by list (id); \
     create table events_2026_one partition of events_2026 for values in (1); \
     create table events_2026_rest partition of events_2026 default; \
     create table events_2027 (note text, extra int, day date not null, id int not null); \
     alter table events_2027 drop column extra; \
     alter table events attach partition events_2027 for values from ('2027-01-01') to ('2028-01-01');";

/// The folder `06-seed-partitioned` of the collected faults.
#[test]
fn a_partitioned_table_and_each_of_its_partitions_are_seeded() {
    let scene = scene_of(EVENTS);
    let rows = "id,day,note\n1,2026-02-03,first\n2,2026-02-03,second\n3,2027-02-03,third\n";
    also(&scene, "010_events.csv", rows, "key = [\"id\", \"day\"]\nrequired = true\n");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        file            table   created  changed  present  time
        010_events.csv  events        3        0        0  [time]
        Seeded development in [time]: 3 created, 0 changed, 0 present. `crosstrack seed --check` asks whether the required rows are there.
        [stderr]
          loaded 010_events.csv ([time])
        [exit 0]
    "#]]);
    assert_eq!(seed(&scene), [0, 0, 3]);
    scene.database.sql("update events set note = 'other' where id in (1, 3)");
    assert_eq!(seed(&scene), [0, 2, 1]);
    scene.run("seed --check").exits(0);
    for (file, row, kept) in [
        ("020_events_2026.csv", "4,2026-03-03,mid", "events_2026_rest"),
        ("030_events_2026_one.csv", "1,2026-04-03,leaf", "events_2026_one"),
        ("040_events_2027.csv", "5,2027-03-03,attached", "events_2027"),
    ] {
        also(&scene, file, &format!("id,day,note\n{row}\n"), "key = [\"id\", \"day\"]\n");
        let (key, _) = row.rsplit_once(',').unwrap();
        let place = format!("select tableoid::regclass from events where id || ',' || day = '{key}'");
        scene.run("seed").exits(0);
        assert_eq!(scene.database.value(&place), kept);
    }
    assert_eq!(seed(&scene), [0, 0, 6]);
    also(
        &scene,
        "050_events.csv",
        "id,day,note\n7,2026-03-03,mid\n8,2030-01-01,nowhere\n",
        "key = [\"id\", \"day\"]\n",
    );
    let ran = scene.run("seed --quiet --only 050_events").exits(4);
    assert!(ran.stderr.contains("050_events.csv:3:1"), "no partition takes the row: {}", ran.transcript());
    let fresh = scene.run("seed --fresh --format json --only 010_events").document();
    assert_eq!(fresh["created"], 3, "{fresh:#}");
}

#[test]
fn a_view_that_can_be_written_is_seeded() {
    let scene = scene_of(
        "create table people (id int generated always as identity primary key, name text, mail text unique, note text default 'none'); \
         create view names as select id, name from people where name <> 'hidden' with local check option; \
         create view mails as select id, upper(name) as name, mail from people; \
         create function write_mails() returns trigger language plpgsql as $$ begin \
         if tg_op = 'INSERT' then insert into people (id, name, mail) overriding system value values (new.id, new.name, new.mail); \
         else update people set name = new.name, mail = new.mail where id = old.id; end if; return new; end $$; \
         create trigger write_mails instead of insert or update on mails for each row execute function write_mails();",
    );
    also(&scene, "010_names.csv", "id,name\n1,Ada\n2,Bo\n", BY_ID);
    also(
        &scene,
        "020_mails.csv",
        "id,name,mail\n2,BO,bo@x\n3,CY,cy@x\n4,DI,di@x\n",
        "key = [\"id\"]\nrequired = true\n",
    );
    assert_eq!(seed(&scene), [4, 1, 0]);
    also(&scene, "030_mails.csv", "id,name,mail\n2,BO,bo@x\n3,CY,cy@x\n", "key = [\"lower(mail)\"]\n");
    scene.run("seed --only 020_mails --only 030_mails --check").exits(0);
    let again = scene.run("seed --only mails --format json").document();
    assert_eq!(
        (&again["created"], &again["changed"], &again["present"]),
        (&0.into(), &0.into(), &5.into()),
        "{again:#}"
    );
    assert_eq!(
        scene.database.rows("select id, name, mail, note from people order by id"),
        ["1|Ada||none", "2|BO|bo@x|none", "3|CY|cy@x|none", "4|DI|di@x|none"]
    );
    scene.database.sql("insert into people (name) values ('by the application')");
    assert_eq!(
        scene.database.value("select max(id) from people"),
        "5",
        "the sequence is that of the table below"
    );
    let said = scene.run("seed --fresh").exits(3).stderr;
    assert!(said.contains("`--fresh` cannot empty a view: `names`, `mails`"), "{said}");
    scene.write("scripts/seeds/development/010_names.csv", "id,name\n8,Ok\n9,hidden\n");
    let ran = scene.run("seed --quiet --only names").exits(4);
    assert!(ran.stderr.contains("010_names.csv:3:1"), "the view's check option: {}", ran.transcript());
}

/// Partitions as they were made before PostgreSQL had them.
#[test]
fn a_table_that_others_inherit_from_is_seeded_once() {
    let scene = scene_of(
        "create table logs (id serial primary key, day date, note text); \
         create table logs_2026 (primary key (id)) inherits (logs); \
         create function route() returns trigger language plpgsql as \
         $$ begin insert into logs_2026 values (new.*); return null; end $$; \
         create trigger route before insert on logs for each row execute function route();",
    );
    also(
        &scene,
        "010_logs.csv",
        "id,day,note\n1,2026-02-03,a\n2,2026-02-04,b\n",
        "key = [\"id\"]\nrequired = true\n",
    );
    assert_eq!(seed(&scene), [2, 0, 0]);
    assert_eq!(seed(&scene), [0, 0, 2]);
    scene.database.sql("update logs set note = 'x' where id = 2");
    assert_eq!(seed(&scene), [0, 1, 1]);
    assert_eq!(scene.database.rows("select id, note from logs_2026 order by id"), ["1|a", "2|b"]);
    scene.database.sql("insert into logs (note) values ('by the application')");
    assert_eq!(scene.database.value("select max(id) from logs"), "3");
}

#[test]
fn what_takes_no_rows_is_refused_with_the_reason() {
    let scene = scene_of(
        "create table people (id int primary key, name text); create view counted as select count(*) as id from people; \
         create materialized view copied as select * from people; create sequence numbers;",
    );
    for (table, reason) in [
        ("counted", "a view that takes no rows: it has no `INSTEAD OF INSERT` trigger and is not updatable"),
        ("copied", "a materialized view: its rows come from its query"),
        ("numbers", "a sequence"),
        ("people_pkey", "not a table"),
    ] {
        crate::seed::declare(&scene, "");
        also(
            &scene,
            "010_x.csv",
            "id\n1\n",
            &format!("table = \"{table}\"\nkey = [\"id\"]\nrequired = true\n"),
        );
        for command in ["seed --quiet", "seed --check"] {
            let ran = scene.run(command).exits(4);
            let sentence = format!("`{table}` cannot be seeded: it is {reason}");
            assert!(ran.stderr.contains(&sentence), "{}", ran.transcript());
        }
    }
}

#[test]
fn a_foreign_table_is_seeded_and_so_is_a_table_with_rules() {
    let scene = scene_of(
        "create table people (id int primary key, name text); create table log (what text); \
         create rule log_people as on insert to people do also insert into log values (new.name); \
         create table far_away (id int primary key, name text, meta json);",
    );
    let name = scene.database.name();
    let running = scene.database.running();
    let host =
        running.socket_directory.as_ref().map_or("127.0.0.1".to_owned(), |it| it.display().to_string());
    let connected = scene.database.try_sql(&format!(
        "create extension postgres_fdw; create server here foreign data wrapper postgres_fdw \
         options (host '{host}', port '{}', dbname '{name}'); create user mapping for current_user server here options (user '{}'); \
         create foreign table near (id int, name text, meta json) server here options (table_name 'far_away')",
        running.port, running.user
    ));
    also(&scene, "010_people.csv", "id,name\n1,Ada\n2,Bo\n", BY_ID);
    assert_eq!(seed(&scene), [2, 0, 0]);
    scene.database.sql("update people set name = 'x' where id = 2");
    assert_eq!(seed(&scene), [0, 1, 1]);
    assert_eq!(scene.database.value("select count(*) from log"), "2");
    if connected.is_ok() {
        also(
            &scene,
            "020_near.json",
            r#"[{"id": 1, "name": "Ada", "meta": {"a": 1.0}}, {"id": 2, "name": null, "meta": null}]"#,
            BY_ID,
        );
        assert_eq!(seed(&scene), [2, 0, 2]);
        scene.database.sql("update far_away set meta = '{\"a\":1.0}' where id = 1");
        assert_eq!(seed(&scene), [0, 1, 3]);
        assert_eq!(seed(&scene), [0, 0, 4]);
    }
}

#[test]
fn a_generated_column_takes_no_value_and_an_identity_is_not_changed() {
    let scene = scene_of(
        "create table plants (id int generated always as identity primary key, slug text unique, name text, \
         size int generated always as (length(name)) stored);",
    );
    also(&scene, "010_plants.csv", "id,name,size\n1,Fern,4\n", BY_ID);
    scene.run("seed --quiet").shows(&expect![[r#"
        $ crosstrack seed --quiet
        [stderr]
        error: the column `size` of `plants` is generated by an expression and takes no value
          --> scripts/seeds/development/010_plants.csv:1:9
           |
         1 | id,name,size
           |         ^^^^
          changed: no file is loaded; of the file that failed nothing is left
             next: remove `size` from the file
        [exit 4]
    "#]]);
    scene.write("scripts/seeds/development/010_plants.csv", "id,slug,name\n1,fern,Fern\n7,moss,Moss\n");
    assert_eq!(seed(&scene), [2, 0, 0]);
    also(&scene, "020_plants.csv", "id,slug,name\n1,fern,Tree fern\n8,moss,Moss\n", "key = [\"slug\"]\n");
    scene.run("seed --quiet").shows(&expect![[r#"
        $ crosstrack seed --quiet
        [stderr]
        error: the column `id` is `GENERATED ALWAYS AS IDENTITY` and cannot be changed: the row with this key has 7
          --> scripts/seeds/development/020_plants.csv:3:1
           |
         3 | 8,moss,Moss
           | ^^^^^^^^^^^
          changed: loaded: 010_plants.csv; of the file that failed nothing is left
        [exit 4]
    "#]]);
    scene.write("scripts/seeds/development/020_plants.csv", "id,slug,name\n1,fern,Tree fern\n7,moss,Moss\n");
    let second = scene.run("seed --format json --only 020_plants").document();
    assert_eq!(
        (&second["created"], &second["changed"], &second["present"]),
        (&0.into(), &1.into(), &1.into())
    );
}
