//! The operating system in use, as far as the way out of a problem depends on it.

use std::path::Path;

/// The operating system in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    system: System,
    /// Whether this is a container, in which nothing else runs.
    is_container: bool,
    /// Whether services are systemd's.
    has_systemd: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    MacOs,
    Windows,
    Debian,
    Fedora,
    Alpine,
    Other,
}

impl Platform {
    /// The one that this program runs on.
    pub fn here() -> Self {
        let system = if cfg!(target_os = "macos") {
            System::MacOs
        } else if cfg!(windows) {
            System::Windows
        } else {
            // <https://www.freedesktop.org/software/systemd/man/latest/os-release.html>
            family(&std::fs::read_to_string("/etc/os-release").unwrap_or_default())
        };
        Self {
            system,
            is_container: Path::new("/.dockerenv").exists() || Path::new("/run/.containerenv").exists(),
            has_systemd: Path::new("/run/systemd/system").exists(),
        }
    }

    /// How PostgreSQL's server is started.
    pub fn start_server(&self) -> String {
        let here = match self.system {
            System::MacOs => "`brew services start postgresql@17`",
            System::Windows => "`net start postgresql-x64-17`, as an administrator",
            System::Alpine => "`rc-service postgresql start`",
            System::Debian if !self.has_systemd => "`service postgresql start`",
            System::Fedora if self.has_systemd => {
                "`sudo systemctl start postgresql`, the first time after `sudo postgresql-setup --initdb`"
            }
            _ => "`sudo systemctl start postgresql`",
        };
        if self.is_container {
            return format!(
                "start it with {here}; or, as this is a container, whose localhost is its own, name the container or the host \
                 that the server runs on"
            );
        }
        format!(
            "start it with {here}; one in Docker with `docker start <container>`, a new one with \
             `docker run --detach --publish 5432:5432 --env POSTGRES_PASSWORD=<password> postgres:17`"
        )
    }

    /// How `psql`, `pg_dump` and `pg_restore` are installed.
    pub fn install_programs(&self) -> &'static str {
        match self.system {
            System::MacOs => {
                "`brew install libpq`, and put its `bin` on PATH: `brew --prefix libpq` says where it is"
            }
            System::Windows => "`winget install PostgreSQL.PostgreSQL.17`",
            System::Debian => {
                "`sudo apt-get install postgresql-client`; newer ones than the system's are at <https://apt.postgresql.org>"
            }
            System::Fedora => "`sudo dnf install postgresql`",
            System::Alpine => "`apk add postgresql-client`",
            System::Other => "install PostgreSQL's client programs, and put them on PATH",
        }
    }

    /// How the clock is set right.
    pub fn set_clock(&self) -> &'static str {
        match self.system {
            System::MacOs => "`sudo sntp -sS time.apple.com`",
            System::Windows => "`w32tm /resync`",
            _ => "`sudo timedatectl set-ntp true`, here or on the server",
        }
    }
}

/// The family of a Linux distribution.
fn family(os_release: &str) -> System {
    let words = os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches(['"', '\'']).split_whitespace());
    let mut known = words.filter_map(|word| match word {
        "debian" | "ubuntu" => Some(System::Debian),
        "fedora" | "rhel" | "centos" => Some(System::Fedora),
        "alpine" => Some(System::Alpine),
        _ => None,
    });
    known.next().unwrap_or(System::Other)
}

#[cfg(test)]
mod tests {
    use super::{Platform, System, family};

    const BARE: Platform = Platform { system: System::Other, is_container: false, has_systemd: true };

    #[test]
    fn a_distribution_is_known_by_its_family() {
        assert_eq!(family("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"), System::Debian);
        assert_eq!(family("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), System::Fedora);
        assert_eq!(family("ID=alpine\n"), System::Alpine);
        assert_eq!(family("ID=nixos\n"), System::Other);
        assert_eq!(family(""), System::Other);
    }

    #[test]
    fn each_system_starts_its_server_in_its_own_way() {
        let start = |system, has_systemd| Platform { system, has_systemd, ..BARE }.start_server();
        assert!(start(System::MacOs, false).contains("`brew services start postgresql@17`"));
        assert!(start(System::Debian, true).contains("`sudo systemctl start postgresql`"));
        assert!(start(System::Debian, false).contains("`service postgresql start`"));
        assert!(start(System::Fedora, true).contains("postgresql-setup --initdb"));
        assert!(start(System::Alpine, false).contains("`rc-service postgresql start`"));
        assert!(start(System::Windows, false).contains("net start"));
        assert!(start(System::Other, true).contains("`docker run "));
        assert!(!Platform { is_container: true, ..BARE }.start_server().contains("docker"));
    }
}
