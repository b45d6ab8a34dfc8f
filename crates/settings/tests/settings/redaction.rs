//! A password appears in no text at all.

use crosstrack_settings::{Environment, Request, load};

use crate::project::{GOOD, Project};

const PASSWORD: &str = "hunter2correcthorse";

fn assert_hidden(text: &str, source: &str) {
    assert!(!text.contains(PASSWORD), "{source:?} shows the password: {text}");
    for part in ["hunter2", "correcthorse"] {
        assert!(!text.contains(part), "{source:?} shows a part of the password: {text}");
    }
}

/// Whatever comes out, of a good description or a broken one.
fn check(url: &str, variables: &[(&str, &str)]) {
    let project = Project::new(GOOD);
    let environment: Environment = variables.iter().copied().collect();
    let environment = environment.with_user("me");
    let request = Request { database_url: Some(url.to_owned()), ..project.request() };
    let text = match load(&request, &environment) {
        Ok(settings) => {
            let target = settings.database.target.clone().unwrap();
            format!(
                "{settings:?} {settings:#?} {} {:?}",
                target.redacted(),
                target.password.unwrap().to_string()
            )
        }
        Err(error) => format!("{} {error:?} {error:#?}", project.explain(&error)),
    };
    assert_hidden(&text, url);
    assert_hidden(&format!("{environment:?}"), url);
}

#[test]
fn a_password_in_a_good_description_is_hidden() {
    check(&format!("postgresql://u:{PASSWORD}@h/d"), &[]);
    check(&format!("postgresql://h/d?password={PASSWORD}"), &[]);
    check(&format!("host=h password={PASSWORD}"), &[]);
    check("postgresql://h/d", &[("PGPASSWORD", PASSWORD)]);
}

#[test]
fn a_password_in_a_broken_description_is_hidden() {
    for url in [
        format!("postgresql://u:{PASSWORD}@h:port/d"),
        format!("postgresql://u:{PASSWORD}@h/d?sslmode=no"),
        format!("postgresql://u:{PASSWORD}@h/d?nonsense=1"),
        format!("postgresql://u:{PASSWORD}@h/d?nonsense"),
        format!("postgresql://u:{PASSWORD}@[h/d"),
        format!("postgresql://u:{PASSWORD}%@h/d"),
        format!("postgresql://u:x@{PASSWORD}@h/d"),
        format!("postgresql://u:x/{PASSWORD}@h/d"),
        "postgresql://u:hunter2/correcthorse@h/d".to_owned(),
        "postgresql://u:x@hunter2/correcthorse@h/d".to_owned(),
        "postgresql://u:x@y?hunter2=correcthorse@h/d".to_owned(),
        format!("postgresql://u:{PASSWORD}"),
        format!("postgresql://u:{PASSWORD}/d"),
        format!("postgresql://h:x/d?password={PASSWORD}"),
        format!("postgresql://h/d?password={PASSWORD}%"),
        format!("postgresql://h/d?password={PASSWORD}=x"),
        format!("mysql://u:{PASSWORD}@h/d"),
        format!("u:{PASSWORD}://h"),
        PASSWORD.to_owned(),
        format!("host=h password='{PASSWORD}"),
        format!("host=h password=x {PASSWORD}"),
        format!("host=h password=x {PASSWORD}=y"),
        format!("host=h password={PASSWORD} nonsense=1"),
    ] {
        check(&url, &[]);
    }
}

#[test]
fn a_password_of_a_broken_dotenv_or_service_file_is_hidden() {
    let project = Project::new(GOOD);
    for line in [
        format!("DATABASE URL=postgres://u:{PASSWORD}@h/d"),
        format!("DATABASE_URL=\"postgres://u:{PASSWORD}@h/d"),
        format!("DATABASE_URL=postgres://u:{PASSWORD}@h:x/d"),
        format!("PGHOST=h\nPGPASSWORD={PASSWORD}\nPGPORT=x"),
    ] {
        project.write(".env", &line);
        let error = load(&project.request(), &project.environment([])).unwrap_err();
        assert_hidden(&format!("{} {error:?}", project.explain(&error)), &line);
    }
    project.write(".env", "");
    project.write("home/.pg_service.conf", format!("[a]\npassword {PASSWORD}\n"));
    let error = load(&project.request(), &project.environment([("PGSERVICE", "a")])).unwrap_err();
    assert_hidden(&format!("{} {error:?}", project.explain(&error)), "a service file");
}
