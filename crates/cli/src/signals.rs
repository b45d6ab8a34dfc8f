//! Ctrl-C and SIGTERM: the first asks the run to stop cleanly, the second ends the program.
//!
//! They are listened for on a thread of their own: a thread of the run may be inside an ORM's blocking code, and may be the very
//! one that would have noticed.

use std::io;
use std::thread;

use crosstrack_engine::{Stop, StopSignal};
use crosstrack_report::Outcome;
use tokio::runtime::Builder;

use crate::print::Printer;

/// Listens for signals for as long as the program runs. Where that cannot be, the system's own handling stays.
pub(crate) fn listen(stop: &Stop, print: &Printer) {
    let (stop, print) = (stop.clone(), print.clone());
    let Ok(runtime) = Builder::new_current_thread().enable_io().build() else { return };
    let Ok(mut signals) = ({
        let _inside = runtime.enter();
        Signals::new()
    }) else {
        return;
    };
    let listen = async move {
        let first = signals.next().await;
        print.story(
            "\nstopping: what the server is doing for this run is cancelled; once more to leave at once\n",
        );
        stop.request(first);
        let second = signals.next().await;
        std::process::exit(i32::from(outcome(second).code()));
    };
    // A thread that cannot be had is a handler less.
    drop(thread::Builder::new().name("signals".into()).spawn(move || runtime.block_on(listen)));
}

/// How a run ends that a signal stopped.
pub(crate) fn outcome(signal: StopSignal) -> Outcome {
    match signal {
        StopSignal::Interrupt => Outcome::Interrupted,
        StopSignal::Terminate => Outcome::Terminated,
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> StopSignal {
        tokio::select! {
            _ = self.interrupt.recv() => StopSignal::Interrupt,
            _ = self.terminate.recv() => StopSignal::Terminate,
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> StopSignal {
        self.0.recv().await;
        StopSignal::Interrupt
    }
}
