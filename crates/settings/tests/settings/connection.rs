//! libpq's resolution as a table: what is given, and the target that it means.

use std::fmt::Write;

use crosstrack_settings::{Environment, Host, Origin, RootCertificate, Target, TargetError, TlsMode};
use expect_test::expect;

use crate::project::{GOOD, Project};

fn resolve(url: &str, variables: &[(&str, &str)]) -> Result<Target, TargetError> {
    let environment: Environment = variables.iter().copied().collect();
    Target::from_url(url, Origin::Flag, &environment.with_user("me"))
}

/// A target in one line, with the password, which no text of the crate itself would show.
fn show(target: &Target) -> String {
    let mut line = target.redacted();
    for host in &target.hosts {
        if let Host::Tcp { address: Some(address), .. } = host {
            write!(line, " address={address}").unwrap();
        }
    }
    let password = target.password.as_ref().map(|password| password.expose().to_owned());
    let seconds = target.connect_timeout.map(|timeout| timeout.as_secs().to_string());
    let attributes = Some(target.target_session_attributes.as_str().to_owned());
    for (name, value, usual) in [
        ("password", password, ""),
        ("tls", Some(target.tls.mode.as_str().to_owned()), "prefer"),
        ("options", target.options.clone(), ""),
        ("name", target.application_name.clone(), ""),
        ("timeout", seconds, ""),
        ("attributes", attributes, "any"),
    ] {
        if let Some(value) = value.filter(|value| value != usual) {
            write!(line, " {name}={value}").unwrap();
        }
    }
    line
}

#[test]
fn a_url_means_what_it_means_to_libpq() {
    let table = [
        ("postgresql://h/d", "postgresql://me@h:5432/d"),
        ("postgres://h/d", "postgresql://me@h:5432/d"),
        ("postgresql://h", "postgresql://me@h:5432/me"),
        ("postgresql://u@h", "postgresql://u@h:5432/u"),
        ("postgresql://u:p@h:5433/d", "postgresql://u@h:5433/d password=p"),
        ("postgresql://u:p%40%2f%3A%25@h/d", "postgresql://u@h:5432/d password=p@/:%"),
        ("postgresql://u:a:b?c@h/d", "postgresql://u@h:5432/d password=a:b?c"),
        ("postgresql://%c3%bcser@h/d%20b", "postgresql://%C3%BCser@h:5432/d%20b"),
        ("postgresql://[::1]:5433/d", "postgresql://me@[::1]:5433/d address=::1"),
        ("postgresql://127.0.0.1/d", "postgresql://me@127.0.0.1:5432/d address=127.0.0.1"),
        ("postgresql://a,b:5433,c/d", "postgresql://me@a:5432,b:5433,c:5432/d"),
        ("postgresql://a,b/d?port=7000", "postgresql://me@a:7000,b:7000/d"),
        ("postgresql://u@%2Ftmp%2Fs:5433/d", "postgresql://u@/d?host=/tmp/s&port=5433"),
        ("postgresql:///d?host=/tmp/s", "postgresql://me@/d?host=/tmp/s&port=5432"),
        ("postgresql://%2Ftmp,b/d", "postgresql://me@%2Ftmp:5432,b:5432/d"),
        ("postgresql:///?host=h&dbname=d&user=u&password=p", "postgresql://u@h:5432/d password=p"),
        ("postgresql://h/d?host=other", "postgresql://me@other:5432/d"),
        ("postgresql://h/d?hostaddr=10.0.0.1", "postgresql://me@h:5432/d address=10.0.0.1"),
        ("postgresql:///d?hostaddr=10.0.0.1", "postgresql://me@10.0.0.1:5432/d address=10.0.0.1"),
        ("postgresql://h/d?sslmode=disable", "postgresql://me@h:5432/d tls=disable"),
        ("postgresql://h/d?ssl=true", "postgresql://me@h:5432/d tls=require"),
        ("postgresql://h/d?sslrootcert=system", "postgresql://me@h:5432/d tls=verify-full"),
        (
            "postgresql://h/d?options=-c%20search_path%3Dapp",
            "postgresql://me@h:5432/d options=-c search_path=app",
        ),
        ("postgresql://h/d?fallback_application_name=x", "postgresql://me@h:5432/d name=x"),
        ("postgresql://h/d?connect_timeout=7", "postgresql://me@h:5432/d timeout=7"),
        ("postgresql://h/d?connect_timeout=0", "postgresql://me@h:5432/d"),
        ("postgresql://h/d?connect_timeout=-1", "postgresql://me@h:5432/d"),
        (
            "postgresql://h/d?target_session_attrs=read-write",
            "postgresql://me@h:5432/d attributes=read-write",
        ),
        ("postgresql://h/d?keepalives_idle=30&gssencmode=prefer", "postgresql://me@h:5432/d"),
        ("postgresql://h/d?channel_binding=prefer&sslsni=1", "postgresql://me@h:5432/d"),
        ("host=h dbname=d user=u password='it\\'s me'", "postgresql://u@h:5432/d password=it's me"),
        ("  host = h\n port=5433 ", "postgresql://me@h:5433/me"),
        ("host=/tmp/s dbname=d\\ b", "postgresql://me@/d%20b?host=/tmp/s&port=5432"),
        ("host=h password=''", "postgresql://me@h:5432/me"),
    ];
    for (url, expected) in table {
        assert_eq!(
            show(&resolve(url, &[]).unwrap_or_else(|error| panic!("{url}: {error}"))),
            expected,
            "{url}"
        );
    }
}

/// A URL, the variables, and the target.
type Given = (&'static str, &'static [(&'static str, &'static str)], &'static str);

#[test]
fn what_a_url_leaves_open_comes_from_variables() {
    let table: [Given; 9] = [
        ("postgresql:///", &[("PGHOST", "h"), ("PGPORT", "1"), ("PGDATABASE", "d")], "postgresql://me@h:1/d"),
        ("postgresql://h/d", &[("PGUSER", "u"), ("PGPASSWORD", "p")], "postgresql://u@h:5432/d password=p"),
        (
            "postgresql://u:q@h/d",
            &[("PGUSER", "x"), ("PGPASSWORD", "p")],
            "postgresql://u@h:5432/d password=q",
        ),
        ("postgresql://h", &[("PGUSER", "u")], "postgresql://u@h:5432/u"),
        ("postgresql://h/d", &[("PGSSLMODE", "require")], "postgresql://me@h:5432/d tls=require"),
        ("postgresql://h/d?sslmode=allow", &[("PGSSLMODE", "require")], "postgresql://me@h:5432/d tls=allow"),
        ("postgresql://h/d?port=", &[("PGPORT", "7000")], "postgresql://me@h:5432/d"),
        ("postgresql://h/d", &[("PGHOSTADDR", "10.0.0.2")], "postgresql://me@h:5432/d address=10.0.0.2"),
        (
            "postgresql://h/d",
            &[
                ("PGOPTIONS", "-c x=1"),
                ("PGAPPNAME", "app"),
                ("PGCONNECT_TIMEOUT", "3"),
                ("PGTARGETSESSIONATTRS", "primary"),
            ],
            "postgresql://me@h:5432/d options=-c x=1 name=app timeout=3 attributes=primary",
        ),
    ];
    for (url, variables, expected) in table {
        assert_eq!(show(&resolve(url, variables).unwrap()), expected, "{url} with {variables:?}");
    }
}

/// What is said about each.
fn refusals(urls: &[&str]) -> String {
    let mut text = String::new();
    for url in urls {
        let error = resolve(url, &[]).unwrap_err();
        let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
        writeln!(text, "{url}\n    {error}{hint}").unwrap();
    }
    text
}

#[test]
fn what_is_malformed_is_named_by_its_part() {
    let refused = refusals(&[
        "",
        "mydb",
        "mysql://root@h/d",
        "postgresql://h:54x/d",
        "postgresql://h:70000/d",
        "postgresql://h:0/d",
        "postgresql://[::1/d",
        "postgresql://[::1]x/d",
        "postgresql://u:p%4@h/d",
        "postgresql://u:p%00@h/d",
        "postgresql://u:p@q@h/d",
        "postgresql://u:p/q@h/d",
        "postgresql://u:p@q/r@h/d",
        "postgresql://h/d@e",
        "postgresql://h/d?sslmode",
        "host=h secret",
        "host=h password='x",
        "host=h password=two words=x",
        "postgresql://a%20b/d",
    ]);
    expect![[r#"

            it is neither a `postgresql://` URL nor a `key=value` string (postgresql://user@host:5432/database)
        mydb
            it is neither a `postgresql://` URL nor a `key=value` string (postgresql://user@host:5432/database)
        mysql://root@h/d
            it is a URL for `mysql`, not for `postgresql` (postgresql://user@host:5432/database)
        postgresql://h:54x/d
            in `postgresql://h:***`, the port is not a number from 1 to 65535 (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        postgresql://h:70000/d
            in `postgresql://h:***`, the port is not a number from 1 to 65535 (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        postgresql://h:0/d
            the parameter `port` has to be a number from 1 to 65535
        postgresql://[::1/d
            in `postgresql://[:***`, the address in square brackets is empty or has no end (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        postgresql://[::1]x/d
            in `postgresql://[:***`, after the address in square brackets comes neither `:` nor `/` (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        postgresql://u:p%4@h/d
            in `postgresql://***@h/d`, the password is not properly encoded (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        postgresql://u:p%00@h/d
            in `postgresql://***@h/d`, the password is not properly encoded (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        postgresql://u:p@q@h/d
            in `postgresql://***@h/d`, there are two `@`, so a part of the password is read as a host (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        postgresql://u:p/q@h/d
            in `postgresql://***@h/d`, a `/` stands before the `@`, so what should be user and password is read as a host (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        postgresql://u:p@q/r@h/d
            in `postgresql://***@h/d`, there are two `@`, so a part of the password is read as a host (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        postgresql://h/d@e
            in `postgresql://***@e`, the database has an `@` that is not encoded (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        postgresql://h/d?sslmode
            in `postgresql://h/d?***`, a parameter after the `?` is not `name=value` (characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`)
        host=h secret
            in the `key=value` string, a word has no `=` behind it (a value with spaces stands in single quotes: password='two words')
        host=h password='x
            in the `key=value` string, a quoted value has no end (a value with spaces stands in single quotes: password='two words')
        host=h password=two words=x
            in the `key=value` string, an unknown parameter stands behind the password (a value with spaces stands in single quotes: password='two words')
        postgresql://a%20b/d
            the parameter `host` has to be a host's name, an address, or an absolute folder of sockets
    "#]].assert_eq(&refused);
}

#[test]
fn a_parameter_that_is_unknown_or_cannot_be_honoured_is_named() {
    let refused = refusals(&[
        "postgresql://h/d?sslmod=require",
        "postgresql://h/d?sslmode=required",
        "postgresql://h/d?schema=public",
        "postgresql://h/d?sslcrl=x",
        "postgresql://h/d?channel_binding=require",
        "postgresql://h/d?gssencmode=require",
        "postgresql://h/d?connect_timeout=soon",
        "postgresql://h/d?target_session_attrs=master",
        "postgresql://h/d?hostaddr=localhost",
        "postgresql://a,b/d?port=1,2,3",
        "postgresql://a,b/d?hostaddr=10.0.0.1",
        "postgresql://h/d?sslrootcert=system&sslmode=require",
        "postgresql://h/d?sslmode=verify-full",
    ]);
    expect![[r#"
        postgresql://h/d?sslmod=require
            unknown parameter `sslmod` (did you mean `sslmode`?)
        postgresql://h/d?sslmode=required
            the parameter `sslmode` has to be one of libpq's modes (one of `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`)
        postgresql://h/d?schema=public
            unknown parameter `schema` (libpq has no such parameter; leave it out)
        postgresql://h/d?sslcrl=x
            the parameter `sslcrl` cannot be honoured with this value (`sslmode=verify-full` with `sslrootcert` tells the server from an impostor)
        postgresql://h/d?channel_binding=require
            the parameter `channel_binding` cannot be honoured with this value (`sslmode=verify-full` with `sslrootcert` tells the server from an impostor)
        postgresql://h/d?gssencmode=require
            the parameter `gssencmode` cannot be honoured with this value (leave it out)
        postgresql://h/d?connect_timeout=soon
            the parameter `connect_timeout` has to be a whole number of seconds
        postgresql://h/d?target_session_attrs=master
            the parameter `target_session_attrs` has to be one of libpq's words (one of `any`, `read-write`, `read-only`, `primary`, `standby`, `prefer-standby`)
        postgresql://h/d?hostaddr=localhost
            the parameter `hostaddr` has to be a numeric address
        postgresql://a,b/d?port=1,2,3
            there are 2 hosts and 3 values of `port` (give one for each host, or one for all ports)
        postgresql://a,b/d?hostaddr=10.0.0.1
            there are 2 hosts and 1 values of `hostaddr` (give one for each host, or one for all ports)
        postgresql://h/d?sslrootcert=system&sslmode=require
            `sslrootcert=system` needs `sslmode=verify-full`, not `require` (leave `sslmode` out: it is `verify-full` then)
        postgresql://h/d?sslmode=verify-full
            `sslmode=verify-full` needs a root certificate (name a file with `sslrootcert`, or trust the operating system's with `sslrootcert=system`)
    "#]].assert_eq(&refused);
}

#[test]
fn without_a_user_anywhere_it_says_so() {
    let error = Target::from_url("postgresql://h/d", Origin::Flag, &Environment::default()).unwrap_err();
    assert_eq!(error.to_string(), "no user is named, and the operating system does not say who you are");
}

#[test]
fn a_database_that_is_not_understood_says_who_named_it() {
    let project = Project::new(GOOD);
    let environment = project.environment([("DATABASE_URL", "postgres://u:p@h:x/d")]);
    let error = crosstrack_settings::load(&project.request(), &environment).unwrap_err();
    expect![[r#"
        the database named by DATABASE_URL is not understood
        caused by: in `postgresql://***@h:***`, the port is not a number from 1 to 65535
        hint: characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`"#]].assert_eq(&project.explain(&error));
}

#[test]
fn certificates_are_named_or_in_the_home_folder() {
    let project = Project::new(GOOD);
    let environment = project.environment([]);
    let tls = |query: &str| {
        let url =
            format!("postgresql://h/d?{}", query.replace("<project>", project.path().to_str().unwrap()));
        Target::from_url(&url, Origin::Flag, &environment).map(|target| target.tls)
    };
    assert!(tls("sslmode=verify-ca").is_err());
    let named = project.write("ca.crt", "");
    let found = tls("sslmode=verify-full&sslrootcert=<project>/ca.crt").unwrap();
    assert_eq!(found.root_certificate, Some(RootCertificate::File(named)));
    assert_eq!(tls("sslmode=require&sslrootcert=<project>/ca.crt").unwrap().mode, TlsMode::VerifyCa);
    assert!(tls("sslmode=verify-full&sslrootcert=<project>/none.crt").is_err());

    let usual = project.write("home/.postgresql/root.crt", "");
    assert_eq!(tls("sslmode=verify-ca").unwrap().root_certificate, Some(RootCertificate::File(usual)));
    let certificate = project.write("home/.postgresql/postgresql.crt", "");
    assert!(tls("sslmode=prefer").is_err(), "a certificate without a key");
    let key = project.write("home/.postgresql/postgresql.key", "");
    let found = tls("").unwrap();
    assert_eq!((found.certificate, found.key), (Some(certificate), Some(key)));
    assert_eq!(tls("sslcertmode=disable").unwrap().certificate, None);
    assert_eq!(tls("sslmode=disable").unwrap().root_certificate, None);
}

#[test]
fn the_variables_of_a_target_mean_the_target() {
    for url in [
        "postgresql://u:p%20q@h:5433/d?sslmode=require&application_name=x&connect_timeout=3",
        "postgresql://u@%2Ftmp%2Fs:5433,h:1/d?target_session_attrs=standby&options=-c%20a%3D1",
        "postgresql://u@a,b/d?hostaddr=10.0.0.1,10.0.0.2&sslrootcert=system",
        "postgresql://u@127.0.0.1/d",
    ] {
        let mut target = resolve(url, &[]).unwrap();
        let variables = target.libpq_variables();
        assert!(!format!("{variables:?}").contains("p q"), "{url}");
        let environment: Environment = variables.into_iter().collect();
        // A password goes by a file.
        target.password = None;
        assert_eq!(Target::from_url("postgresql://", Origin::Flag, &environment).unwrap(), target, "{url}");
    }
}

#[test]
fn the_redacted_form_is_read_back_as_the_same_place() {
    for url in ["postgresql://u:p@h:5433/d", "host=/tmp/s dbname='a b' user=ü", "postgresql://[::1]/d"] {
        let target = resolve(url, &[]).unwrap();
        let again = resolve(&target.redacted(), &[]).unwrap();
        assert_eq!((again.hosts, again.database, again.user), (target.hosts, target.database, target.user));
    }
}

#[test]
fn another_database_of_the_same_server_keeps_everything_else() {
    let target = resolve("postgresql://u:p@h/d?sslmode=require", &[]).unwrap();
    let other = target.with_database("scratch");
    assert_eq!(other.redacted(), "postgresql://u@h:5432/scratch");
    assert_eq!((&other.password, &other.tls), (&target.password, &target.tls));
}
