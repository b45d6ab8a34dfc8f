//! Every input of the corpus, held against its claim: what a fuzzer once found stays found.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use crosstrack_properties::CLAIMS;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a folder and of the folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[track_caller]
fn hold(name: &str, inputs: &[PathBuf]) {
    let claim = CLAIMS.iter().find(|claim| claim.name == name).unwrap();
    for path in inputs {
        let input = std::fs::read(path).unwrap();
        let outcome = catch_unwind(|| (claim.holds_for)(&input));
        assert!(outcome.is_ok(), "the claim `{name}` does not hold for {}", path.display());
    }
}

#[test]
fn every_claim_holds_for_its_corpus() {
    for claim in CLAIMS {
        let inputs = files(&repository().join("crates/fuzz/corpus").join(claim.name));
        assert!(!inputs.is_empty(), "`{}` has no corpus", claim.name);
        hold(claim.name, &inputs);
    }
}

#[test]
fn the_claims_about_scripts_hold_for_this_repositorys_own() {
    for folder in ["auth-migrations", "cms-migrations", "scripts"] {
        let mut scripts = files(&repository().join(folder));
        scripts.retain(|path| path.extension().is_some_and(|kind| kind == "sql"));
        hold("statements", &scripts);
        hold("directives", &scripts);
    }
    hold("settings", &[repository().join("crosstrack.toml")]);
}

#[test]
fn every_claim_has_a_fuzz_target() {
    let targets: Vec<String> = files(&repository().join("crates/fuzz/targets"))
        .iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().replace('_', "-"))
        .collect();
    assert_eq!(targets, CLAIMS.map(|claim| claim.name));
}

#[test]
fn a_claim_that_does_not_hold_is_noticed() {
    let outcome = catch_unwind(|| crosstrack_properties::check("no such claim", b""));
    assert!(outcome.is_err());
}
