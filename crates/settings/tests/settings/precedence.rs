//! Which source wins.

use std::time::Duration;

use crosstrack_settings::{Environment, EnvironmentOrigin, Origin, Request, Settings, load};
use expect_test::expect;

use crate::project::{GOOD, Project};

fn target(settings: &Settings) -> (String, Origin) {
    let target = settings.database.target.as_ref().unwrap();
    (target.redacted(), target.origin.clone())
}

fn load_with(project: &Project, change: impl Fn(&mut Request), variables: &[(&str, &str)]) -> Settings {
    let mut request = project.request();
    change(&mut request);
    let environment: Environment = variables.iter().copied().collect();
    load(&request, &environment.with_user("me")).unwrap()
}

#[test]
fn the_flag_wins_over_the_variable_over_the_file_over_libpq() {
    let project = Project::new(GOOD);
    let flag = |request: &mut Request| request.database_url = Some("postgresql://flag/f".to_owned());
    let variables = [("DATABASE_URL", "postgres://variable/v"), ("PGHOST", "libpq"), ("PGPORT", "6000")];
    let url = |settings: &Settings| target(settings).0;

    let settings = load_with(&project, |_| {}, &[]);
    assert!(settings.database.target.is_none(), "nobody names a database");

    let settings = load_with(&project, |_| {}, &variables[1..]);
    assert_eq!(target(&settings), ("postgresql://me@libpq:6000/me".to_owned(), Origin::LibpqVariables));

    let file = project.write(".env", "DATABASE_URL=postgres://file/e\nPGUSER=other\n");
    let settings = load_with(&project, |_| {}, &variables[1..]);
    assert_eq!(
        target(&settings),
        ("postgresql://other@file:6000/e".to_owned(), Origin::EnvironmentFile(file))
    );
    assert_eq!(
        url(&load_with(&project, |request| request.no_dotenv = true, &variables[1..])),
        "postgresql://me@libpq:6000/me"
    );

    let settings = load_with(&project, |_| {}, &variables);
    assert_eq!(target(&settings), ("postgresql://other@variable:6000/v".to_owned(), Origin::DatabaseUrl));

    let settings = load_with(&project, flag, &variables);
    assert_eq!(target(&settings), ("postgresql://other@flag:6000/f".to_owned(), Origin::Flag));
}

#[test]
fn an_empty_variable_names_nothing() {
    let project = Project::new(GOOD);
    let settings = load_with(&project, |_| {}, &[("DATABASE_URL", ""), ("PGHOST", "")]);
    assert!(settings.database.target.is_none());
}

#[test]
fn a_port_alone_names_no_database() {
    let project = Project::new(GOOD);
    let settings = load_with(&project, |_| {}, &[("PGPORT", "5433"), ("PGUSER", "u"), ("PGPASSWORD", "p")]);
    assert!(settings.database.target.is_none());
}

#[test]
fn the_statement_timeout_is_the_variable_in_milliseconds_or_the_file() {
    let project = Project::new(&format!("[database]\nstatement_timeout = \"60s\"\n{GOOD}"));
    let timeout =
        |variables: &[(&str, &str)]| load_with(&project, |_| {}, variables).database.statement_timeout;
    assert_eq!(timeout(&[]), Some(Duration::from_mins(1)));
    assert_eq!(timeout(&[("DATABASE_STATEMENT_TIMEOUT", "1500")]), Some(Duration::from_millis(1500)));
    assert_eq!(timeout(&[("DATABASE_STATEMENT_TIMEOUT", "0")]), None);
    let bad = project.environment([("DATABASE_STATEMENT_TIMEOUT", "60s")]);
    expect![[r#"
        `DATABASE_STATEMENT_TIMEOUT` is `60s`, which is not a whole number of milliseconds, 2147483647 at the most
        hint: 60000 is a minute, 0 is no limit"#]]
    .assert_eq(&project.explain(&load(&project.request(), &bad).unwrap_err()));
}

#[test]
fn the_wait_for_the_lock_is_the_flag_or_the_file_or_five_minutes() {
    let project = Project::new(GOOD);
    let wait = |project: &Project, flag| {
        load_with(project, |request| request.wait_for_lock = flag, &[]).database.wait_for_lock
    };
    assert_eq!(wait(&project, None), Duration::from_mins(5));
    let project = Project::new(&format!("[database]\nwait_for_lock = \"1h\"\n{GOOD}"));
    assert_eq!(wait(&project, None), Duration::from_hours(1));
    assert_eq!(wait(&project, Some(Duration::ZERO)), Duration::ZERO);
}

#[test]
fn the_settings_file_is_found_upward_but_not_beyond_the_repository() {
    let project = Project::new(GOOD);
    std::fs::create_dir_all(project.path().join("inner/deep/.git")).unwrap();
    let from = |folder: &str| {
        let request = Request { working_directory: project.path().join(folder), ..project.request() };
        load(&request, &project.environment([]))
    };
    let settings = from("auth-migrations").unwrap();
    assert_eq!(settings.root, project.path());
    assert_eq!(settings.tracks[0].path, project.path().join("auth-migrations"));
    assert_eq!(settings.tracks[0].shown_path.to_str(), Some("auth-migrations"));
    expect![[r#"
        no `crosstrack.toml` in `<project>/inner/deep` or above it
        hint: write one, or name it with `--config`; the least that works:

        [[track]]
        name = "app"
        adapter = "sqlx"
        path = "migrations"

        [[phase]]
        name = "app"
        tracks = ["app"]"#]]
    .assert_eq(&project.explain(&from("inner/deep").unwrap_err()));
}

#[test]
fn a_named_settings_file_is_taken_from_the_working_directory() {
    let project = Project::new(GOOD);
    project
        .write("elsewhere/other.toml", GOOD.replace("auth-migrations", "a").replace("cms-migrations", "c"));
    for folder in ["elsewhere/a", "elsewhere/c"] {
        std::fs::create_dir(project.path().join(folder)).unwrap();
    }
    let settings = load_with(&project, |request| request.config = Some("elsewhere/other.toml".into()), &[]);
    assert_eq!(settings.root, project.path().join("elsewhere"));
    assert_eq!(settings.tracks[1].path, project.path().join("elsewhere/c"));

    let request = Request { config: Some("nowhere.toml".into()), ..project.request() };
    let error = load(&request, &project.environment([])).unwrap_err();
    expect![[r#"
        cannot read the settings file `<project>/nowhere.toml`
        caused by: No such file or directory (os error 2)"#]]
    .assert_eq(&project.explain(&error));
}

#[test]
fn a_dotenv_file_is_found_upward_up_to_the_settings_file() {
    let project = Project::new(GOOD);
    project.write(".env", "DATABASE_URL=postgres://outer/db\n");
    let below = |request: &mut Request| request.working_directory = project.path().join("auth-migrations");
    assert_eq!(target(&load_with(&project, below, &[])).0, "postgresql://me@outer:5432/db");
    project.write("auth-migrations/.env", "DATABASE_URL=postgres://inner/db\n");
    assert_eq!(target(&load_with(&project, below, &[])).0, "postgresql://me@inner:5432/db");
    let named = |request: &mut Request| {
        below(request);
        request.env_file = Some("../.env".into());
    };
    assert_eq!(target(&load_with(&project, named, &[])).0, "postgresql://me@outer:5432/db");
}

#[test]
fn a_dotenv_file_is_never_read_in_production() {
    let project = Project::new(GOOD);
    project.write(".env", "DATABASE_URL=postgres://file/db\nthis is not even a line\n");
    let settings = load_with(&project, |request| request.environment = Some("production".to_owned()), &[]);
    assert!(settings.database.target.is_none());
    let expected = format!("`{}` is not read in `production`", project.path().join(".env").display());
    assert_eq!(settings.warnings, [expected]);

    let mut request = project.request();
    request.environment = Some("production".to_owned());
    request.env_file = Some(".env".into());
    expect![[r#"
        `--env-file <project>/.env` is not read in `production`
        hint: set the variables themselves, or give `--database-url`"#]]
    .assert_eq(&project.explain(&load(&request, &project.environment([])).unwrap_err()));
}

#[test]
fn a_dotenv_file_may_name_the_environment_and_then_production_shuts_it() {
    let project = Project::new(GOOD);
    let file = project.write(".env", "APP_ENV=staging\nDATABASE_URL=postgres://file/db\n");
    let settings = load_with(&project, |_| {}, &[]);
    assert_eq!(settings.environment.as_str(), "staging");
    assert_eq!(settings.environment.origin, EnvironmentOrigin::EnvironmentFile { name: "APP_ENV", file });
    project.write(".env", "APP_ENV=production\nDATABASE_URL=postgres://file/db\n");
    let settings = load_with(&project, |_| {}, &[]);
    assert_eq!(settings.environment.as_str(), "production");
    assert!(settings.database.target.is_none());
    assert_eq!(settings.warnings.len(), 1);
}

#[test]
fn a_broken_dotenv_file_is_an_error() {
    let project = Project::new(GOOD);
    project.write(".env", "A=1\nDATABASE URL=x\n");
    expect![[r#"
        line 2 of `<project>/.env` is not `NAME=value`
        hint: mend it, or pass it over with `--no-dotenv`"#]]
    .assert_eq(&project.error());
}

#[test]
fn relative_paths_of_the_server_start_at_the_file() {
    let project = Project::new(&format!("{GOOD}[server]\ndata = \"target/server\"\nsource = \"mirror\"\n"));
    let server = project.load().unwrap().server;
    assert_eq!(server.data, Some(project.path().join("target/server")));
    assert_eq!((server.source.as_deref(), server.pg_bin), (Some("mirror"), None));
}
