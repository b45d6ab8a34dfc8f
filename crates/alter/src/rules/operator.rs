//! Operators and casts.

use crosstrack_catalog::Fact;

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Operators;
pub(crate) struct Casts;

impl Rule for Operators {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let (name, arguments) = signature(&fact.id.name);
        let mut options = vec![format!("FUNCTION = {}", said(fact, "function").unwrap_or_default())];
        for (word, argument) in ["LEFTARG", "RIGHTARG"].iter().zip(arguments) {
            if argument != "NONE" {
                options.push(format!("{word} = {argument}"));
            }
        }
        for (word, attribute) in [("COMMUTATOR", "commutator"), ("NEGATOR", "negator")] {
            options.extend(
                said(fact, attribute).map(|other| format!("{word} = OPERATOR({})", signature(other).0)),
            );
        }
        for (word, attribute) in [("RESTRICT", "restriction"), ("JOIN", "join")] {
            options.extend(said(fact, attribute).map(|function| format!("{word} = {function}")));
        }
        for (word, attribute) in [("HASHES", "hashes"), ("MERGES", "merges")] {
            options.extend(said(fact, attribute).filter(|is| *is == "true").map(|_| word.to_owned()));
        }
        let made = Statement::new(format!("CREATE OPERATOR {name} ({})", options.join(", ")));
        std::iter::once(made).chain(owner::given("OPERATOR", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP OPERATOR {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches_only(&["owner"]) {
            return Alter::Statements(owner::changed("OPERATOR", change).into_iter().collect());
        }
        Alter::Replace
    }
}

impl Rule for Casts {
    fn create(&self, fact: &Fact, _: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let how = match (said(fact, "method"), said(fact, "function")) {
            (Some("text"), _) => "WITH INOUT".to_owned(),
            (_, Some(function)) => format!("WITH FUNCTION {function}"),
            (_, None) => "WITHOUT FUNCTION".to_owned(),
        };
        let when = match said(fact, "context") {
            Some("implicit") => " AS IMPLICIT",
            Some("assignment") => " AS ASSIGNMENT",
            _ => "",
        };
        vec![Statement::new(format!("CREATE CAST {} {how}{when}", fact.id.name))]
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP CAST {}", fact.id.name))]
    }
}

/// `public.===(integer,text)` as a name and what it stands between.
fn signature(name: &str) -> (&str, Vec<&str>) {
    let (name, rest) = name.split_once('(').unwrap_or((name, ""));
    (name, rest.trim_end_matches(')').split(',').collect())
}
