//! The real programs, built from the registry under `target/interop` once.
//!
//! Must not use those on `PATH`: their versions are whatever somebody installed.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::program::Program;
use crate::{print, workspace};

/// A program of an ORM.
struct Tool {
    program: &'static str,
    package: &'static str,
    /// The minor version that the adapter is written for.
    version: &'static str,
    features: fn() -> &'static str,
}

const DIESEL: Tool =
    Tool { program: "diesel", package: "diesel_cli", version: "2.3", features: features_of_diesel };
const SQLX: Tool =
    Tool { program: "sqlx", package: "sqlx-cli", version: "0.9", features: || "postgres,rustls" };

/// Where the programs are.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    pub(crate) diesel: PathBuf,
    pub(crate) sqlx: PathBuf,
}

/// The folder of everything that this command makes.
pub(super) fn folder() -> PathBuf {
    workspace::root().join("target/interop")
}

/// Installs what is missing. Takes minutes the first time, and then nothing.
pub(crate) fn install() -> Result<Programs, Failure> {
    Ok(Programs { diesel: install_tool(&DIESEL)?, sqlx: install_tool(&SQLX)? })
}

fn install_tool(tool: &Tool) -> Result<PathBuf, Failure> {
    let path = folder().join("bin").join(format!("{}{}", tool.program, std::env::consts::EXE_SUFFIX));
    if let Some(version) = installed_version(&path).filter(|version| fits(version, tool.version)) {
        print::story(&format!("{} {version} is here", tool.program));
        return Ok(path);
    }
    print::story(&format!("installing {} {} under target/interop: some minutes", tool.package, tool.version));
    let build = folder().join("build");
    let status = Program::cargo()
        .arguments(["install", tool.package, "--locked", "--force", "--quiet", "--no-default-features"])
        .arguments(["--version", &format!("~{}", tool.version), "--features", (tool.features)()])
        .arguments([Path::new("--root"), &folder(), Path::new("--target-dir"), &build])
        .run()?;
    if status.success() {
        return Ok(path);
    }
    Err(Failure::new(
        format!("could not install {} {}", tool.package, tool.version),
        format!("cargo ended with {status}"),
        "see what cargo says above; the package registry must be reachable, and libpq's sources need perl and make",
    ))
}

/// libpq's sources come along where its headers are not installed; building them takes minutes longer.
fn features_of_diesel() -> &'static str {
    let has_libpq = |folder: &str| {
        let names = ["libpq.so", "libpq.dylib", "libpq.a"];
        names.iter().any(|name| Path::new(folder.trim()).join(name).is_file())
    };
    let folder = Program::new("pg_config").arguments(["--libdir"]).capture();
    if folder.is_ok_and(|folder| has_libpq(&folder.output)) { "postgres" } else { "postgres-bundled" }
}

fn installed_version(path: &Path) -> Option<String> {
    let captured = Program::new(path).arguments(["--version"]).capture().ok()?;
    version_in(&captured.output)
}

/// The first word with a dot and digits: `sqlx-cli 0.9.0`, and `Version: 2.3.14` among other lines.
fn version_in(text: &str) -> Option<String> {
    let is_version =
        |word: &&str| word.contains('.') && word.starts_with(|letter: char| letter.is_ascii_digit());
    text.split_whitespace().find(is_version).map(str::to_owned)
}

fn fits(version: &str, minor: &str) -> bool {
    version.strip_prefix(minor).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_programs_print_them() {
        assert_eq!(version_in("sqlx-cli 0.9.0\n").as_deref(), Some("0.9.0"));
        assert_eq!(
            version_in("diesel \n Version: 2.3.14\n Supported Backends: postgres\n").as_deref(),
            Some("2.3.14")
        );
        assert_eq!(version_in("command not found"), None);
    }

    #[test]
    fn only_the_minor_version_must_fit() {
        assert!(fits("2.3.14", "2.3"));
        assert!(!fits("2.30.1", "2.3"));
        assert!(!fits("2.4.0", "2.3"));
    }
}
