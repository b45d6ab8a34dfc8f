//! The rows of one table, from a backup back into the database that is in use; and of no other.

use expect_test::expect;

use crate::restore::backed_up;

#[test]
fn rows_of_one_table_come_back() {
    let scene = backed_up();
    scene.database.sql("delete from herbs where id > 50; insert into herbs values (-1); delete from users");
    scene.run("restore a.dump --table herbs").shows(&expect![[r#"
        $ crosstrack restore a.dump --table herbs
        Restored 100 rows of herbs.
        [stderr]
        warning: this is to replace the rows of herbs by those of [project]/a.dump in the database `[database]` on [server], environment development
          it is of [database], taken at [moment] in development
        [exit 0]
    "#]]);
    assert_eq!(scene.database.rows("select count(*), min(id) from herbs"), ["100|1"]);
    assert_eq!(scene.database.value("select count(*) from users"), "0", "the others stay as they are");
    let ran = scene.run("restore a.dump --table nothing").exits(3);
    assert!(ran.stderr.contains("the table `nothing` is not in the database"), "{}", ran.transcript());
    scene.database.sql("create table later (id int)");
    let ran = scene.run("restore a.dump --table later").exits(3);
    assert!(ran.stderr.contains("is not in the backup"), "{}", ran.transcript());
}

#[test]
fn a_table_that_others_refer_to_is_restored_whole_or_not_at_all() {
    let scene = backed_up();
    scene.database.sql("create table buyers (id int references users)");
    scene.database.sql("insert into buyers values (1)");
    let ran = scene.run("restore a.dump --table users").exits(3);
    assert!(ran.stderr.contains("violates foreign key constraint"), "{}", ran.transcript());
    assert_eq!(scene.database.value("select count(*) from users"), "2");
}

#[test]
fn rows_of_others_do_not_go_with_those_of_a_table() {
    let scene = backed_up();
    scene.database.sql(
        "create table cascading (id int references users on delete cascade); insert into cascading values (1); \
         create table parents (id int); create table children () inherits (parents); insert into children values (2)",
    );
    scene.run("backup --output b.dump").exits(0);
    for (table, other) in
        [("users", "the foreign key cascading_id_fkey of cascading"), ("parents", "the table children")]
    {
        let ran = scene.run(&format!("restore b.dump --table {table}")).exits(3);
        assert!(ran.stderr.contains(other), "{}", ran.transcript());
    }
    assert_eq!(
        scene.database.rows("select count(*) from cascading union all select count(*) from children"),
        ["1", "1"]
    );
}

#[test]
fn triggers_of_a_table_are_silent_while_its_rows_come_back() {
    let scene = backed_up();
    scene.database.sql(
        "create table stamped (id int, at date); create table log (id int); insert into stamped values (1, '2025-01-01'); \
         insert into log values (1); \
         create function touch() returns trigger language plpgsql as $$ begin delete from log; new.at := '2000-01-01'; return new; end $$; \
         create function forget() returns trigger language plpgsql as $$ begin delete from log; return old; end $$; \
         create trigger touch before insert on stamped for each row execute function touch(); \
         create trigger forget after delete on stamped for each row execute function forget(); \
         alter table stamped disable trigger touch",
    );
    scene.run("backup --output b.dump").exits(0);
    scene.database.sql("alter table stamped enable trigger touch");
    let before = "select tgname, tgenabled from pg_trigger where tgrelid = 'stamped'::regclass order by 1";
    let triggers = scene.database.rows(before);
    scene.run("restore b.dump --table stamped").exits(0);
    assert_eq!(scene.database.rows("select id, at from stamped"), ["1|2025-01-01"]);
    assert_eq!(scene.database.value("select count(*) from log"), "1");
    assert_eq!(scene.database.rows(before), triggers);
    // A run like any other: under the lock, and in the journal.
    assert_eq!(
        scene.database.value("select command || ' ' || outcome from crosstrack.run order by id desc limit 1"),
        "restore done"
    );
    let _lock = crate::waiting::hold_run_lock(&scene.database);
    scene.run("restore b.dump --table stamped --wait-for-lock 0").exits(6);
}
