//! Service files, by libpq's rules.

use crosstrack_settings::{Environment, Origin, Target, load};
use expect_test::expect;

use crate::project::{GOOD, Project};

const FILE: &str = "# services\n[first]\nhost=one.example\nport=6001\nuser=ann\n\n[second]\n  dbname=two  \nhost=two.example\n";

fn project() -> Project {
    let project = Project::new(GOOD);
    project.write("home/.pg_service.conf", FILE);
    project
}

fn url(project: &Project, environment: &Environment) -> String {
    load(&project.request(), environment).unwrap().database.target.unwrap().redacted()
}

#[test]
fn a_service_is_weaker_than_the_url_and_stronger_than_the_variables() {
    let project = project();
    let environment = project.environment([("PGPORT", "7000"), ("PGUSER", "eve"), ("PGDATABASE", "d")]);
    let resolve = |text: &str| Target::from_url(text, Origin::Flag, &environment).unwrap().redacted();
    assert_eq!(resolve("service=first"), "postgresql://ann@one.example:6001/d");
    assert_eq!(resolve("postgresql:///?service=second"), "postgresql://eve@two.example:7000/two");
    assert_eq!(resolve("postgresql://bob@h/x?service=first"), "postgresql://bob@h:6001/x");
}

#[test]
fn a_variable_names_a_service_and_it_is_said_where_the_database_comes_from() {
    let project = project();
    let environment = project.environment([("PGSERVICE", "first")]);
    assert_eq!(url(&project, &environment), "postgresql://ann@one.example:6001/ann");
    let target = load(&project.request(), &environment).unwrap().database.target.unwrap();
    assert_eq!(target.origin, Origin::Service("first".to_owned()));
}

#[test]
fn a_service_is_looked_for_in_the_machines_file_too() {
    let project = project();
    project.write("etc/pg_service.conf", "[first]\nhost=never\n[third]\nhost=three.example\n");
    let etc = project.path().join("etc");
    let environment = |service: &str| {
        let home = project.path().join("home");
        Environment::from([
            ("HOME", home.to_str().unwrap()),
            ("PGSYSCONFDIR", etc.to_str().unwrap()),
            ("PGSERVICE", service),
        ])
        .with_user("me")
    };
    assert_eq!(url(&project, &environment("third")), "postgresql://me@three.example:5432/me");
    assert_eq!(url(&project, &environment("first")), "postgresql://ann@one.example:6001/ann");
    let named = project.write("named.conf", "[first]\nhost=named.example\n");
    let environment = [("PGSERVICE", "first"), ("PGSERVICEFILE", named.to_str().unwrap())];
    assert_eq!(url(&project, &project.environment(environment)), "postgresql://me@named.example:5432/me");
}

#[test]
fn a_service_that_is_unknown_or_malformed_is_named() {
    let project = project();
    let explain = |service: &str| {
        let environment = project.environment([("PGSERVICE", service)]);
        project.explain(&load(&project.request(), &environment).unwrap_err())
    };
    expect![[r#"
        the database named by libpq's variables is not understood
        caused by: the service `fourth` is in no service file
        hint: looked at `<project>/home/.pg_service.conf`"#]]
    .assert_eq(&explain("fourth"));
    project.write(
        "home/.pg_service.conf",
        "[word]\nhost\n[nested]\nservice=first\n[odd]\n\nhots=x\n[port]\nport=x\n",
    );
    let all = ["word", "nested", "odd", "port"].map(explain).join("\n");
    expect![[r#"
        the database named by libpq's variables is not understood
        caused by: line 2 of `<project>/home/.pg_service.conf` is not `parameter=value`
        the database named by libpq's variables is not understood
        caused by: line 4 of `<project>/home/.pg_service.conf` names a service inside of a service
        the database named by libpq's variables is not understood
        caused by: line 7 of `<project>/home/.pg_service.conf` has an unknown parameter
        the database named by libpq's variables is not understood
        caused by: the parameter `port` has to be a number from 1 to 65535"#]]
    .assert_eq(&all);
    let environment =
        project.environment([("PGSERVICE", "a"), ("PGSERVICEFILE", "/nowhere/pg_service.conf")]);
    expect![[r#"
        the database named by libpq's variables is not understood
        caused by: cannot read `/nowhere/pg_service.conf`
        caused by: No such file or directory (os error 2)"#]]
    .assert_eq(&project.explain(&load(&project.request(), &environment).unwrap_err()));
}
