//! What a rule is, and what it finds.
//!
//! Must not know any rule.

use super::repository::Repository;

/// A rule that every change is held against.
pub(super) struct Rule {
    /// Its name, in words.
    pub(super) name: &'static str,
    /// Why it is one.
    pub(super) why: &'static str,
    /// What to do when it is broken.
    pub(super) remedy: &'static str,
    /// Every place that breaks it.
    pub(super) check: fn(&Repository) -> Vec<Finding>,
}

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The file, as seen from the workspace's folder.
    pub(super) path: String,
    /// The line, counted from 1.
    pub(super) line: usize,
    /// What is there, or is not there.
    pub(super) what: String,
}

impl Finding {
    pub(super) fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

/// A finding with the reason and the way out, as the terminal shows it.
pub(super) fn show(rule: &Rule, finding: &Finding) -> String {
    let Rule { name, why, remedy, .. } = rule;
    let Finding { path, line, what } = finding;
    format!("{path}:{line}: {what}\n  rule: {name}\n  why:  {why}\n  do:   {remedy}")
}
