//! What `cargo xtask fuzz` was called with.
//!
//! Must not know which targets there are.

use std::ffi::OsString;
use std::fmt;

/// How much is tried when nobody says.
const DEFAULT: Amount = Amount::Seconds(10);

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// How much is tried.
    pub(super) amount: Amount,
    /// The target; all of them without one.
    pub(super) target: Option<String>,
}

/// How much is tried. As libFuzzer's flag in `Display`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// So long.
    Seconds(u64),
    /// So many inputs.
    Runs(u64),
}

impl Call {
    /// Reads the arguments, or gives the first that has no meaning.
    pub(super) fn read(arguments: &[OsString]) -> Result<Self, OsString> {
        let mut call = Self { amount: DEFAULT, target: None };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let number = |value: Option<&OsString>| {
                value.and_then(|value| value.to_str()?.parse().ok()).ok_or_else(|| argument.clone())
            };
            match argument.to_str() {
                Some("--seconds") => call.amount = Amount::Seconds(number(rest.next())?),
                Some("--runs") => call.amount = Amount::Runs(number(rest.next())?),
                Some(name) if !name.starts_with('-') && call.target.is_none() => {
                    call.target = Some(name.to_owned());
                }
                _ => return Err(argument.clone()),
            }
        }
        Ok(call)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => write!(formatter, "-max_total_time={seconds}"),
            Self::Runs(runs) => write!(formatter, "-runs={runs}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Call, OsString> {
        Call::read(&line.split_whitespace().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn without_arguments_every_target_has_ten_seconds() {
        assert_eq!(read(""), Ok(Call { amount: Amount::Seconds(10), target: None }));
    }

    #[test]
    fn the_amount_and_the_target_may_come_in_any_order() {
        let expected = Call { amount: Amount::Runs(5), target: Some("settings".into()) };
        assert_eq!(read("settings --runs 5").as_ref(), Ok(&expected));
        assert_eq!(read("--runs 5 settings"), Ok(expected));
        assert_eq!(read("--seconds 7").unwrap().amount.to_string(), "-max_total_time=7");
    }

    #[test]
    fn what_has_no_meaning_is_named() {
        for (line, word) in [
            ("--minutes 3", "--minutes"),
            ("--runs many", "--runs"),
            ("--seconds", "--seconds"),
            ("a b", "b"),
        ] {
            assert_eq!(read(line), Err(OsString::from(word)), "{line}");
        }
    }
}
