//! Two programs that do the same, in turns: how long they take, and how much memory.

use std::time::Instant;

use super::ground::Ground;
use super::rounds::median;
use crate::failure::Failure;
use crate::print;
use crate::program::{Measured, Program};

/// How often each contender runs; the first round warms what there is to warm, and is not counted.
const ROUNDS: usize = 5;

/// Makes a program ready.
type Call = dyn Fn(&Ground) -> Result<Program, Failure>;

/// Runs programs in turns; gives the median of each in seconds. An answer of no is as good as one of yes.
pub(super) fn seconds_in_turns(calls: &[&dyn Fn() -> Result<Program, Failure>]) -> Result<Vec<f64>, Failure> {
    let mut times = vec![Vec::new(); calls.len()];
    for round in 0..=ROUNDS {
        for (index, call) in calls.iter().enumerate() {
            let program = call()?;
            let began = Instant::now();
            let captured = program.capture()?;
            if !matches!(captured.code, Some(0 | 1)) {
                return Err(Failure::new(
                    "a command failed",
                    captured.errors,
                    "fix it: a failed run measures nothing",
                ));
            }
            if round > 0 {
                times[index].push(began.elapsed().as_secs_f64());
            }
        }
    }
    Ok(times.iter_mut().map(|times| median(times)).collect())
}

/// Runs both in turns and says what they took, the second in parts of the first.
pub(super) fn compare(ground: &Ground, contenders: [(&str, &Call); 2]) -> Result<(), Failure> {
    let mut times = [Vec::new(), Vec::new()];
    let mut peaks = [0; 2];
    for round in 0..=ROUNDS {
        for (index, (_, call)) in contenders.iter().enumerate() {
            let Measured { seconds, kilobytes } = call(ground)?.measure()?;
            if round > 0 {
                times[index].push(seconds);
                peaks[index] = peaks[index].max(kilobytes);
            }
        }
    }
    let base = median(&mut times[0]);
    for (index, (name, _)) in contenders.iter().enumerate() {
        let took = median(&mut times[index]);
        print::answer(&format!(
            "{name:<24} {took:>8.2} {:>10.2} {:>10} MB",
            took / base,
            peaks[index] / 1024
        ));
    }
    Ok(())
}
