//! Programs of a project's own that run before and after a change.
#![cfg(unix)]

use expect_test::expect;

use crate::scene::Scene;

/// A project with a hook that appends a line to a file.
fn scene(hooks: &str) -> Scene {
    let scene = Scene::with_migrations();
    scene.declare(hooks);
    scene
}

fn hook(when: &str, script: &str, more: &str) -> String {
    format!("[[hook]]\nwhen = \"{when}\"\nrun = [\"/bin/sh\", \"-c\", '''{script}''']\n{more}\n")
}

fn lines(scene: &Scene) -> Vec<String> {
    let path = scene.path("told");
    std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

const TELL: &str = "echo \"$CROSSTRACK_COMMAND $CROSSTRACK_ENV $CROSSTRACK_MIGRATIONS\" >> told";

#[test]
fn types_are_written_anew_only_when_something_was_applied() {
    let scene = scene(&hook("after-up", TELL, ""));
    scene.run("up").exits(0);
    scene.run("up").exits(0);
    assert_eq!(lines(&scene), ["up development 4"]);
    scene.run("redo").exits(0);
    assert_eq!(lines(&scene), ["up development 4", "redo development 1"]);
}

#[test]
fn a_hook_that_always_runs_runs_when_there_is_nothing_to_do() {
    let scene = scene(&hook("after-up", TELL, "always = true\n"));
    scene.run("up").exits(0);
    scene.run("up").exits(0);
    assert_eq!(lines(&scene), ["up development 4", "up development 0"]);
}

#[test]
fn every_moment_has_its_hooks_in_their_order() {
    let all: Vec<String> = ["before-up", "after-up", "before-down", "after-down"]
        .iter()
        .flat_map(|when| {
            [
                hook(when, &format!("echo {when} 1 >> told"), ""),
                hook(when, &format!("echo {when} 2 >> told"), ""),
            ]
        })
        .collect();
    let scene = scene(&all.concat());
    scene.run("up").exits(0);
    scene.run("down").exits(0);
    let expected = [
        "before-up 1",
        "before-up 2",
        "after-up 1",
        "after-up 2",
        "before-down 1",
        "before-down 2",
        "after-down 1",
        "after-down 2",
    ];
    assert_eq!(lines(&scene), expected);
}

#[test]
fn a_hook_before_that_fails_lets_nothing_be_touched() {
    let scene = scene(&hook("before-up", "echo the cache is not there; exit 7", ""));
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        hook before-up: /bin/sh -c echo the cache is not there; exit 7
        error: the hook `/bin/sh -c echo the cache is not there; exit 7` failed with exit code 7: the cache is not there
          changed: nothing
             next: mend the hook, or take it out of crosstrack.toml; then run the same command again
        [exit 3]
    "#]]);
    assert!(!scene.database.has("users"));
    let scene = self::scene("[[hook]]\nwhen = \"before-up\"\nrun = [\"no-such-program\"]\n");
    let ran = scene.run("up").exits(3);
    assert!(ran.stderr.contains("cannot run the hook `no-such-program`"), "{}", ran.transcript());
}

#[test]
fn a_hook_after_that_fails_says_that_the_run_is_done() {
    let scene = scene(&hook("after-up", "echo no schema.rs >&2; exit 1", ""));
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        hook after-up: /bin/sh -c echo no schema.rs >&2; exit 1
        error: the hook `/bin/sh -c echo no schema.rs >&2; exit 1` failed with exit code 1: no schema.rs
          changed: the run itself is done, and the ledgers and the journal say so; only the hook is not
             next: mend the hook and run it by hand: it does not run again by itself
        [exit 4]
    "#]]);
    assert!(scene.database.has("users"));
    scene.run("status --check").exits(0);
}

#[test]
fn a_hook_that_takes_too_long_is_ended() {
    let scene = scene(&hook("before-up", "/bin/sleep 60; echo over", "timeout = \"200ms\"\n"));
    let ran = scene.run("up").exits(3);
    assert!(ran.stderr.contains("ran longer than its `timeout`"), "{}", ran.transcript());
}

#[test]
fn a_hook_that_runs_is_ended_with_the_run() {
    let scene = scene(&hook("before-up", "echo begun >> told; /bin/sleep 60; echo over", ""));
    let running = scene.start("up");
    crate::program::wait_until("the hook runs", || lines(&scene) == ["begun"]);
    running.signal(rustix::process::Signal::INT);
    let ran = running.wait().exits(130);
    assert!(ran.stderr.contains("stopped while the hook"), "{}", ran.transcript());
    assert!(!scene.database.has("users"));
}

#[test]
fn a_hook_reaches_the_database_and_is_shown_no_password() {
    let scene = scene(&hook(
        "after-up",
        "/usr/bin/env > told; psql -At -c 'select count(*) from _sqlx_migrations' >> told",
        "",
    ));
    scene.run("up").exits(0);
    let lines = lines(&scene);
    crosstrack_testkit::assert_no_secret(&lines.join("\n"));
    assert_eq!(lines.last().map(String::as_str), Some("2"), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("DATABASE_URL=postgresql://")), "{lines:?}");
}

#[test]
fn a_hook_that_makes_no_sense_is_a_mistake_with_its_place() {
    let scene = scene("[[hook]]\nwhen = \"after-upp\"\nrun = [\"true\"]\n");
    let ran = scene.run("up").exits(2);
    assert!(
        ran.stderr.contains("unknown moment `after-upp`") && ran.stderr.contains("after-up"),
        "{}",
        ran.transcript()
    );
    let scene = self::scene("[[hook]]\nwhen = \"after-up\"\nrun = []\n");
    let ran = scene.run("up").exits(2);
    assert!(ran.stderr.contains("`run` is empty"), "{}", ran.transcript());
}
