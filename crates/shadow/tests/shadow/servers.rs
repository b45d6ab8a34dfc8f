//! Shadow servers: private ones, named ones and the target's, with their roles and their versions.
//!
//! Must not need a second version of PostgreSQL: where there is none, the test says so.

use std::io::Write as _;
use std::path::PathBuf;

use crosstrack_catalog::{Catalog, Kind, Scope, read_catalog};
use crosstrack_database::ConnectError;
use crosstrack_server::{Search, find_binaries};
use crosstrack_settings::{Host, Target};
use crosstrack_shadow::{Place, ShadowError, ShadowEvent, with_shadow};
use crosstrack_testkit::{TestDatabase, TestServer, shadow_folder};

use crate::support::{NAME, Watched, private, private_in, two_migrations};

#[tokio::test]
async fn a_role_that_was_only_the_name_of_an_owner_signs_in_once_it_is_the_user() {
    let database = TestDatabase::new("owner");
    let role = database.role("owner", "LOGIN");
    database.sql(&format!("create table owned (); alter table owned owner to {role}"));
    let roles = Watched::new(private(), Some(database.target()), &[]).server.roles().await.unwrap();
    assert!(roles.contains(&role), "{roles:?}");
    let mut target = database.target();
    target.user.clone_from(&role);
    let watched = Watched::new(private(), Some(target), &[]);
    let user = with_shadow(&watched.server, &[], async |shadow| {
        let rows = shadow.session("test").await?.rows("look", "select current_user as found").await?;
        Ok::<_, ShadowError>(rows[0].text("found")?.to_owned())
    });
    assert_eq!(user.await.unwrap(), role);
}

#[tokio::test]
async fn on_the_targets_server_the_right_to_create_databases_is_needed_and_no_template_is_kept() {
    let database = TestDatabase::new("right");
    let role = database.role("role", "LOGIN");
    let mut target = database.target();
    target.user.clone_from(&role);
    let watched = Watched::new(Place::Target, Some(target), &[]);
    let folder = two_migrations(database.name());
    let error = watched.replay(&folder, NAME).await.unwrap_err();
    assert!(matches!(&error, ShadowError::NotAllowed { user, .. } if *user == role), "{error:?}");
    assert_eq!(error.to_string(), format!("the user `{role}` may not create a shadow database"));
    database.sql(&format!("alter role {role} createdb"));
    for _ in 0..2 {
        watched.replay(&folder, NAME).await.unwrap();
    }
    assert_eq!(watched.replayed(), [2, 2]);
    let owned = format!("select count(*) from pg_database where pg_get_userbyid(datdba) = '{role}'");
    assert_eq!(database.value(&owned), "0");
}

#[tokio::test]
async fn it_needs_no_target_that_answers_unless_it_is_on_the_targets_server() {
    let missing = TestServer::shared().target().with_database("crosstrack_not_there");
    let work =
        async |watched: &Watched| with_shadow(&watched.server, &[], async |_| Ok::<_, ShadowError>(())).await;
    work(&Watched::new(Place::Target, Some(missing), &[])).await.unwrap();
    let nowhere = Host::Tcp { name: "127.0.0.1".into(), address: None, port: 1 };
    let target = Target::new(nowhere, "app", "app_user");
    let private = Watched::new(private(), Some(target.clone()), &[]);
    work(&private).await.unwrap();
    assert!(private.events.lock().unwrap().iter().any(|event| matches!(event, ShadowEvent::NoTarget { .. })));
    let error = work(&Watched::new(Place::Target, Some(target), &[])).await.unwrap_err();
    assert!(matches!(error, ShadowError::Target(ConnectError::Unreachable { .. })), "{error:?}");
}

/// The first version with the privilege `MAINTAIN`.
const MAINTAIN: u32 = 17;

/// Installed programs of that version or a newer one.
#[expect(clippy::disallowed_methods, reason = "tests have no settings to take the search path from")]
fn newer_programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = find_binaries(&Search { path, usual_places: true });
    let newer = installed.into_iter().find(|binaries| binaries.version.major >= MAINTAIN);
    newer.map(|binaries| binaries.directory)
}

/// Grants of all privileges, also by a role whose name looks like a list of them.
const GRANTS: &str = "create table t (id int); grant all on t to public; create role \"m=a\"; \
    alter default privileges for role \"m=a\" in schema public grant all on tables to public; \
    alter default privileges for role \"m=a\" in schema public grant all on tables to \"m=a\" with grant option";

fn privileges(catalog: &Catalog) -> String {
    let grants = catalog.facts().filter(|fact| matches!(fact.id.kind, Kind::Grant | Kind::DefaultGrant));
    let texts =
        grants.map(|fact| format!("{}: {}", fact.id.name, fact.attributes.get("privileges").unwrap()));
    texts.collect::<Vec<String>>().join("\n")
}

#[tokio::test]
async fn a_newer_server_stands_in_for_the_target_without_a_privilege_that_the_target_does_not_have() {
    let target = TestDatabase::new("newer");
    let version = target.value("select current_setting('server_version_num')::int / 10000");
    let Some(programs) = newer_programs().filter(|_| version.parse::<u32>().unwrap() < MAINTAIN) else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: needs a test server before PostgreSQL 17, and the programs of 17 or newer"
        );
        return;
    };
    let watched = Watched::new(private_in(shadow_folder(), programs), Some(target.target()), &[]);
    let found = with_shadow(&watched.server, &[], async |shadow| {
        let session = shadow.session("test").await?;
        session.rows("grant", GRANTS).await?;
        let mut reader = shadow.reader().await?;
        let catalog = read_catalog(&reader.snapshot(), &Scope::default()).await?;
        session.rows("clean up", "drop owned by \"m=a\"; drop role \"m=a\"").await?;
        Ok::<_, ShadowError>(privileges(&catalog))
    });
    assert_eq!(
        found.await.unwrap(),
        "to PUBLIC on schema public: USAGE\n\
         to PUBLIC on table public.t: DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE\n\
         on tables by \"m=a\" in schema public: \"m=a\"=a*r*w*d*D*x*t*/\"m=a\", =arwdDxt/\"m=a\""
    );
    let events = watched.events.lock().unwrap();
    assert!(events.iter().any(|event| matches!(event, ShadowEvent::OtherVersion { .. })));
}
