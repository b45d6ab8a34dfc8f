//! What the tracks declare, compared with what the catalog says, in one round trip; and the statements that mend what differs.
//!
//! A check reads and compares; it must not change anything. Only [`mend`] runs statements, and only those that a finding
//! shows. Nothing here prints or opens a session.

mod answer;
mod check;
mod checks;
mod declared;
mod definition;
mod expression;
mod mend;
mod read;
mod statement;
mod token;
mod verify;

pub use answer::AnswerError;
pub use check::Check;
pub use checks::{CHECK_NAMES, CHECKS};
pub use declared::{
    DeclaredEnum, DeclaredForeignKey, DeclaredIndex, DeclaredName, DeclaredTable, DeleteAction, Expectations,
    Origin,
};
pub use mend::{Leftover, MendError, mend, statements};
pub use read::{ExpectationsError, read_expectations};
pub use verify::{VerifyError, verify};
