//! A shadow server and catalogs for the tests of this crate.
//!
//! Must not test anything itself.

mod cases;

use std::ffi::OsString;
use std::sync::Arc;

use crosstrack_catalog::{Catalog, Scope, read_catalog, read_dependencies};
use crosstrack_shadow::{Place, PrivatePlace, ShadowRequest, ShadowServer};
use crosstrack_testkit::{TestDatabase, TestServer, shadow_folder};

/// The private shadow server that the tests share.
pub(crate) fn shadow_server() -> ShadowServer {
    ShadowServer::new(ShadowRequest {
        place: Place::Private(PrivatePlace {
            folder: shadow_folder(),
            search_path: OsString::new(),
            programs: vec![TestServer::shared().running().binaries.clone()],
            only_those: true,
        }),
        target: None,
        application: "crosstrack-tests".to_owned(),
        prepare: Vec::new(),
        events: Arc::new(|_| {}),
    })
}

/// The schema that statements make.
pub(crate) async fn catalog(sql: &str) -> Catalog {
    let database = TestDatabase::new("schema");
    database.sql(sql);
    let mut reader = database.database().await.reader().await.expect("the test server answers");
    let snapshot = reader.snapshot();
    let catalog = read_catalog(&snapshot, &Scope::default()).await.expect("the catalog can be read");
    read_dependencies(&snapshot, catalog).await.expect("the dependencies can be read")
}
