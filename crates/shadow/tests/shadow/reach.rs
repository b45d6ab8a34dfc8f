//! Texts that reach further than a shadow server keeps apart.
//!
//! Must not run one: the check comes before.

use crosstrack_shadow::{Script, ShadowError, with_shadow};
use crosstrack_testkit::{Folder, PrivateServer, TestServer};

use crate::support::{Watched, named, private_in};

#[tokio::test]
async fn a_script_that_reaches_outside_is_refused_before_anything_is_started() {
    let folder = Folder::sqlx(&[]);
    let never = folder.path().join("never");
    let programs = TestServer::shared().running().binaries.clone();
    let watched = Watched::new(private_in(never.clone(), programs), None, &[]);
    for text in ["copy (select 1) to program 'touch x';", "create tablespace fast location '/fast';"] {
        let script = Script { path: "b.sql".into(), text: text.to_owned() };
        let refused =
            with_shadow(&watched.server, &[script], async |_| Ok::<_, ShadowError>(())).await.unwrap_err();
        assert!(matches!(refused, ShadowError::Beyond { .. }), "{refused:?}");
    }
    assert!(!never.exists());
}

#[tokio::test]
async fn a_file_that_prepares_is_refused_where_it_reaches_outside_and_may_create_roles() {
    let server = PrivateServer::start();
    let folder = Folder::sqlx(&[("1_prepare", "copy (select 1) to program 'touch x';", None)]);
    let file = folder.path().join("1_prepare.sql");
    let never = folder.path().join("never");
    let programs = TestServer::shared().running().binaries.clone();
    for place in [private_in(never.clone(), programs), named(&server)] {
        let watched = Watched::new(place, None, std::slice::from_ref(&file));
        let refused =
            with_shadow(&watched.server, &[], async |_| Ok::<_, ShadowError>(())).await.unwrap_err();
        assert!(matches!(&refused, ShadowError::BeyondPrepare { path, .. } if *path == file), "{refused:?}");
    }
    assert!(!never.exists());
    folder.write("1_prepare.sql", "create role prepared_reader;");
    let watched = Watched::new(named(&server), None, std::slice::from_ref(&file));
    with_shadow(&watched.server, &[], async |_| Ok::<_, ShadowError>(())).await.unwrap();
    assert_eq!(server.rows("select 1 from pg_roles where rolname = 'prepared_reader'").len(), 1);
}
