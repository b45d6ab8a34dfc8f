//! Durations as people write them: `250ms`, `5s`, `5min`, `1h`.
//!
//! It must not know what a duration is for.

use std::time::Duration;

/// The longest that PostgreSQL's `lock_timeout` and `statement_timeout` can be: they are counted in milliseconds, in 31 bits.
pub(crate) const SERVER_LIMIT: Duration = Duration::from_millis(i32::MAX as u64);

/// A text that is not a duration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not a duration: a whole number and `ms`, `s`, `min` or `h`, as in `5s`")]
pub struct InvalidDuration {
    /// The text as it was given.
    pub text: String,
}

/// Reads a duration: a whole number followed by `ms`, `s`, `min` or `h`.
///
/// There is no bare `m`, which some tools read as months or as a thousandth.
pub fn parse_duration(text: &str) -> Result<Duration, InvalidDuration> {
    let invalid = || InvalidDuration { text: text.to_owned() };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| invalid())?;
    let milliseconds_each = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(invalid()),
    };
    number.checked_mul(milliseconds_each).map(Duration::from_millis).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::parse_duration;
    use std::time::Duration;

    #[test]
    fn a_duration_is_a_whole_number_and_a_unit() {
        for (text, milliseconds) in
            [("250ms", 250), ("5s", 5_000), ("5min", 300_000), ("1h", 3_600_000), ("0s", 0)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in
            ["", "5", "s", "5m", "5 s", "-5s", "1.5s", "5sec", "99999999999999999999s", "9999999999999999h"]
        {
            assert!(parse_duration(text).is_err(), "{text:?} was accepted");
        }
    }
}
