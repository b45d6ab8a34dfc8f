//! Two branches that each add a migration: `status` says what the merge would break before it bites.

use std::process::Command;

use expect_test::expect;

use crate::scene::Scene;

/// Runs git in the project, with nothing of the machine's own settings.
#[expect(clippy::disallowed_methods, reason = "the repository is made by git itself")]
fn git(scene: &Scene, line: &str) {
    let output = Command::new("git")
        .args(line.split_whitespace())
        .current_dir(scene.path(""))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
        .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
        .output()
        .unwrap();
    assert!(output.status.success(), "git {line}: {}", String::from_utf8_lossy(&output.stderr));
}

#[expect(clippy::disallowed_methods, reason = "git is where the machine has it")]
fn search_path() -> String {
    std::env::var("PATH").unwrap()
}

fn commit(scene: &Scene) {
    git(scene, "add --all");
    git(scene, "commit --quiet --message changes");
}

/// The migrations in the branch `main`, and a branch `feature` that begins there and is checked out.
fn repository() -> Scene {
    let mut scene = Scene::with_migrations();
    // The program finds git where the tests find it.
    let path = format!("{}:{}", scene.variable("PATH"), search_path());
    scene.set("PATH", &path);
    git(&scene, "init --quiet --initial-branch main");
    commit(&scene);
    git(&scene, "branch feature");
    scene
}

/// Two branches: both add to both tracks, and the feature has changed and removed what both had.
fn two_branches() -> Scene {
    let scene = repository();
    scene.diesel("20250201000000_teams", "create table teams ();\n", "drop table teams;\n");
    scene.sqlx("20250110000000_articles", "create table articles ();\n", "drop table articles;\n");
    commit(&scene);
    git(&scene, "checkout --quiet feature");
    scene.diesel("20250115000000_audit", "create table audit ();\n", "drop table audit;\n");
    scene.sqlx("20250110000000_journals", "create table journals ();\n", "drop table journals;\n");
    scene.sqlx("20250301000000_later", "create table later ();\n", "drop table later;\n");
    scene.remove("auth/20250103000000_sessions");
    scene.write("cms/20250102000000_herbs.up.sql", "create table herbs (id bigint);\n");
    scene
}

#[test]
fn what_the_merge_would_break_is_said_before_it() {
    let scene = two_branches();
    scene.run("status --base main").shows(&expect![[r#"
        $ crosstrack status --base main
        database [database] on PostgreSQL [version] at [server], user developer, [size], 0 tables, development

        auth (diesel, auth): 2 pending
          pending  20250101000000_users
          pending  20250115000000_audit
          next: `auth/20250103000000_sessions` is gone here, and `main` has it
                gone-from-base: put `auth/20250103000000_sessions` back as `main` has it, where databases have applied it, and write the change as a new migration
          next: `auth/20250115000000_audit` will be late after the merge: `main` has `auth/20250201000000_teams`, which is newer
                late-after-merge: give `auth/20250115000000_audit` a version that is newer than that of `auth/20250201000000_teams`

        cms (sqlx, cms): 4 pending
          pending  20250102000000_herbs
          pending  20250104000000_formulas
          pending  20250110000000_journals
          pending  20250301000000_later
          next: `cms/20250102000000_herbs` is changed here, and `main` has it as it was
                changed-from-base: put `cms/20250102000000_herbs` back as `main` has it, where databases have applied it, and write the change as a new migration
          next: `cms/20250110000000_journals` will be a duplicate after the merge: `main` has its version as `cms/20250110000000_articles`
                duplicate-after-merge: give `cms/20250110000000_journals` a version of its own

        6 migrations are pending: `crosstrack up` applies them.
        4 findings about the merge that is to come: see above.
        [exit 0]
    "#]]);
    scene.run("status").exits(0);
    assert!(!scene.run("status").stdout.contains("merge"));
    let document = scene.run("status --base main --format json").exits(0).document();
    let kinds: Vec<&str> =
        document["findings"].as_array().unwrap().iter().map(|f| f["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["gone-from-base", "late-after-merge", "changed-from-base", "duplicate-after-merge"]);
    assert_eq!(document["findings"][2]["path"], "cms/20250102000000_herbs.up.sql");
}

#[test]
fn a_finding_about_the_branch_is_a_no_when_status_is_asked() {
    let mut scene = repository();
    scene.diesel("20250201000000_teams", "create table teams ();\n", "drop table teams;\n");
    commit(&scene);
    git(&scene, "checkout --quiet feature");
    scene.diesel("20250115000000_audit", "create table audit ();\n", "drop table audit;\n");
    commit(&scene);
    scene.run("up").exits(0);
    scene.run("status --check").exits(0);
    scene.run("status --check --base main").exits(1);
    git(&scene, "update-ref refs/remotes/origin/main main");
    scene.set("GITHUB_BASE_REF", "main");
    scene.run("status --check").exits(1);
    scene.unset("GITHUB_BASE_REF");
    scene.set("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main");
    let annotated = scene.run("status --check --format github").exits(1);
    assert!(
        annotated.stdout.contains("::error file=auth/20250115000000_audit/up.sql::"),
        "{}",
        annotated.transcript()
    );
    scene.run("up").exits(0);
    git(&scene, "merge --quiet --no-edit main");
    scene.run("status --check --base main").exits(1);
}

#[test]
fn a_branch_in_order_has_nothing_to_say() {
    let scene = repository();
    git(&scene, "checkout --quiet feature");
    scene.diesel("20250201000000_teams", "create table teams ();\n", "drop table teams;\n");
    for path in ["auth/20250101000000_users/up.sql", "cms/20250102000000_herbs.up.sql"] {
        scene.write(path, scene.read(path).replace('\n', "\r\n"));
    }
    scene.run("up").exits(0);
    scene.run("status --check --base main").exits(0);
    scene.run("status --check --base HEAD").exits(0);
}

#[test]
fn a_branch_that_is_not_there_is_a_warning_unless_somebody_asks_for_it() {
    let mut scene = repository();
    scene.run("up").exits(0);
    scene.run("status --base origin/main").shows(&expect![[r#"
        $ crosstrack status --base origin/main
        [stderr]
        error: this clone of the repository does not have `origin/main`
          changed: nothing
             next: `git fetch origin main` brings it
        [exit 2]
    "#]]);
    scene.run("status --base=--all").exits(2);
    scene.set("GITHUB_BASE_REF", "main");
    let warned = scene.run("status --check").exits(0);
    expect![[r#"
        warning: what a merge would break is not known: this clone of the repository does not have `origin/main`; `git fetch origin main` brings it
    "#]].assert_eq(&warned.stderr);
    git(&scene, "checkout --quiet --orphan other");
    scene.write("another", "root");
    commit(&scene);
    scene.run("status --base main").shows(&expect![[r#"
        $ crosstrack status --base main
        [stderr]
        error: this clone of the repository does not have the commit at which `main` was left
          changed: nothing
             next: `git fetch --unshallow` brings the whole history; in a job, check out with `fetch-depth: 0`
        [exit 2]
    "#]]);
}

#[test]
fn a_folder_without_a_repository_and_a_machine_without_git() {
    let mut scene = repository();
    let with_git = scene.variable("PATH");
    scene.set("PATH", "");
    scene.run("status --base main").shows(&expect![[r#"
        $ crosstrack status --base main
        [stderr]
        error: `git` is not installed
          changed: nothing
             next: install git
        [exit 2]
    "#]]);
    scene.set("PATH", &with_git);
    scene.remove(".git");
    scene.run("status --base main").shows(&expect![[r#"
        $ crosstrack status --base main
        [stderr]
        error: `[project]` is in no git repository
          changed: nothing
             next: the comparison is for migrations that are kept in git
        [exit 2]
    "#]]);
}

#[test]
fn nothing_is_written_to_the_repository() {
    let scene = two_branches();
    let before = (scene.names_in(".git"), std::fs::read(scene.path(".git/index")).unwrap());
    scene.run("status --base main").exits(0);
    assert_eq!((scene.names_in(".git"), std::fs::read(scene.path(".git/index")).unwrap()), before);
}
