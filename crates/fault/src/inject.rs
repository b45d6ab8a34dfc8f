//! What happens at a fault point in a program that was built for tests.
//!
//! Must not be compiled into the program that people use.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{Point, VARIABLE};

/// What the variable asks for.
struct Fault {
    point: String,
    /// How often the point is passed before.
    passes: AtomicUsize,
    action: Action,
}

enum Action {
    /// The program is killed as `kill -9` does it: it can neither clean up nor say anything.
    Kill,
    /// The program waits for somebody to open this pipe.
    Wait(PathBuf),
}

/// How many are aside from the run.
static ASIDE: AtomicUsize = AtomicUsize::new(0);

pub(crate) fn step_aside() {
    ASIDE.fetch_add(1, Ordering::SeqCst);
}

pub(crate) fn come_back() {
    ASIDE.fetch_sub(1, Ordering::SeqCst);
}

pub(crate) fn reach(point: Point) {
    if ASIDE.load(Ordering::SeqCst) > 0 {
        return;
    }
    let Some(fault) = asked_for().filter(|fault| fault.point == point.as_str()) else { return };
    let passed = fault.passes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if passed.is_ok() {
        return;
    }
    match &fault.action {
        Action::Kill => kill(),
        // A pipe blocks whoever reads it until somebody writes; one that is gone has been passed before.
        Action::Wait(pipe) => drop(std::fs::read(pipe)),
    }
}

#[expect(clippy::disallowed_methods, reason = "a fault is no setting: nothing but a test asks for it")]
fn asked_for() -> Option<&'static Fault> {
    static FAULT: OnceLock<Option<Fault>> = OnceLock::new();
    let read = || {
        let text = std::env::var(VARIABLE).ok()?;
        let mut words = text.splitn(3, ' ');
        let (point, passes, action) = (words.next()?, words.next()?, words.next()?);
        Some(Fault {
            point: point.to_owned(),
            passes: AtomicUsize::new(passes.parse().ok()?),
            action: if action == "kill" { Action::Kill } else { Action::Wait(PathBuf::from(action)) },
        })
    };
    FAULT.get_or_init(read).as_ref()
}

#[cfg(unix)]
fn kill() {
    use rustix::process::{Signal, getpid, kill_process};
    // A signal to oneself that cannot be caught does not return.
    let _ = kill_process(getpid(), Signal::KILL);
}

#[cfg(not(unix))]
fn kill() {
    std::process::abort();
}
