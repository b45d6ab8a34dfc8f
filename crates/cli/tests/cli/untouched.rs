//! Reading never creates: after a question the database is byte for byte what it was.

use crosstrack_testkit::dump_with_data;

use crate::scene::Scene;

const QUESTIONS: [&str; 12] = [
    "environment",
    "status",
    "status --check",
    "plan",
    "verify",
    "up --dry-run",
    "down --dry-run",
    "down",
    "status --format json",
    "history",
    "history --csv",
    "doctor",
];

#[test]
fn an_untouched_database_stays_untouched() {
    let scene = Scene::with_migrations();
    let before = dump_with_data(&scene.database);
    for question in QUESTIONS {
        let ran = scene.run(question);
        assert!(matches!(ran.code, 0 | 1), "{}", ran.transcript());
    }
    assert_eq!(dump_with_data(&scene.database), before);
}

#[test]
fn a_database_in_use_stays_as_it_is() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    let before = dump_with_data(&scene.database);
    for question in [
        "status --check",
        "plan",
        "verify",
        "up --dry-run",
        "down --dry-run --steps 3",
        "history --steps",
        "doctor",
        "drift",
        "up",
    ] {
        scene.run(question).exits(0);
    }
    assert_eq!(dump_with_data(&scene.database), before);
}

#[test]
fn who_may_create_nothing_may_ask_everything() {
    let mut scene = Scene::with_migrations();
    scene.sign_in_as_role();
    let before = dump_with_data(&scene.database);
    for question in QUESTIONS {
        let ran = scene.run(question);
        assert!(matches!(ran.code, 0 | 1), "{}", ran.transcript());
    }
    assert_eq!(dump_with_data(&scene.database), before);
}

#[test]
fn who_may_only_read_may_ask_about_a_database_in_use() {
    let mut scene = Scene::with_migrations();
    scene.run("up").exits(0);
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!(
        "grant select on all tables in schema public to {role}; grant usage on schema crosstrack to {role}; \
         grant select on all tables in schema crosstrack to {role}"
    ));
    for question in ["status --check", "plan", "verify", "up --dry-run", "down --dry-run", "history", "up"] {
        scene.run(question).exits(0);
    }
}
