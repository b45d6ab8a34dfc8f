//! Backups: taken whole or not at all, known again by their manifests, and kept as long as somebody wants.

use expect_test::expect;
use serde_json::Value;

use crate::scene::Scene;

fn applied() -> Scene {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene
        .database
        .sql("insert into users values (1), (2); insert into herbs select generate_series(1, 1000)");
    scene
}

fn files(scene: &Scene) -> Vec<String> {
    if scene.path("backups").is_dir() { scene.names_in("backups") } else { Vec::new() }
}

fn manifest(scene: &Scene, backup: &str) -> Value {
    serde_json::from_str(&scene.read(&format!("{backup}.json"))).unwrap()
}

#[test]
fn a_backup_says_where_it_is_and_how_to_go_back_to_it() {
    let scene = applied();
    scene.run("backup").shows(&expect![[r#"
        $ crosstrack backup
        Backed up [database]: 1012 rows of 9 tables in [project]/backups/[database]_[moment].dump, [size], in [time].
        `crosstrack restore [project]/backups/[database]_[moment].dump` goes back to it.
        [exit 0]
    "#]]);
    let names = files(&scene);
    assert_eq!(names.len(), 2, "{names:?}");
    let manifest = manifest(&scene, &format!("backups/{}", names[0]));
    assert_eq!(
        manifest["rows"].as_array().unwrap().iter().find(|t| t["table"] == "public.herbs").unwrap()["rows"],
        1000
    );
    assert_eq!(manifest["tracks"][1]["newest"], "20250104000000");
    assert_eq!(manifest["environment"], "development");
    #[cfg(unix)]
    for name in &names {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(scene.path("backups").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} is its owner's alone");
    }
    scene.run("backup check").exits(0);
    scene.run("backup list").shows(&expect![[r#"
        $ crosstrack backup list
        [moment]  [project]/backups/[database]_[moment].dump  [size]  auth 20250103000000, cms 20250104000000
        [exit 0]
    "#]]);
}

#[test]
fn every_form_can_be_taken_and_checked() {
    let scene = applied();
    for (flags, name) in [
        ("--plain", "plain.sql"),
        ("--plain --compress gzip", "plain.sql.gz"),
        ("--compress none", "none.dump"),
        ("--schema-only", "schema.dump"),
        ("--table public.users --table herbs", "tables.dump"),
    ] {
        scene.run(&format!("backup {flags} --output {name}")).exits(0);
        scene.run(&format!("backup check {name}")).exits(0);
    }
    assert!(scene.read("plain.sql").contains("COPY public.herbs"));
    assert_eq!(manifest(&scene, "schema.dump")["rows"], Value::Array(Vec::new()));
    assert_eq!(manifest(&scene, "tables.dump")["rows"].as_array().unwrap().len(), 2);
    let ran = scene.run("backup --output plain.sql").exits(3);
    assert!(
        ran.stderr.contains("`[project]/plain.sql` is there already")
            || ran.stderr.contains("plain.sql` is there already")
    );
}

#[test]
fn zstandard_is_asked_of_programs_that_know_it() {
    let scene = applied();
    let ran = scene.run("backup --compress zstd");
    if ran.code == 0 {
        scene.run("backup check").exits(0);
    } else {
        assert!(ran.stderr.contains("cannot compress with zstd"), "{}", ran.transcript());
        assert!(files(&scene).is_empty());
    }
}

#[test]
fn a_backup_that_was_altered_or_cut_is_found_out() {
    let scene = applied();
    scene.run("backup --output a.dump").exits(0);
    let bytes = std::fs::read(scene.path("a.dump")).unwrap();
    let mut altered = bytes.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    scene.write("a.dump", &altered);
    scene.run("backup check a.dump").shows(&expect![[r#"
        $ crosstrack backup check a.dump
        unsound  [project]/a.dump: `[project]/a.dump` is not what was backed up: its SHA-256 is not that of its manifest
        [exit 1]
    "#]]);
    scene.write("a.dump", &bytes[..bytes.len() - 1]);
    let ran = scene.run("backup check a.dump").exits(1);
    assert!(ran.stdout.contains("and its manifest says"), "{}", ran.transcript());
    scene.remove("a.dump.json");
    let ran = scene.run("backup check a.dump").exits(1);
    assert!(ran.stdout.contains("has no manifest beside it"), "{}", ran.transcript());
    scene.write("a.dump.json", "{\"format\": 99}");
    scene.run("backup check a.dump").exits(1);
}

#[test]
fn what_cannot_be_finished_leaves_no_file() {
    let mut scene = applied();
    // A table that the role may not read.
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!("grant usage on schema crosstrack to {role}; grant select on all tables in schema crosstrack, public to {role}; \
                                revoke select on herbs from {role}"));
    let ran = scene.run("backup").exits(3);
    assert!(ran.stderr.contains("herbs"), "{}", ran.transcript());
    assert!(files(&scene).is_empty());
}

#[cfg(unix)]
#[test]
fn a_backup_that_is_stopped_leaves_no_file() {
    let scene = applied();
    let session = crate::waiting::Session::open(&scene.database);
    session.run("begin; lock table herbs in access exclusive mode");
    let running = scene.start("backup");
    let waits = "select count(*) from pg_locks where not granted and relation = 'herbs'::regclass";
    crate::program::wait_until("the backup waits for the table", || scene.database.value(waits) != "0");
    running.signal(rustix::process::Signal::TERM);
    drop(session);
    let ran = running.wait();
    assert!(ran.code == 143 || ran.code == 0, "{}", ran.transcript());
    assert_eq!(files(&scene).is_empty(), ran.code == 143, "{:?}", files(&scene));
}

#[test]
fn old_backups_are_pruned_and_the_newest_stay_whatever_their_age() {
    let scene = applied();
    for _ in 0..4 {
        scene.run("backup").exits(0);
    }
    // As if all but the newest had been taken long ago.
    let mut names: Vec<String> = files(&scene).into_iter().filter(|name| name.contains(".json")).collect();
    names.sort();
    for (age, name) in names.iter().rev().enumerate().skip(1) {
        let path = format!("backups/{name}");
        let mut manifest: Value = serde_json::from_str(&scene.read(&path)).unwrap();
        manifest["taken_at"] = format!("2020-01-0{}T00:00:00Z", 9 - age).into();
        scene.write(&path, manifest.to_string());
    }
    scene.write("backups/notes.txt", "somebody's");
    scene.write("backups/other.dump", "another tool's");
    let ran = scene.run("backup prune --keep 2 --dry-run").exits(0);
    assert!(ran.stdout.ends_with("Would remove 2 backups, 2 stay.\n"), "{}", ran.transcript());
    assert_eq!(files(&scene).len(), 10);
    let ran = scene.run("backup prune --keep 2").exits(0);
    assert!(ran.stdout.ends_with("Removed 2 backups, 2 stay.\n"), "{}", ran.transcript());
    assert_eq!(files(&scene).len(), 6);
    scene.run("backup prune --keep-days 100000 --keep 0").exits(0);
    assert_eq!(files(&scene).len(), 6, "none is so old");
    let elsewhere = Scene::with_migrations();
    let mut other = scene;
    other.set("DATABASE_URL", &elsewhere.variable("DATABASE_URL"));
    other.run("backup prune --keep-days 0 --keep 0").exits(0);
    assert_eq!(files(&other).len(), 6, "those of another database are another's");
}

#[cfg(unix)]
#[test]
fn programs_that_are_older_than_the_server_are_named_before_anything_starts() {
    let mut scene = applied();
    scene.script("pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'");
    let folder = scene.path("programs").to_str().unwrap().to_owned();
    scene.set("PATH", &folder);
    let ran = scene.run("backup");
    // Where packages put newer ones beside PATH, those are taken.
    if ran.code == 3 {
        assert!(ran.stderr.contains("is of version 9.6.24, older than the server's"), "{}", ran.transcript());
        assert!(files(&scene).is_empty());
    } else {
        scene.run("backup check").exits(0);
    }
}

#[test]
fn there_is_nothing_to_check_or_to_list_where_nobody_took_one() {
    let scene = applied();
    let ran = scene.run("backup list").exits(0);
    assert!(ran.stdout.starts_with("There are no backups in"), "{}", ran.transcript());
    let ran = scene.run("backup check").exits(3);
    assert!(ran.stderr.contains("there is no backup of"), "{}", ran.transcript());
    scene.run("backup prune").exits(0);
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_leaves_no_file_and_touches_nothing() {
    let scene = applied();
    scene.database.sql("create table large as select i, md5(i::text) from generate_series(1, 200000) i");
    // No file may be larger than 512 kB.
    let ran = scene.shell("ulimit -f 1024; exec crosstrack backup --compress none");
    assert_eq!(ran.code, 3, "{}", ran.transcript());
    assert!(ran.stderr.contains("`pg_dump` failed"), "{}", ran.transcript());
    assert!(files(&scene).is_empty(), "{:?}", files(&scene));
    scene.run("backup").exits(0);
}

#[cfg(unix)]
#[test]
fn the_nightly_script_backs_up_checks_and_prunes_in_silence() {
    let scene = Scene::of_the_repository();
    scene.run("up --quiet").exits(0);
    for _ in 0..3 {
        let ran = scene.shell("KEEP_DAYS=0 KEEP=2 scripts/backup-nightly.sh").exits(0);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    }
    assert_eq!(scene.backups().len(), 2);
    // Where none can be taken, the old ones stay, and the exit code says so.
    let ran = scene.shell("DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing scripts/backup-nightly.sh");
    assert_eq!(ran.code, 5, "{}", ran.transcript());
    assert_eq!(scene.backups().len(), 2);
}

#[cfg(unix)]
#[test]
fn the_wrapper_calls_the_program_from_any_folder() {
    let scene = Scene::of_the_repository();
    let ran = scene.shell("cd cms-migrations && ../scripts/migrate.sh up --quiet").exits(0);
    assert!(ran.stdout.starts_with("Applied 16 migrations"), "{}", ran.transcript());
    let ran = scene.shell("scripts/migrate.sh status --check");
    assert_eq!(ran.code, 0, "{}", ran.transcript());
    let ran = scene.shell("scripts/migrate.sh no-such-command");
    assert_eq!(ran.code, 2, "{}", ran.transcript());
}

#[test]
fn nothing_that_is_there_is_written_over() {
    let scene = applied();
    scene.write("package.json", "{\"my\": \"file\"}");
    let ran = scene.run("backup --output package").exits(3);
    assert!(ran.stderr.contains("package.json` is there already"), "{}", ran.transcript());
    assert_eq!(scene.read("package.json"), "{\"my\": \"file\"}");
    scene.write("zz.partial", "precious");
    scene.run("backup --output zz").exits(0);
    assert_eq!(scene.read("zz.partial"), "precious");
    let ran = scene.run("backup --output some.dump --table users --table nothing").exits(3);
    assert!(ran.stderr.contains("the table `nothing` is not in the database"), "{}", ran.transcript());
}

#[test]
fn pruning_keeps_what_everything_can_be_restored_from() {
    let scene = applied();
    scene.run("backup").exits(0);
    let full = scene.backups()[0].clone();
    let old = |name: &str| {
        let path = format!("backups/{name}.json");
        let mut manifest: Value = serde_json::from_str(&scene.read(&path)).unwrap();
        manifest["taken_at"] = "2020-01-01T00:00:00Z".into();
        scene.write(&path, manifest.to_string());
    };
    old(&full);
    scene.run("backup --schema-only").exits(0);
    scene.run("backup --table users").exits(0);
    let damaged = scene.backups().into_iter().find(|name| *name != full).unwrap();
    scene.write(&format!("backups/{damaged}"), "");
    scene.run("backup prune --keep 1 --keep-days 7").exits(0);
    assert!(scene.backups().contains(&full), "{:?}", scene.backups());
    scene.run("restore").exits(0);
    let former = format!(
        "select datname from pg_database where datname like '{}\\_before\\_%'",
        scene.database.name()
    );
    for name in scene.database.rows(&former) {
        scene.database.sql(&format!("drop database {name}"));
    }
}
