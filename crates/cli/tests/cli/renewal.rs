//! Back and forward again: a migration, all of them, or the whole database.

use crosstrack_testkit::dump;
use expect_test::expect;

use crate::scene::Scene;
use crate::waiting::Session;

fn applied() -> Scene {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene
}

#[test]
fn redo_reverts_the_last_and_applies_it_again_and_nothing_else() {
    let scene = applied();
    scene.database.sql("insert into formulas values (1)");
    // What is pending stays pending.
    scene.diesel("20250301000000_teams", "create table teams (id int);\n", "drop table teams;\n");
    scene.run("redo").shows(&expect![[r#"
        $ crosstrack redo
        Applied 1 migration in [time]: cms 1.
        [stderr]
        warning: this is to revert 1 migration (cms 1) and apply again in the database `[database]` on [server], environment development
          drops table public.formulas: 1 row
        content
          reverted cms/20250104000000_formulas ([time])
        content
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from formulas"), "0");
    assert!(!scene.database.has("teams"));
    scene.run("redo --steps 3").exits(0);
    scene.run("redo --track auth").exits(0);
    scene.run("up").exits(0);
    scene.run("status --check").exits(0);
    let runs = "select command, count(*) from crosstrack.run group by 1 order by 1";
    assert_eq!(scene.database.rows(runs), ["redo|6", "up|2"]);
}

#[test]
fn redo_stops_where_the_way_back_is_not_the_tools_to_go() {
    let scene = applied();
    scene.settle("path = \"auth\"\nrollback = \"automatic\"", "path = \"auth\"\nrollback = \"manual\"");
    let ran = scene.run("redo --track auth").exits(3);
    assert!(ran.stdout.contains("The rollback policy of this track is manual."), "{}", ran.transcript());
    assert!(scene.database.has("sessions"));
}

#[test]
fn redo_of_nothing_is_nothing() {
    let scene = Scene::with_migrations();
    let ran = scene.run("redo").exits(0);
    assert!(ran.stdout.contains("Nothing to revert"), "{}", ran.transcript());
    assert!(!scene.database.has("users"));
}

#[test]
fn refresh_goes_all_the_way_back_and_forward() {
    let scene = applied();
    let before = dump(&scene.database);
    scene.database.sql("insert into users values (1)");
    let ran = scene.run("refresh").exits(0);
    assert!(ran.stdout.starts_with("Applied 4 migrations"), "{}", ran.transcript());
    assert!(ran.stderr.contains("warning: this is to revert 4 migrations (auth 2, cms 2) and apply again"));
    assert_eq!(scene.database.value("select count(*) from users"), "0");
    assert_eq!(dump(&scene.database), before);
}

#[test]
fn reset_goes_all_the_way_back() {
    let scene = applied();
    scene.run("reset --track cms").exits(0);
    assert!(scene.database.has("users") && !scene.database.has("herbs"));
    let ran = scene.run("reset").exits(0);
    assert!(ran.stdout.starts_with("Reverted 2 migrations"), "{}", ran.transcript());
    assert!(!scene.database.has("users"));
    scene.run("up").exits(0);
}

#[test]
fn fresh_drops_what_the_migrations_made_and_leaves_the_rest() {
    let scene = applied();
    // Without any way back, and with objects of every kind.
    scene.sqlx(
        "20250301000000_kinds",
        "create schema shop; create type shop.mood as enum ('calm'); create domain shop.amount as int check (value > 0);\n\
         create table shop.orders (id serial primary key, mood shop.mood, amount shop.amount) partition by range (id);\n\
         create table shop.orders_one partition of shop.orders for values from (0) to (10);\n\
         create view shop.calm as select * from shop.orders where mood = 'calm';\n\
         create materialized view \"All Orders\" as select * from shop.orders;\n\
         create function shop.twice(a shop.amount) returns int language sql as 'select 2 * a';\n\
         create procedure shop.nothing() language sql as 'select 1';\n\
         create aggregate shop.total(int) (sfunc = int4pl, stype = int);\n",
        "",
    );
    scene.run("up").exits(0);
    let before = dump(&scene.database);
    scene.database.sql("create table notes_of_somebody (id int); insert into notes_of_somebody values (1); \
                        insert into shop.orders (mood, amount) values ('calm', 1); insert into users values (1), (2)");
    scene.run("fresh").shows(&expect![[r#"
        $ crosstrack fresh
        Applied 5 migrations in [time]: auth 2, cms 3.
        [stderr]
        replaying applied migrations on a shadow database to find the objects they created
        warning: what the migrations made is dropped
          it holds 5 tables with 3 rows: public.users 2, shop.orders_one 1
        dropped 16 objects that the migrations had made
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
          applied cms/20250301000000_kinds ([time])
        [exit 0]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from users"), "0");
    assert_eq!(scene.database.value("select count(*) from notes_of_somebody"), "1");
    scene.database.sql("drop table notes_of_somebody");
    assert_eq!(dump(&scene.database), before);
    scene.run("status --check").exits(0);
}

#[test]
fn fresh_takes_nothing_of_somebody_else_with_it() {
    let scene = applied();
    scene.database.sql(
        "create table invoices (buyer bigint references users); \
                        create view buyers as select id from users",
    );
    let ran = scene.run("fresh").exits(3);
    assert!(
        ran.stderr.contains("would take with it the view public.buyers, the table constraint invoices_buyer_fkey on public.invoices"),
        "{}",
        ran.transcript()
    );
    assert!(scene.database.has("users") && scene.database.has("buyers"));
    assert_eq!(scene.database.value("select outcome from crosstrack.run order by id desc limit 1"), "failed");
    scene.database.sql("drop table invoices; drop view buyers");
    scene.run("fresh").exits(0);
}

#[test]
fn fresh_makes_a_database_whole_whose_history_is_broken() {
    let scene = applied();
    scene.sqlx(
        "20250104000000_formulas",
        "create table formulas (id int, name text);\n",
        "drop table formulas;\n",
    );
    scene.run("up").exits(3);
    scene.run("fresh").exits(0);
    scene.run("status --check").exits(0);
    assert_eq!(
        scene
            .database
            .value("select count(*) from pg_attribute where attrelid = 'formulas'::regclass and attnum > 0"),
        "2"
    );
}

#[test]
fn production_lets_nobody_begin_anew() {
    let scene = Scene::with_migrations();
    for command in ["reset", "fresh", "refresh", "drop-database"] {
        let ran =
            scene.run(&format!("{command} --env production --yes-i-mean {}", scene.database.name())).exits(3);
        assert!(ran.stderr.contains(&format!("`{command}` is forbidden")), "{}", ran.transcript());
    }
}

#[test]
fn staging_begins_anew_with_a_yes_and_a_backup() {
    let scene = Scene::with_migrations();
    scene.run("up --env staging --yes").exits(0);
    for (number, command) in ["redo", "refresh", "fresh", "reset"].into_iter().enumerate() {
        let ran = scene.run(&format!("{command} --env staging")).exits(3);
        assert!(ran.stderr.contains("answer in advance with `--yes`"), "{}", ran.transcript());
        let ran = scene.run(&format!("{command} --env staging --yes")).exits(0);
        assert_eq!(ran.stderr.matches("taking a backup").count(), 1, "{}", ran.transcript());
        assert_eq!(scene.backups().len(), number + 1);
    }
}

#[test]
fn a_database_is_made_and_dropped() {
    let mut scene = Scene::with_migrations();
    let name = format!("{}_made", scene.database.name());
    let url = scene.database.url().replace(scene.database.name(), &name);
    scene.hide(name.clone(), "[made]");
    scene.set("DATABASE_URL", &url);
    let ran = scene.run("up").exits(5);
    assert!(ran.stderr.contains("`crosstrack up --create`"), "{}", ran.transcript());
    scene.run("create-database").shows(&expect![[r#"
        $ crosstrack create-database
        Created the database [made]. `crosstrack up` fills it.
        [exit 0]
    "#]]);
    scene.run("create-database").shows(&expect![[r#"
        $ crosstrack create-database
        The database [made] is there already.
        [exit 0]
    "#]]);
    scene.run("drop-database").exits(0);
    let ran = scene.run("up --create").exits(0);
    assert!(ran.stderr.contains("created the database"), "{}", ran.transcript());
    scene.run("up --create").exits(0);
    scene.run("drop-database").shows(&expect![[r#"
        $ crosstrack drop-database
        Dropped the database [made]. `crosstrack up --create` makes it anew.
        [stderr]
        warning: this is to drop everything in the database `[made]` on 127.0.0.1:[port], environment development
          it holds 4 tables with 0 rows
        [exit 0]
    "#]]);
    scene.run("drop-database").shows(&expect![[r#"
        $ crosstrack drop-database
        There is no database [made].
        [exit 0]
    "#]]);
}

#[test]
fn a_database_that_somebody_uses_is_dropped_only_by_force() {
    let mut scene = Scene::with_migrations();
    let name = format!("{}_used", scene.database.name());
    let url = scene.database.url().replace(scene.database.name(), &name);
    scene.set("DATABASE_URL", &url);
    scene.run("up --create").exits(0);
    let somebody = Session::at(scene.database.target().with_database(&name));
    somebody.run("select 1");
    let ran = scene.run("drop-database").exits(4);
    assert!(ran.stderr.contains("send them away with `--force`"), "{}", ran.transcript());
    scene.run("drop-database --force").exits(0);
    drop(somebody);
}

#[test]
fn fresh_takes_no_part_of_somebody_elses_table_with_it() {
    for (made, theirs, part) in [
        ("create type mood as enum ('calm');", "create table mine (id int, m mood default 'calm')", "mine.m"),
        (
            "create function code() returns int immutable language sql as 'select 7';",
            "create table mine (id int, n int default code())",
            "default",
        ),
        (
            "create function code() returns int immutable language sql as 'select 7';",
            "create table mine (id int); create index mine_code on mine ((id + code()))",
            "mine_code",
        ),
        (
            "create function code() returns bool immutable language sql as 'select true';",
            "create table mine (id int check (code()))",
            "mine",
        ),
        (
            "create function code() returns bool stable language sql as 'select true';",
            "create table mine (id int); create policy p on mine using (code())",
            "policy",
        ),
        (
            "create schema app;",
            "create table app.mine (id int) partition by range (id); create table app.one partition of app.mine for values from (0) to (9)",
            "app.mine",
        ),
    ] {
        let scene = applied();
        scene.sqlx("20250301000000_made", &format!("{made}\n"), "");
        scene.run("up").exits(0);
        scene.database.sql(theirs);
        let before = dump(&scene.database);
        let ran = scene.run("fresh").exits(3);
        assert!(
            ran.stderr.contains("would take with it") && ran.stderr.contains(part),
            "{}",
            ran.transcript()
        );
        assert_eq!(dump(&scene.database), before);
    }
}

#[test]
fn fresh_drops_partitions_and_what_has_no_schema() {
    let scene = applied();
    scene.sqlx(
        "20250301000000_parts",
        "create table parts (id int) partition by range (id); create table parts_one partition of parts for values from (0) to (9); \
         create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing;\n",
        "",
    );
    scene.run("up").exits(0);
    scene.database.sql("insert into parts values (1)");
    scene.run("fresh").exits(0);
    assert_eq!(scene.database.value("select count(*) from parts"), "0");
    scene.run("status --check").exits(0);
}

#[test]
fn fresh_leaves_alone_what_was_never_applied_here() {
    let scene = Scene::with_migrations();
    scene
        .database
        .sql("create table users (id int, precious text); insert into users values (1, 'made by hand')");
    scene.run("fresh").exits(4);
    assert_eq!(scene.database.rows("select * from users"), ["1|made by hand"]);
}

#[test]
fn what_came_before_a_hook_that_fails_is_not_said_to_be_nothing() {
    let scene = applied();
    scene.declare("[[hook]]\nwhen = \"before-up\"\nrun = [\"no-such-program\"]\n");
    for command in ["redo", "fresh"] {
        let ran = scene.run(command).exits(4);
        assert!(ran.stderr.contains("is gone, and not applied again"), "{}", ran.transcript());
    }
}

#[test]
fn a_database_is_neither_made_nor_dropped_past_its_guards() {
    let mut scene = Scene::with_migrations();
    let name = format!("{}_typo", scene.database.name());
    let old = scene.variable("DATABASE_URL");
    let url = scene.database.url().replace(scene.database.name(), &name);
    scene.set("DATABASE_URL", &url);
    scene.run("up --create --env production").exits(3);
    assert_eq!(
        scene.database.value(&format!("select count(*) from pg_database where datname = '{name}'")),
        "0"
    );
    scene.set("DATABASE_URL", &old);
    let lock = crate::waiting::hold_run_lock(&scene.database);
    scene.run("drop-database --force --wait-for-lock 0").exits(6);
    drop(lock);
}
