//! The process that ends a throwaway server when it is not used any more.
//!
//! Must not be needed for a clean end: `stop` and `destroy` do without.

#[cfg(not(unix))]
pub(crate) use other::{end, ensure};
#[cfg(unix)]
pub(crate) use unix::{end, ensure};

#[cfg(unix)]
mod unix {
    use std::ffi::{OsStr, OsString};
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use crate::binaries::find_program;
    use crate::launch::{open_log, wait_in_background};
    use crate::layout::Layout;
    use crate::process::Program;
    use crate::throwaway::settings::{Lifetime, ThrowawaySettings};
    use crate::{LaunchError, postmaster, record, stop};

    const SHELL: &str = "/bin/sh";
    const SCRIPT: &str = include_str!("watcher.sh");

    /// Looks so many times before the server counts as idle.
    const LOOKS: u32 = 60;
    const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
    const LONGEST_PAUSE: Duration = Duration::from_secs(5);

    /// Starts a watcher unless there is one. Needs the server's lock.
    pub(crate) fn ensure(layout: &Layout, settings: &ThrowawaySettings) -> Result<(), LaunchError> {
        if living(layout).is_some() {
            return Ok(());
        }
        let path = layout.log();
        let log = open_log(&path).map_err(|source| LaunchError::Write { path, source })?;
        let search_path = complete(&settings.search_path);
        let program = Program::new(Path::new(SHELL))
            .bare(&search_path)
            .folder(Path::new("/"))
            .arguments(arguments(layout, settings));
        let started = match find_program(&search_path, "setsid") {
            Some(setsid) => program.leave_running_in_session(&setsid, &log),
            None => program.leave_running(&log),
        };
        let child = started.map_err(|source| LaunchError::Start { program: SHELL.into(), source })?;
        record::remember_watcher(layout, child.id()).map_err(|source| LaunchError::Record { source })?;
        wait_in_background(child);
        Ok(())
    }

    /// Ends the watcher at once, when there is one.
    pub(crate) fn end(layout: &Layout) {
        if let Some(pid) = living(layout) {
            stop::terminate_group(pid);
        }
    }

    /// The watcher, unless its number now belongs to another process.
    fn living(layout: &Layout) -> Option<u32> {
        record::watcher(layout).filter(|pid| postmaster::is_given(*pid, &layout.root))
    }

    fn arguments(layout: &Layout, settings: &ThrowawaySettings) -> Vec<OsString> {
        let pause = (settings.idle / LOOKS).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
        let looks = settings.idle.as_millis().div_ceil(pause.as_millis());
        // The server itself knows its folder by the name without links.
        let cluster = layout.cluster();
        let cluster = cluster.canonicalize().unwrap_or(cluster);
        let mut arguments: Vec<OsString> = vec!["-c".into(), SCRIPT.into(), "crosstrack-watcher".into()];
        arguments.extend([layout.root.clone().into_os_string(), cluster.into_os_string()]);
        arguments.extend([seconds(pause), looks.to_string()].map(OsString::from));
        arguments
            .extend(deleted_at_the_end(layout, settings.lifetime).into_iter().map(PathBuf::into_os_string));
        arguments
    }

    fn deleted_at_the_end(layout: &Layout, lifetime: Lifetime) -> Vec<PathBuf> {
        match lifetime {
            Lifetime::Kept => Vec::new(),
            Lifetime::Once => layout.everything(),
        }
    }

    /// Whole seconds where possible: not every `sleep` takes others.
    fn seconds(pause: Duration) -> String {
        match pause.subsec_millis() {
            0 => pause.as_secs().to_string(),
            milliseconds => format!("{}.{milliseconds:03}", pause.as_secs()),
        }
    }

    /// The script needs `sleep` and `rm`, whatever the caller's `PATH` is.
    fn complete(search_path: &OsStr) -> OsString {
        let mut complete = search_path.to_owned();
        if !complete.is_empty() {
            complete.push(":");
        }
        complete.push("/usr/bin:/bin");
        complete
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_pause_of_whole_seconds_is_written_without_a_fraction() {
            assert_eq!(seconds(Duration::from_secs(5)), "5");
            assert_eq!(seconds(Duration::from_millis(100)), "0.100");
        }
    }
}

#[cfg(not(unix))]
mod other {
    use crate::LaunchError;
    use crate::layout::Layout;
    use crate::throwaway::settings::ThrowawaySettings;

    #[expect(clippy::unnecessary_wraps, reason = "as on other systems")]
    pub(crate) fn ensure(_: &Layout, _: &ThrowawaySettings) -> Result<(), LaunchError> {
        Ok(())
    }

    pub(crate) fn end(_: &Layout) {}
}
