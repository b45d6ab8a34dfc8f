//! Numbers out of rounds.

/// What went over a wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// How often a client waited for an answer, after it had signed in.
    pub(super) round_trips: u64,
    /// How many connections there were.
    pub(super) connections: u64,
}

/// The middle one.
pub(super) fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert!((median(&mut [3.0, 1.0, 9.0]) - 3.0).abs() < f64::EPSILON);
    }
}
