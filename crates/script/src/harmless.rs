//! Whether a script is sure to leave all data where it is, as far as its words tell.
//!
//! It must not call a script harmless that it does not understand: only a few plain statements are.

use crate::statement::pieces;
use crate::token::{Token, significant_tokens};

/// What a script may drop without a row or a value going with it, unless it drops what depends on it, too.
const WITHOUT_ROWS: &[&str] =
    &["index", "trigger", "policy", "rule", "statistics", "view", "function", "procedure"];
/// Whether no statement of a script can lose data: only then there is nothing to be found out about it.
pub fn loses_nothing(sql: &str) -> bool {
    pieces(sql).iter().all(|statement| is_harmless(statement.text))
}

fn is_harmless(statement: &str) -> bool {
    let tokens: Vec<Token<'_>> = significant_tokens(statement).collect();
    let Some((first, rest)) = tokens.split_first() else { return true };
    let is = |words: &[&str]| rest.first().is_some_and(|token| token.is_any(words));
    if tokens.iter().any(|token| token.is("cascade")) {
        return false;
    }
    match first {
        first if first.is("create") => !is(&["schema"]),
        first
            if first
                .is_any(&["comment", "set", "reset", "grant", "revoke", "reindex", "begin", "commit"]) =>
        {
            true
        }
        first if first.is("drop") => is(WITHOUT_ROWS),
        first if first.is("alter") && is(&["table"]) => alters_no_rows(rest),
        first => first.is("alter") && is(&["index"]),
    }
}

fn alters_no_rows(tokens: &[Token<'_>]) -> bool {
    // Everything but a constraint may be the name of a column, `identity` for one.
    let drops_a_column = tokens.windows(2).any(|pair| pair[0].is("drop") && !pair[1].is("constraint"));
    !drops_a_column
        && !tokens.iter().any(|token| token.is_any(&["type", "rename", "detach", "attach", "set"]))
}

#[cfg(test)]
mod tests {
    use super::loses_nothing;

    #[test]
    fn only_what_is_plainly_without_loss_is_called_so() {
        for sql in [
            "",
            "-- nothing",
            "drop index herbs_name; drop index concurrently if exists x",
            "drop view seen; drop function f(int)",
            "alter table herbs drop constraint herbs_key",
            "alter table herbs drop constraint herbs_key, add column kind text",
            "create table herbs (id int)",
        ] {
            assert!(loses_nothing(sql), "{sql}");
        }
        for sql in [
            "drop table herbs",
            "drop view seen cascade",
            "alter table herbs drop name",
            "alter table herbs drop identity",
            "alter table herbs drop column name",
            "alter table herbs alter id type int",
            "alter table herbs rename to roots",
            "do $$ begin end $$",
            "delete from herbs",
            "select harm()",
            "drop type part",
        ] {
            assert!(!loses_nothing(sql), "{sql}");
        }
    }
}
