//! What a case claims, and whether it holds.
//!
//! Must not run anything.

use std::fmt::Debug;

use crate::program::Captured;

/// The claims of one case, in order.
#[derive(Debug, Default)]
pub(super) struct Checks {
    claims: Vec<(String, Result<(), String>)>,
}

impl Checks {
    /// A claim, and what speaks against it.
    pub(super) fn claim(&mut self, claim: impl Into<String>, evidence: Result<(), String>) {
        self.claims.push((claim.into(), evidence));
    }

    /// The program ended with this code.
    pub(super) fn exits(&mut self, claim: impl Into<String>, captured: &Captured, code: i32) {
        let evidence = if captured.code == Some(code) { Ok(()) } else { Err(said(captured)) };
        self.claim(claim, evidence);
    }

    /// The program ended well and had nothing to say.
    pub(super) fn is_silent(&mut self, claim: impl Into<String>, captured: &Captured) {
        let is_silent = captured.code == Some(0) && captured.output.trim().is_empty();
        self.claim(claim, if is_silent { Ok(()) } else { Err(said(captured)) });
    }

    /// The two are equal.
    pub(super) fn same<T: PartialEq + Debug>(&mut self, claim: impl Into<String>, actual: &T, expected: &T) {
        let evidence = if actual == expected { Ok(()) } else { Err(difference(actual, expected)) };
        self.claim(claim, evidence);
    }

    pub(super) fn count(&self) -> usize {
        self.claims.len()
    }

    pub(super) fn broken(&self) -> usize {
        self.claims.iter().filter(|(_, evidence)| evidence.is_err()).count()
    }

    /// A line for each claim; what speaks against one stands below it.
    pub(super) fn table(&self) -> String {
        let rows = self.claims.iter().map(|(claim, evidence)| match evidence {
            Ok(()) => format!("  holds   {claim}"),
            Err(against) => format!("  BROKEN  {claim}\n          {}", against.replace('\n', "\n          ")),
        });
        rows.collect::<Vec<_>>().join("\n")
    }
}

fn said(captured: &Captured) -> String {
    let Captured { code, output, errors } = captured;
    let code = code.map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"));
    format!("ended with {code} and said\n{}\n{}", output.trim(), errors.trim())
}

/// The first line in which two values differ, written line by line.
fn difference(actual: &impl Debug, expected: &impl Debug) -> String {
    let (actual, expected) = (format!("{actual:#?}"), format!("{expected:#?}"));
    let (actual, expected) = (actual.replace("\\n", "\n"), expected.replace("\\n", "\n"));
    let differs = actual.lines().zip(expected.lines()).find(|(actual, expected)| actual != expected);
    match differs {
        Some((actual, expected)) => format!("it is    {}\nit ought {}", actual.trim(), expected.trim()),
        None => format!("{} lines instead of {}", actual.lines().count(), expected.lines().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_claim_is_counted_and_shown_with_what_speaks_against_it() {
        let mut checks = Checks::default();
        checks.same("both have the same rows", &vec!["1", "2"], &vec!["1", "3"]);
        checks.claim("the sky is blue", Ok(()));
        assert_eq!((checks.count(), checks.broken()), (2, 1));
        let table = checks.table();
        assert!(table.contains("BROKEN  both have the same rows"), "{table}");
        assert!(table.contains("it is    \"2\",") && table.contains("it ought \"3\","), "{table}");
        assert!(table.ends_with("  holds   the sky is blue"), "{table}");
    }
}
