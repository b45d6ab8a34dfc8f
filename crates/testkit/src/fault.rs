//! Faults that are really injected: the program is killed at a named point, or stands still there while a test does something worse.
//!
//! Only a program that was built with the feature `inject` of `crosstrack-fault` obeys. Must not be used for faults that can be had
//! without: a wrong script fails by itself.
#![cfg(unix)]

use std::fs::File;
use std::path::PathBuf;

use crosstrack_fault::{Point, VARIABLE};
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};
use tempfile::TempDir;

/// What happens at a point.
#[derive(Debug)]
pub struct Fault {
    point: Point,
    passes: usize,
    pipe: Option<(TempDir, PathBuf)>,
}

/// The program stands still until this value is gone.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "what counts is when it is closed")] File);

impl Fault {
    /// The program is killed at the point, after it has passed it so often.
    pub fn kill(point: Point, passes: usize) -> Self {
        Self { point, passes, pipe: None }
    }

    /// The program stands still at the point, after it has passed it so often.
    pub fn hold(point: Point, passes: usize) -> Self {
        let folder = tempfile::Builder::new().prefix("crosstrack-fault-").tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a named pipe can be made");
        Self { point, passes, pipe: Some((folder, pipe)) }
    }

    /// The variable for the program's environment.
    pub fn variable(&self) -> (&'static str, String) {
        let action = self.pipe.as_ref().map_or("kill".to_owned(), |(_, pipe)| pipe.display().to_string());
        (VARIABLE, format!("{} {} {action}", self.point.as_str(), self.passes))
    }

    /// Whether the program has come to the point and stands still there.
    pub fn held(&self) -> Option<Held> {
        let (_, pipe) = self.pipe.as_ref()?;
        // It opens only when somebody reads it.
        let file = open(pipe, OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()).ok()?;
        // The program passes the point only once.
        std::fs::remove_file(pipe).expect("a file of ours");
        Some(Held(File::from(file)))
    }
}
