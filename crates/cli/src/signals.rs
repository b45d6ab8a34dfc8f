//! Ctrl-C and SIGTERM: the first asks the run to stop cleanly, the second ends the program.

use crosstrack_engine::{Stop, StopSignal};
use crosstrack_report::Outcome;

use crate::print::Printer;

/// Listens for signals for as long as the program runs.
pub(crate) fn listen(stop: &Stop, print: &Printer) {
    let (stop, print) = (stop.clone(), print.clone());
    tokio::spawn(async move {
        let first = next().await;
        print.story(
            "\nstopping: what the server is doing for this run is cancelled; once more to leave at once\n",
        );
        stop.request(first);
        let second = next().await;
        std::process::exit(i32::from(outcome(second).code()));
    });
}

/// How a run ends that a signal stopped.
pub(crate) fn outcome(signal: StopSignal) -> Outcome {
    match signal {
        StopSignal::Interrupt => Outcome::Interrupted,
        StopSignal::Terminate => Outcome::Terminated,
    }
}

#[cfg(unix)]
async fn next() -> StopSignal {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return interrupt().await };
    tokio::select! {
        signal = interrupt() => signal,
        _ = terminate.recv() => StopSignal::Terminate,
    }
}

#[cfg(not(unix))]
async fn next() -> StopSignal {
    interrupt().await
}

async fn interrupt() -> StopSignal {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler there is nothing to wait for; the system's own handling stays.
        std::future::pending::<()>().await;
    }
    StopSignal::Interrupt
}
