//! What a command of this crate says when it cannot go on: what, why, and what to do.
//!
//! Must not decide how it is shown.

/// Why a command stopped.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What was attempted and did not happen.
    pub(crate) what: String,
    /// The reason.
    pub(crate) why: String,
    /// What to do about it.
    pub(crate) remedy: String,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), remedy: remedy.into() }
    }
}
