//! A copy takes the place of a database: a change that comes in the last moment is not lost.
//!
//! Must not test when a copy is good enough: that is the command's.

use crosstrack_database::Session;
use crosstrack_shadow::{Fingerprint, Place, Replacement, ShadowError};
use crosstrack_testkit::TestDatabase;

use crate::support::{Watched, two_migrations};

/// A session that ends when it is dropped: the database is replaced only when it has none.
async fn session(database: &TestDatabase) -> Session {
    database.database().await.session("test").await.unwrap()
}

async fn fingerprint(database: &TestDatabase) -> Fingerprint {
    Fingerprint::read(&session(database).await).await.unwrap()
}

/// The tables of the schema `public`.
async fn tables(database: &TestDatabase) -> String {
    let sql = "select string_agg(relname, ' ' order by relname) as found from pg_class \
               where relkind = 'r' and relnamespace = 'public'::regnamespace";
    session(database).await.rows("look", sql).await.unwrap()[0].text("found").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_changed_after_it_was_seen_gets_its_name_back() {
    let database = TestDatabase::new("replaced");
    let watched = Watched::new(Place::BesideTarget, Some(database.target()), &[]);
    let seen = fingerprint(&database).await;
    let name = database.name().to_owned();
    let replace = async |seen: &Fingerprint| {
        watched
            .with_history(&two_migrations("replaced"), async |history| {
                let copy = Replacement::create(history, &history.steps().unwrap()).await.unwrap();
                copy.take_place(&name, seen).await
            })
            .await
    };
    session(&database).await.rows("change", "create table of_another (id int)").await.unwrap();
    let refused = replace(&seen).await;
    assert!(matches!(refused, Err(ShadowError::Changed { kept: None })), "{refused:?}");
    assert_eq!(tables(&database).await, "of_another");

    replace(&fingerprint(&database).await).await.unwrap();
    assert_eq!(tables(&database).await, "_sqlx_migrations users");
}
