//! The way back from a backup: into a new database, which is held against the manifest and only then takes the other's place.

use crosstrack_testkit::dump_with_data;
use expect_test::expect;

use crate::scene::Scene;
use crate::waiting::Session;

pub(crate) fn backed_up() -> Scene {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.database.sql("insert into users values (1), (2); insert into herbs select generate_series(1, 100)");
    scene.run("backup --output a.dump").exits(0);
    scene
}

/// Everything but what the journal and the mark say of the restore itself.
fn contents(scene: &Scene) -> String {
    let dump = dump_with_data(&scene.database);
    dump.lines().filter(|line| !line.contains("crosstrack.")).collect::<Vec<_>>().join("\n")
}

fn databases(scene: &Scene, like: &str) -> Vec<String> {
    scene.database.rows(&format!(
        "select datname from pg_database where datname like '{}{like}' order by 1",
        scene.database.name()
    ))
}

/// The database is a new one behind the same name.
fn drop_formers(scene: &Scene) {
    for name in databases(scene, "\\_before\\_%") {
        scene.database.sql(&format!("drop database {name}"));
    }
}

#[test]
fn a_restore_replaces_the_database_and_keeps_the_former() {
    let scene = backed_up();
    let before = contents(&scene);
    scene.database.sql("drop table herbs cascade; delete from users; create table junk (id int)");
    let ran = scene.run("restore a.dump").exits(0);
    let former = databases(&scene, "\\_before\\_%");
    assert_eq!(former.len(), 1);
    assert!(
        ran.stdout.contains(&format!("The database that it replaced is {}", former[0])),
        "{}",
        ran.transcript()
    );
    assert_eq!(contents(&scene), before);
    scene.run("status --check").exits(0);
    // It is the environment's own, and the journal knows.
    scene.run("up").exits(0);
    assert_eq!(
        scene.database.value("select command from crosstrack.run order by id desc limit 1"),
        "restore"
    );
    drop_formers(&scene);
}

#[test]
fn the_former_is_dropped_when_somebody_says_so() {
    let scene = backed_up();
    scene.run("restore a.dump --drop-old").exits(0);
    assert!(databases(&scene, "\\_%").is_empty());
}

#[test]
fn the_newest_backup_is_the_one_that_nobody_has_to_name() {
    let scene = backed_up();
    scene.run("backup").exits(0);
    scene.database.sql("delete from users");
    scene.run("restore --drop-old").exits(0);
    assert_eq!(scene.database.value("select count(*) from users"), "2");
    let ran = Scene::with_migrations().run("restore").exits(3);
    assert!(ran.stderr.contains("there is no backup of"), "{}", ran.transcript());
}

#[test]
fn a_database_that_was_dropped_by_mistake_comes_back() {
    let mut scene = backed_up();
    let name = format!("{}_lost", scene.database.name());
    let url = scene.database.url().replace(scene.database.name(), &name);
    scene.set("DATABASE_URL", &url);
    scene.run("up --create").exits(0);
    scene.run("backup --output lost.dump").exits(0);
    scene.run("drop-database").exits(0);
    scene.run("restore lost.dump").exits(0);
    scene.run("status --check").exits(0);
    scene.run("drop-database").exits(0);
}

#[test]
fn a_plain_backup_is_restored_too_packed_or_not() {
    let mut scene = backed_up();
    // Where `gzip` is.
    let path = format!("{}:/usr/bin:/bin", scene.variable("PATH"));
    scene.set("PATH", &path);
    let before = contents(&scene);
    for (flags, name) in [("--plain", "b.sql"), ("--plain --compress gzip", "b.sql.gz")] {
        scene.run(&format!("backup {flags} --output {name}")).exits(0);
        let ran = scene.run(&format!("restore {name} --drop-old"));
        assert_eq!(ran.code, 0, "{}", ran.transcript());
        assert_eq!(contents(&scene), before);
    }
}

#[test]
fn what_is_not_whole_is_not_restored() {
    let scene = backed_up();
    let bytes = std::fs::read(scene.path("a.dump")).unwrap();
    let before = dump_with_data(&scene.database);
    scene.write("a.dump", &bytes[..bytes.len() / 2]);
    scene.run("restore a.dump").shows(&expect![[r#"
        $ crosstrack restore a.dump
        [stderr]
        warning: this is to replace everything by what is in [project]/a.dump in the database `[database]` on [server], environment development
          it is of [database], taken at [moment] in development
        restoring [project]/a.dump into a new database
        error: `[project]/a.dump` is not what was backed up: it has [size], and its manifest says [size]
          changed: nothing
             next: use another backup: `crosstrack backup list` shows them, `crosstrack backup check --all` reads them
        [exit 3]
    "#]]);
    let mut altered = bytes.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    scene.write("a.dump", &altered);
    let ran = scene.run("restore a.dump").exits(3);
    assert!(ran.stderr.contains("its SHA-256 is not that of its manifest"), "{}", ran.transcript());
    // Without its manifest nobody can say; and pg_restore finds that it is cut.
    scene.write("a.dump", &bytes[..bytes.len() / 2]);
    scene.remove("a.dump.json");
    let ran = scene.run("restore a.dump").exits(3);
    assert!(ran.stderr.contains("--without-manifest"), "{}", ran.transcript());
    scene.run("restore a.dump --without-manifest").exits(3);
    assert_eq!(dump_with_data(&scene.database), before);
    assert!(databases(&scene, "\\_%").is_empty(), "nothing is left");
}

#[test]
fn what_is_not_what_the_manifest_says_does_not_take_the_place() {
    let scene = backed_up();
    let before = dump_with_data(&scene.database);
    let manifest = scene.read("a.dump.json").replace("\"rows\": 100", "\"rows\": 101");
    scene.write("a.dump.json", manifest);
    let ran = scene.run("restore a.dump").exits(3);
    assert!(ran.stderr.contains("public.herbs: 100 rows and not 101"), "{}", ran.transcript());
    assert_eq!(dump_with_data(&scene.database), before);
    assert!(databases(&scene, "\\_%").is_empty(), "nothing is left");
}

#[cfg(unix)]
#[test]
fn a_restore_that_is_killed_leaves_the_database_as_it_is() {
    let scene = backed_up();
    // Large enough to be killed in the middle.
    scene.database.sql(
        "create table large as select i, repeat(md5(i::text), 20) as text from generate_series(1, 60000) i; \
                        create index on large (text); create index on large (i)",
    );
    scene.run("backup --output large.dump").exits(0);
    let before = dump_with_data(&scene.database);
    let restoring =
        "select count(*) from pg_stat_activity where datname like '%\\_restoring\\_%' and query like 'COPY%'";
    let killed = scene.start("restore large.dump");
    crate::program::wait_until("it is restoring", || {
        scene.database.value(restoring) != "0" || !databases(&scene, "\\_before\\_%").is_empty()
    });
    killed.signal(rustix::process::Signal::KILL);
    drop(killed);
    if databases(&scene, "\\_before\\_%").is_empty() {
        assert_eq!(dump_with_data(&scene.database), before);
    }
    let connected = "select count(*) from pg_stat_activity where datname like '%\\_restoring\\_%'";
    crate::program::wait_until("pg_restore is over", || scene.database.value(connected) == "0");
    // The next one clears up what it left.
    scene.run("restore large.dump --drop-old").exits(0);
    assert!(databases(&scene, "\\_restoring\\_%").is_empty());
    drop_formers(&scene);
}

#[test]
fn another_name_is_left_to_itself() {
    let scene = backed_up();
    let into = format!("{}_into", scene.database.name());
    scene.run(&format!("restore a.dump --into {into}")).exits(0);
    assert_eq!(databases(&scene, "\\_%"), std::slice::from_ref(&into));
    let ran = scene.run(&format!("restore a.dump --into {into}")).exits(3);
    assert!(ran.stderr.contains("already"), "{}", ran.transcript());
    scene.database.sql(&format!("drop database {into}"));
}

#[test]
fn nobody_replaces_a_database_while_a_run_is_under_way() {
    let scene = backed_up();
    let lock = crate::waiting::hold_run_lock(&scene.database);
    let ran = scene.run("restore a.dump").exits(6);
    assert!(ran.stderr.contains("a run holds the lock"), "{}", ran.transcript());
    drop(lock);
    assert!(databases(&scene, "\\_%").is_empty(), "nothing is left");
}

#[test]
fn who_is_connected_is_sent_away_and_settings_rights_and_objects_are_kept() {
    let scene = backed_up();
    let name = scene.database.name().to_owned();
    let role = scene.database.role("reader", "");
    scene.database.sql(&format!("alter database {name} set work_mem to '77MB'; alter database {name} connection limit 55; \
                                 grant connect on database {name} to {role}; select lo_from_bytea(0, 'large'); \
                                 create extension if not exists pg_trgm; create sequence counter start 7; select nextval('counter')"));
    scene.run("backup --output b.dump").exits(0);
    let somebody = Session::open(&scene.database);
    somebody.run("select 1");
    scene.run("restore b.dump --drop-old").exits(0);
    assert_eq!(scene.database.value("show work_mem"), "77MB");
    assert_eq!(
        scene.database.value("select datconnlimit from pg_database where datname = current_database()"),
        "55"
    );
    assert_eq!(
        scene
            .database
            .value(&format!("select has_database_privilege('{role}', current_database(), 'connect')")),
        "t"
    );
    assert_eq!(scene.database.value("select count(*) from pg_largeobject_metadata"), "1");
    assert_eq!(scene.database.value("select nextval('counter')"), "8");
    scene.database.sql(&format!("revoke all on database {name} from {role}"));
}

#[test]
fn an_environment_guards_its_database_against_a_restore() {
    let mut scene = Scene::with_migrations();
    scene.set("CROSSTRACK_COMMIT", "0123abcd");
    let named = format!("--yes-i-mean {}", scene.database.name());
    scene.run(&format!("up --env production {named}")).exits(0);
    scene.run("backup --output a.dump --env production").exits(0);
    let ran = scene.run("restore a.dump").exits(3);
    assert!(ran.stderr.contains("--yes-i-mean"), "{}", ran.transcript());
    scene.run(&format!("restore a.dump --drop-old {named}")).exits(0);
    // It is production still.
    let ran = scene.run("environment").exits(0);
    assert!(ran.stdout.contains("marked production"), "{}", ran.transcript());
    scene.declare("[environment.production]\nforbid = [\"restore\"]\n");
    scene.run(&format!("restore a.dump --env production {named}")).exits(3);
}

#[test]
fn what_has_no_rows_or_an_unknown_origin_takes_no_databases_place() {
    let scene = backed_up();
    let before = dump_with_data(&scene.database);
    scene.run("backup --schema-only --output s.dump").exits(0);
    let ran = scene.run("restore s.dump --drop-old").exits(3);
    assert!(ran.stderr.contains("it has no rows"), "{}", ran.transcript());
    for script in ["", "drop database if exists postgres;\n\\connect postgres\n"] {
        scene.write("x.sql", script);
        let ran = scene.run("restore x.sql --without-manifest --drop-old").exits(3);
        assert!(ran.stderr.contains("run it with `psql` yourself"), "{}", ran.transcript());
    }
    assert_eq!(dump_with_data(&scene.database), before);
    let into = format!("{}_schema", scene.database.name());
    scene.run(&format!("restore s.dump --into {into}")).exits(0);
    scene.database.sql(&format!("drop database {into}"));
}

#[test]
fn a_backup_of_production_stays_productions() {
    let mut scene = Scene::with_migrations();
    scene.set("CROSSTRACK_COMMIT", "0123abcd");
    let name = format!("{}_lost", scene.database.name());
    let url = scene.database.url().replace(scene.database.name(), &name);
    scene.set("DATABASE_URL", &url);
    scene.run(&format!("up --create --env production --yes-i-mean {name}")).exits(0);
    scene.run("backup").exits(0);
    scene.database.sql(&format!("drop database {name} with (force)"));
    scene.run("restore").exits(0);
    let ran = scene.run("environment").exits(0);
    assert!(ran.stdout.contains("marked production"), "{}", ran.transcript());
    // A newer one of another environment is not what production goes back to.
    let mut manifest: serde_json::Value =
        serde_json::from_str(&scene.read(&format!("backups/{}.json", scene.backups()[0]))).unwrap();
    manifest["environment"] = "development".into();
    manifest["taken_at"] = "2999-01-01T00:00:00Z".into();
    std::fs::copy(scene.path("backups").join(&scene.backups()[0]), scene.path("backups/zz.dump")).unwrap();
    scene.write("backups/zz.dump.json", manifest.to_string());
    let ran = scene.run(&format!("restore --yes-i-mean {name} --drop-old")).exits(0);
    assert!(!ran.stderr.contains("zz.dump"), "{}", ran.transcript());
    scene.database.sql(&format!("drop database {name} with (force)"));
}

#[test]
fn what_a_dump_does_not_carry_is_not_missed() {
    let scene = Scene::with_migrations();
    scene.database.sql("drop schema public cascade; create schema public");
    scene.run("up").exits(0);
    let somebody = Session::open(&scene.database);
    somebody.run("create temporary table mine (id int primary key)");
    scene.run("backup --output a.dump").exits(0);
    drop(somebody);
    scene.run("restore a.dump --drop-old").exits(0);
}

#[test]
fn names_and_settings_that_need_care_are_restored() {
    let mut scene = backed_up();
    let name = format!("{}=o'dd", scene.database.name());
    let quoted = format!("\"{name}\"");
    scene.database.sql(&format!("create database {quoted}"));
    scene.database.sql(&format!(
        "alter database {quoted} set session_preload_libraries to 'auto_explain', 'pg_stat_statements'"
    ));
    scene.database.sql(&format!("alter database {quoted} reset session_preload_libraries"));
    scene.database.sql(&format!("comment on database {quoted} is 'the clinic''s'; alter database {quoted} set default_transaction_read_only to off"));
    let encoded = name.replace('=', "%3D").replace('\'', "%27");
    let url = scene.database.url().replace(scene.database.name(), &encoded);
    scene.set("DATABASE_URL", &url);
    scene.run("up").exits(0);
    scene.run("backup --output odd.dump").exits(0);
    scene.run("restore odd.dump --drop-old").exits(0);
    let comment = format!(
        "select shobj_description(oid, 'pg_database') from pg_database where datname = '{}'",
        name.replace('\'', "''")
    );
    assert_eq!(scene.database.value(&comment), "the clinic's");
    scene.database.sql(&format!("drop database {quoted} with (force)"));
}
