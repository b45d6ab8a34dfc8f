//! The repository's own tracks: what their migrations make is what they declare.

use std::path::PathBuf;

use crosstrack_verify::{mend, read_expectations};

use crate::support::{Scratch, repository, tracks_of};

/// The forward scripts of both tracks in the order of the phases.
fn scripts() -> Vec<PathBuf> {
    let of = |folder: &str, suffix: &str| {
        let entries = std::fs::read_dir(repository().join(folder)).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.is_dir() || path.to_string_lossy().ends_with(suffix));
        paths.sort();
        paths
    };
    let auth = of("auth-migrations", "nothing").into_iter().map(|folder| folder.join("up.sql"));
    auth.chain(of("cms-migrations", ".up.sql")).collect()
}

async fn migrated() -> Scratch {
    let scratch = Scratch::new("").await;
    for script in scripts() {
        let sql = std::fs::read_to_string(&script).unwrap();
        for statement in crosstrack_script::statements(&sql).unwrap() {
            scratch.run(statement.text).await;
        }
    }
    scratch
}

#[tokio::test]
async fn the_migrations_keep_what_the_tracks_promise() {
    let scratch = migrated().await;
    let expectations = read_expectations(&tracks_of(&repository())).unwrap();
    let reports = scratch.verify(&expectations).await;
    for report in &reports {
        assert!(report.passed(), "{report:#?}");
        assert!(report.declared > 0 && report.sound == report.declared, "{report:#?}");
    }
    assert_eq!(reports[0].declared, 39);
}

#[tokio::test]
async fn all_39_indexes_can_be_dropped_and_built_again() {
    let scratch = migrated().await;
    let expectations = read_expectations(&tracks_of(&repository())).unwrap();
    for index in &expectations.indexes {
        scratch.run(&format!("DROP INDEX {}", index.name)).await;
    }
    let reports = scratch.verify(&expectations).await;
    assert_eq!((reports[0].sound, reports[0].findings.len()), (0, 39));
    assert_eq!(mend(&scratch.session, &reports[0].findings, &mut |_| {}).await.unwrap(), 39);
    assert_eq!(scratch.findings(&expectations).await, []);
}

#[tokio::test]
async fn an_empty_database_lacks_everything_and_nothing_is_offered() {
    let scratch = Scratch::new("").await;
    let expectations = read_expectations(&tracks_of(&repository())).unwrap();
    let reports = scratch.verify(&expectations).await;
    for report in reports {
        assert_eq!((report.sound, report.findings.len()), (0, report.declared), "{}", report.objects);
        assert!(report.findings.iter().all(|finding| finding.mend.is_empty()));
    }
}
