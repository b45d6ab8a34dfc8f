//! `cargo-fuzz`, built from the registry under `target/fuzz` once.
//!
//! Must not use the one on `PATH`: its version is whatever somebody installed.

use std::path::{Path, PathBuf};

use super::output_folder;
use crate::failure::Failure;
use crate::print;
use crate::program::Program;

/// The version whose flags this crate knows.
const VERSION: &str = "0.13";

/// Where the program is. Takes a minute the first time, and then nothing.
pub(super) fn install() -> Result<PathBuf, Failure> {
    let path = output_folder().join("bin").join(format!("cargo-fuzz{}", std::env::consts::EXE_SUFFIX));
    let installed = Program::new(&path).arguments(["fuzz", "--version"]).capture();
    if installed.is_ok_and(|captured| captured.output.contains(&format!(" {VERSION}."))) {
        return Ok(path);
    }
    print::story(&format!("installing cargo-fuzz {VERSION} under target/fuzz: a minute"));
    let status = Program::cargo()
        .arguments(["install", "cargo-fuzz", "--locked", "--force", "--quiet"])
        .arguments(["--version", &format!("~{VERSION}")])
        .arguments([Path::new("--root"), &output_folder()])
        .arguments([Path::new("--target-dir"), &output_folder().join("build")])
        .run()?;
    if status.success() {
        return Ok(path);
    }
    Err(Failure::new(
        format!("could not install cargo-fuzz {VERSION}"),
        format!("cargo ended with {status}"),
        "see what cargo says above; the package registry must be reachable",
    ))
}
