//! Owners, which most kinds have, and are given in the same way.

use crosstrack_catalog::Fact;
use crosstrack_database::quote_identifier;

use crate::rule::Change;
use crate::side::Side;
use crate::statement::Statement;

/// Gives something that was just made to its owner, where that is somebody else.
pub(crate) fn given(word: &str, fact: &Fact, to: &Side<'_>) -> Option<Statement> {
    Some(give(word, fact, to.other_owner(fact)?))
}

/// Gives something to another owner.
pub(crate) fn changed(word: &str, change: &Change<'_>) -> Option<Statement> {
    Some(give(word, change.after, change.of("owner")??))
}

fn give(word: &str, fact: &Fact, owner: &str) -> Statement {
    // An aggregate that takes no arguments is written with a star.
    let name = if word == "AGGREGATE" { fact.id.name.replace("()", "(*)") } else { fact.id.name.clone() };
    Statement::new(format!("ALTER {word} {name} OWNER TO {}", quote_identifier(owner)))
}
