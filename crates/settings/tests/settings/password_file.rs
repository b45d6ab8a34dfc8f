//! The password file, by libpq's rules.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;

use crosstrack_settings::{Request, load};

use crate::project::{GOOD, Project};

const FILE: &str = r"# host:port:database:user:password
db.example:5432:app:ann:plain
db.example:5432:app:b\:ob:with\:colon\\and backslash
*:6000:*:ann:any host
localhost:*:app:ann:socket
/srv/sockets:*:app:ann:other socket
2001\:db8\:\:1:5432:app:ann:six
db.example:5432:*:ann:
broken line
db.example:5432:other:ann:too late:rest is ignored
";

struct Found {
    password: Option<String>,
    warnings: Vec<String>,
}

fn look(project: &Project, url: &str) -> Found {
    let request = Request { database_url: Some(url.to_owned()), ..project.request() };
    let settings = load(&request, &project.environment([])).unwrap();
    let password = settings.database.target.unwrap().password.map(|password| password.expose().to_owned());
    Found { password, warnings: settings.warnings }
}

fn project(mode: u32) -> Project {
    let project = Project::new(GOOD);
    let file = project.write("home/.pgpass", FILE);
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
    project
}

#[test]
fn the_first_line_that_matches_gives_the_password() {
    let project = project(0o600);
    for (url, expected) in [
        ("postgresql://ann@db.example/app", Some("plain")),
        ("postgresql://b%3Aob@db.example/app", Some(r"with:colon\and backslash")),
        ("postgresql://ann@somewhere:6000/x", Some("any host")),
        ("postgresql://ann@localhost/app", Some("socket")),
        ("postgresql://ann@%2Ftmp/app", Some("socket")),
        ("postgresql://ann@%2Fvar%2Frun%2Fpostgresql/app", Some("socket")),
        ("postgresql://ann@%2Fsrv%2Fsockets/app", Some("other socket")),
        ("postgresql://ann@[2001:db8::1]/app", Some("six")),
        ("postgresql://eve@db.example/app", None),
        ("postgresql://ann@db.example/other", None),
        ("postgresql://ann:own@db.example/app", Some("own")),
    ] {
        assert_eq!(look(&project, url).password.as_deref(), expected, "{url}");
    }
}

#[test]
fn a_file_that_others_may_read_is_passed_over_aloud() {
    let project = project(0o640);
    let found = look(&project, "postgresql://ann@db.example/app");
    assert_eq!(found.password, None);
    let file = project.path().join("home/.pgpass");
    let expected = format!(
        "the password file `{}` is passed over: others may read it (`chmod 600` makes it private)",
        file.display()
    );
    assert_eq!(found.warnings, [expected]);
}

#[test]
fn an_absent_file_is_nothing_to_speak_of() {
    let found = look(&Project::new(GOOD), "postgresql://ann@db.example/app");
    assert_eq!((found.password, found.warnings), (None, Vec::new()));
}

#[test]
fn the_file_can_be_named() {
    let project = project(0o600);
    let other = project.write("other", "*:*:*:*:named\n");
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o600)).unwrap();
    let environment = project.environment([("PGPASSFILE", other.to_str().unwrap()), ("PGHOST", "h")]);
    let target = load(&project.request(), &environment).unwrap().database.target.unwrap();
    assert_eq!(target.password.unwrap().expose(), "named");
}

#[test]
fn hosts_with_different_passwords_are_spoken_of() {
    let project = project(0o600);
    let found = look(&project, "postgresql://ann@db.example,other:6000/app");
    assert_eq!(found.password.as_deref(), Some("plain"));
    assert_eq!(found.warnings.len(), 1);
}
