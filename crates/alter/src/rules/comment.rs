//! Comments.

use crosstrack_catalog::{Fact, Kind};
use crosstrack_database::quote_literal;

use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Comments;

impl Rule for Comments {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let text = said(fact, "text").map(quote_literal).unwrap_or_default();
        comment(fact, to, &text)
    }

    fn drop(&self, fact: &Fact, from: &Side<'_>) -> Vec<Statement> {
        comment(fact, from, "NULL")
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        let text = said(change.after, "text").map(quote_literal).unwrap_or_default();
        Alter::Statements(comment(change.after, change.to, &text))
    }
}

fn comment(fact: &Fact, side: &Side<'_>, text: &str) -> Vec<Statement> {
    let Some(object) = object(fact, side) else { return Vec::new() };
    vec![Statement::new(format!("COMMENT ON {object} IS {text}"))]
}

/// What it is on, as the statement names it.
fn object(fact: &Fact, side: &Side<'_>) -> Option<String> {
    let parent = side.parent(fact)?;
    let (kind, name) = (parent.id.kind, &parent.id.name);
    let word = match kind {
        Kind::EnumType | Kind::CompositeType | Kind::RangeType => "TYPE",
        Kind::Statistics => "STATISTICS",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        Kind::Constraint if parent.parent.as_ref().is_some_and(|of| of.kind == Kind::Domain) => {
            return Some(format!("CONSTRAINT {}", name.replacen(" on ", " ON DOMAIN ", 1)));
        }
        // One that takes no arguments is written with a star.
        Kind::Aggregate => return Some(format!("AGGREGATE {}", name.replace("()", "(*)"))),
        _ => return Some(format!("{} {name}", kind.as_str().to_uppercase())),
    };
    Some(format!("{word} {name}"))
}
