//! What holds for every input, whatever somebody wrote: claims that a fuzzer tries to break and that tests hold on the corpus.
//!
//! A dev-dependency only. A claim panics when it does not hold; it must not need a server, and what it writes is in a
//! temporary folder.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a claim that does not hold stops the fuzzer by a panic"
)]

mod directives;
mod folders;
mod place;
mod settings;
mod statements;

/// A claim about every input, and the name of its fuzz target and its corpus.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The name.
    pub name: &'static str,
    /// Panics when the claim does not hold for these bytes.
    pub holds_for: fn(&[u8]),
}

/// Every claim. A new one is a module, its line here, a fuzz target and a corpus.
pub const CLAIMS: [Claim; 5] = [
    Claim { name: "directives", holds_for: directives::hold_for },
    Claim { name: "folder-diesel", holds_for: folders::hold_for_diesel },
    Claim { name: "folder-sqlx", holds_for: folders::hold_for_sqlx },
    Claim { name: "settings", holds_for: settings::hold_for },
    Claim { name: "statements", holds_for: statements::hold_for },
];

/// Holds one claim against an input.
pub fn check(name: &str, input: &[u8]) {
    let claim = CLAIMS.iter().find(|claim| claim.name == name);
    (claim.expect("the target has the name of a claim").holds_for)(input);
}
