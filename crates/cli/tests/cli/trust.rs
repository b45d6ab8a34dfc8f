//! Settings that another user has put in the way of the search are not used.
#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt as _, chown};

use expect_test::expect;

use crate::scene::Scene;

/// The number of a user that owns nothing here.
const OTHER: u32 = 65_534;

fn let_all_write(scene: &Scene, path: &str) {
    let permissions = std::fs::Permissions::from_mode(0o666);
    std::fs::set_permissions(scene.path(path), permissions).unwrap();
}

/// Gives a file to another user; false where the test may not.
fn give_away(scene: &Scene, path: &str) -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if is_root {
        chown(scene.path(path), Some(OTHER), None).unwrap();
    }
    is_root
}

#[test]
fn settings_that_all_users_can_write_are_refused_until_the_folder_is_declared_safe() {
    let scene = Scene::with_migrations();
    scene.write("app/readme", "");
    let_all_write(&scene, "crosstrack.toml");
    scene.shell("cd app && crosstrack status").shows(&expect![[r#"
        $ crosstrack cd app && crosstrack status
        [stderr]
        error: `[project]/crosstrack.toml` is not trusted: it can be written by every user of this machine
             next: read it first: it can name programs that run; to trust it, run `chmod o-w [project]/crosstrack.toml` or set CROSSTRACK_SAFE_DIRECTORY=[project]
        [exit 2]
    "#]]);
    scene.shell("cd app && crosstrack status --quiet --config ../crosstrack.toml").exits(0);
    scene
        .shell("cd app && CROSSTRACK_SAFE_DIRECTORY=\"$(dirname \"$PWD\")\" crosstrack status --quiet")
        .exits(0);
    scene.shell("cd app && CROSSTRACK_SAFE_DIRECTORY='*' crosstrack status --quiet").exits(0);
    scene.shell("cd app && CROSSTRACK_SAFE_DIRECTORY=/elsewhere crosstrack status --quiet").exits(2);
}

#[test]
fn settings_of_another_user_above_the_working_directory_are_refused() {
    let scene = Scene::with_migrations();
    scene.write("app/readme", "");
    if !give_away(&scene, "crosstrack.toml") {
        return;
    }
    scene.shell("cd app && crosstrack status").shows(&expect![[r#"
        $ crosstrack cd app && crosstrack status
        [stderr]
        error: `[project]/crosstrack.toml` is not trusted: it belongs to another user (number 65534)
             next: read it first: it can name programs that run; to trust it, set CROSSTRACK_SAFE_DIRECTORY=[project]
        [exit 2]
    "#]]);
    // A whole folder of another user, as a container sees a mounted repository.
    chown(scene.path(""), Some(OTHER), None).unwrap();
    scene.shell("crosstrack status --quiet").exits(0);
    scene.shell("cd app && crosstrack status --quiet").exits(2);
}

#[test]
fn a_dotenv_file_and_a_hook_of_others_are_refused_too() {
    let scene = Scene::with_migrations();
    scene.write(".env", "DATABASE_STATEMENT_TIMEOUT=1000\n");
    let_all_write(&scene, ".env");
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [stderr]
        error: `[project]/.env` is not trusted: it can be written by every user of this machine
             next: read it first: it can name programs that run; to trust it, run `chmod o-w [project]/.env` or set CROSSTRACK_SAFE_DIRECTORY=[project]
        [exit 2]
    "#]]);
    scene.run("status --quiet --no-dotenv").exits(0);
    scene.remove(".env");

    scene.script("generate", "exit 0");
    scene.declare("[[hook]]\nwhen = \"before-up\"\nrun = [\"programs/generate\"]\n");
    let_all_write(&scene, "programs/generate");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: `[project]/programs/generate` is not trusted: it can be written by every user of this machine
             next: read it first: it can name programs that run; to trust it, run `chmod o-w [project]/programs/generate` or set CROSSTRACK_SAFE_DIRECTORY=[project]/programs
        [exit 2]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from pg_class where relname = 'users'"), "0");
}

#[test]
fn the_search_ends_at_the_home_folder() {
    let mut scene = Scene::with_migrations();
    scene.write("home/app/readme", "");
    let home = scene.path("home").display().to_string();
    scene.set("HOME", &home);
    scene.shell("cd home/app && crosstrack status --quiet").exits(2);
    scene.shell("cd home/app && HOME=/ crosstrack status --quiet").exits(0);
}
