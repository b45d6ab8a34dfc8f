//! The boot of the machine, because without `fsync` a crash of the machine can damage a cluster.
//!
//! Must not judge a crash of the server alone: the system still writes what the server has written.

use std::ffi::OsStr;

use crate::layout::Layout;
use crate::process::Program;
use crate::{Binaries, RecordError, record};

/// Remembers the current boot, where the system tells it.
pub(crate) fn remember(layout: &Layout) -> Result<(), RecordError> {
    current().map_or(Ok(()), |boot| record::remember_boot(layout, &boot))
}

/// Whether the machine may have crashed while this cluster, which does not run now, was written.
pub(crate) fn may_have_damaged(layout: &Layout, binaries: &Binaries, search_path: &OsStr) -> bool {
    let Some(boot) = current() else { return false };
    record::boot(layout) != Some(boot) && !was_shut_down(layout, binaries, search_path)
}

fn current() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    Some(std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned())
}

fn was_shut_down(layout: &Layout, binaries: &Binaries, search_path: &OsStr) -> bool {
    let cluster = layout.cluster();
    if cluster.join("postmaster.pid").exists() {
        return false;
    }
    let control = binaries.program("pg_controldata");
    let outcome = Program::new(&control).bare(search_path).arguments([cluster.as_os_str()]).run();
    outcome.is_ok_and(|outcome| says_shut_down(&outcome.output))
}

fn says_shut_down(control: &str) -> bool {
    let state = control.lines().find_map(|line| line.strip_prefix("Database cluster state:"));
    state.is_some_and(|state| state.trim() == "shut down")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cluster_that_was_shut_down_says_so() {
        assert!(says_shut_down("pg_control version number:  1300\nDatabase cluster state:    shut down\n"));
        assert!(!says_shut_down("Database cluster state:               in production\n"));
        assert!(!says_shut_down("Database cluster state:               shutting down\n"));
        assert!(!says_shut_down(""));
    }
}
