//! Passwords never appear: not in answers, not in stories, not in JSON, not in the journal.

use crosstrack_testkit::dump_with_data;

use crate::scene::Scene;

const PASSWORD: &str = "Xyzzy-Plugh-4711";

/// Signs in over TCP with a password that stands nowhere else.
fn scene() -> Scene {
    let mut scene = Scene::with_migrations();
    let role = scene.database.role("secretive", &format!("LOGIN PASSWORD '{PASSWORD}'"));
    scene.database.sql(&format!(
        "grant create on database {} to {role}; grant all on schema public to {role}",
        scene.database.name()
    ));
    let running = crosstrack_testkit::TestServer::shared().running();
    let own = format!("{}:{}@", running.user, running.password.expose());
    let url = scene.database.url().replace(&own, &format!("{role}:{PASSWORD}@"));
    assert!(url.contains(PASSWORD));
    scene.set("DATABASE_URL", &url);
    scene
}

#[track_caller]
fn check(scene: &Scene, line: &str, code: i32) {
    for format in ["human", "json", "github"] {
        let ran = scene.run(&format!("{line} --verbose --format {format}"));
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!text.contains("Plugh"), "`crosstrack {line}` as {format} shows the password");
        assert!(ran.code == code || ran.code == 0 || ran.code == 3, "{}", ran.transcript());
    }
}

#[test]
fn no_command_shows_the_password() {
    let scene = scene();
    for line in [
        "status",
        "plan",
        "verify",
        "up --dry-run",
        "up --steps 3",
        "up",
        "down",
        "down --dry-run",
        "verify --fix",
    ] {
        check(&scene, line, 0);
    }
    check(&scene, "resolve --applied cms/20250104000000", 3);
    check(&scene, "resolve --rolled-back cms/20250104000000", 3);
    scene.settle("rollback = \"automatic\"", "rollback = \"backup\"");
    check(&scene, "down --track auth", 0);
    assert!(!dump_with_data(&scene.database).contains("Plugh"), "the journal shows the password");
}

#[test]
fn no_failure_shows_the_password() {
    let mut scene = scene();
    scene.sqlx("20250105000000_broken", "select nothing;\n", "");
    check(&scene, "up", 4);
    let holder = crate::waiting::hold_run_lock(&scene.database);
    check(&scene, "up --wait-for-lock 0", 6);
    drop(holder);
    scene.settle("rollback = \"automatic\"", "rollback = \"sometimes\"");
    check(&scene, "up", 2);
    scene.settle("rollback = \"sometimes\"", "rollback = \"automatic\"");
    assert!(!dump_with_data(&scene.database).contains("Plugh"), "the journal shows the password");
    let url = scene.database.url();
    let (_, host) = url.rsplit_once('@').unwrap();
    for broken in [
        format!("postgresql://ada:{PASSWORD}@{host}"),
        format!("postgresql://ada:{PASSWORD}@127.0.0.1:1/shop"),
        format!("postgresql://ada:{PASSWORD}@127.0.0.1:99999/shop"),
        format!("postgresql://ada:{PASSWORD}@[::1/shop"),
        format!("mysql://ada:{PASSWORD}@127.0.0.1/shop"),
        format!("host=127.0.0.1 port=1 user=ada password={PASSWORD}"),
        format!("postgresql://127.0.0.1:1/shop?user=ada&password={PASSWORD}"),
        format!("postgresql://ada:{PASSWORD}@127.0.0.1:1/shop?sslmode=sometimes"),
        format!("ada:{PASSWORD}@127.0.0.1/shop"),
    ] {
        scene.set("DATABASE_URL", &broken);
        let ran = scene.run("up --format json");
        assert!(matches!(ran.code, 2 | 5), "{}", ran.transcript());
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("Plugh"), "the password is shown");
        let ran = scene.run(&format!("status --database-url '{broken}'"));
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("Plugh"), "the password is shown");
    }
}
