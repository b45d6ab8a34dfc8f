//! Times, sizes and counts, as people read them.

use std::time::Duration;

/// A duration: `12 ms`, `1.4 s`, `2 min 3 s`.
pub(crate) fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    match milliseconds {
        0 => "<1 ms".to_owned(),
        1..=999 => format!("{milliseconds} ms"),
        1000..=59_999 => format!("{:.1} s", duration.as_secs_f64()),
        _ => format!("{} min {} s", duration.as_secs() / 60, duration.as_secs() % 60),
    }
}

/// A size in bytes: `9.1 MB`, as PostgreSQL's own `pg_size_pretty` counts, in powers of 1024.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{size:.1} {}", UNITS[unit]) }
}

/// A count with its noun: `1 migration`, `2 migrations`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A moment of a ledger, to the second: `2025-10-19 12:00:00 UTC`.
pub(crate) fn moment(rfc3339: &str) -> String {
    match rfc3339.split_once('T') {
        Some((date, time)) => format!("{date} {} UTC", time.get(..8).unwrap_or(time)),
        None => rfc3339.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, count, duration, moment};
    use std::time::Duration;

    #[test]
    fn amounts_are_short() {
        assert_eq!(duration(Duration::from_micros(300)), "<1 ms");
        assert_eq!(duration(Duration::from_millis(12)), "12 ms");
        assert_eq!(duration(Duration::from_millis(1440)), "1.4 s");
        assert_eq!(duration(Duration::from_secs(123)), "2 min 3 s");
        assert_eq!(bytes(9_500_000), "9.1 MB");
        assert_eq!(bytes(12), "12 B");
        assert_eq!(count(1, "migration"), "1 migration");
        assert_eq!(moment("2025-10-19T12:00:00.123456Z"), "2025-10-19 12:00:00 UTC");
    }
}
