//! What a person should know about a script before it runs: statements that destroy rows or drop what depends on them.
//!
//! It must not guess: SQL that a `DO` block puts together as text (`EXECUTE`) or that a function runs is not looked at.

use crosstrack_model::Hazard;

use crate::block::direct_statements;
use crate::statement::{Statement, pieces};
use crate::token::{Kind, Token, after, outside_brackets, significant_tokens, skip, tokens};

/// The most characters of a statement that a hazard shows.
const EXCERPT_LIMIT: usize = 60;

/// The first words of statements that can be hazardous.
const VERBS: &[&str] = &["alter", "delete", "drop", "truncate", "with"];

/// What the statements of a script destroy or drop with them, in the order of the script.
///
/// Data loss: `DROP TABLE`, `DROP SCHEMA`, `DROP DATABASE`, `DROP OWNED`, a dropped column or attribute, `TRUNCATE`, `DELETE`
/// without `WHERE`, and a type, domain or extension dropped with `CASCADE`, for columns go with it. A materialized view can be
/// filled again, so dropping it is none. The direct statements of a `DO` block count too.
pub fn hazards(sql: &str) -> Vec<Hazard> {
    pieces(sql).iter().flat_map(hazards_of).collect()
}

fn hazards_of(statement: &Statement<'_>) -> Vec<Hazard> {
    let first = significant_tokens(statement.text).next();
    match first {
        Some(first) if first.is("do") => hazards_of_block(statement),
        Some(first) if first.is_any(VERBS) => named_hazards(statement.text, statement.line),
        _ => Vec::new(),
    }
}

fn named_hazards(statement: &str, line: usize) -> Vec<Hazard> {
    let harm = Harm::of(statement);
    let statement = excerpt(statement);
    let mut hazards = Vec::new();
    if harm.destroys {
        hazards.push(Hazard::DataLoss { line, statement: statement.clone() });
    }
    if harm.cascades {
        hazards.push(Hazard::Cascade { line, statement });
    }
    hazards
}

/// The hazards of the statements that stand in a `DO` block.
fn hazards_of_block(block: &Statement<'_>) -> Vec<Hazard> {
    direct_statements(block, VERBS).into_iter().flat_map(|(text, line)| named_hazards(text, line)).collect()
}

#[derive(Default)]
struct Harm {
    destroys: bool,
    cascades: bool,
}

impl Harm {
    fn of(statement: &str) -> Self {
        let tokens: Vec<Token<'_>> = significant_tokens(statement).collect();
        match tokens.split_first() {
            Some((verb, rest)) if verb.is("drop") => Self::of_drop(rest),
            Some((verb, rest)) if verb.is("alter") => Self::of_alter(rest),
            Some((verb, rest)) if verb.is("truncate") => {
                Self { destroys: true, cascades: ends_in_cascade(rest) }
            }
            Some((verb, _)) if verb.is_any(&["delete", "with"]) => {
                Self { destroys: deletes_every_row(&tokens), cascades: false }
            }
            _ => Self::default(),
        }
    }

    fn of_drop(tokens: &[Token<'_>]) -> Self {
        let cascades = ends_in_cascade(tokens);
        let Some(object) = tokens.first() else { return Self::default() };
        let holds_rows = object.is_any(&["table", "schema", "database", "owned"]);
        let is_type_of_columns = object.is_any(&["type", "domain", "extension"]);
        Self { destroys: holds_rows || (is_type_of_columns && cascades), cascades }
    }

    fn of_alter(tokens: &[Token<'_>]) -> Self {
        let tokens = outside_brackets(tokens);
        let is_table = tokens.first().is_some_and(|object| object.is("table"));
        let is_type = tokens.first().is_some_and(|object| object.is("type"));
        let mut harm = Self::default();
        for action in actions(&tokens).split(|token| token.kind == Kind::Comma) {
            let Some(dropped) = after(action, &["drop"]) else { continue };
            let is_constraint = dropped.first().is_none_or(|token| token.is("constraint"));
            let is_attribute = after(dropped, &["attribute"]).is_some();
            harm.destroys |= (is_table && !is_constraint) || (is_type && is_attribute);
            harm.cascades |= ends_in_cascade(dropped);
        }
        harm
    }
}

/// What follows `TABLE [IF EXISTS] [ONLY] schema.name [*]`.
fn actions<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let Some((_, rest)) = tokens.split_first() else { return &[] };
    let mut rest = skip(skip(rest, &["if", "exists"]), &["only"]);
    while let [_, dot, tail @ ..] = rest
        && dot.kind == Kind::Dot
    {
        rest = tail;
    }
    match rest {
        [_, star, tail @ ..] if star.text == "*" => tail,
        [_, tail @ ..] => tail,
        [] => &[],
    }
}

fn ends_in_cascade(tokens: &[Token<'_>]) -> bool {
    tokens.last().is_some_and(|token| token.is("cascade"))
}

/// Whether there is a `DELETE FROM` without a `WHERE` of its own.
fn deletes_every_row(tokens: &[Token<'_>]) -> bool {
    let mut level = Level::NoDelete;
    let mut outer_levels = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => outer_levels.push(std::mem::replace(&mut level, Level::NoDelete)),
            Kind::Close if level == Level::EveryRow => return true,
            Kind::Close => level = outer_levels.pop().unwrap_or(Level::NoDelete),
            Kind::Word if after(&tokens[index..], &["delete", "from"]).is_some() => level = Level::EveryRow,
            Kind::Word if token.is("where") && level == Level::EveryRow => level = Level::SomeRows,
            _ => {}
        }
    }
    level == Level::EveryRow
}

/// What is known about a `DELETE` at one level of brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    NoDelete,
    EveryRow,
    SomeRows,
}

/// The first words of a statement on one line, without comments.
fn excerpt(statement: &str) -> String {
    let mut folded = String::new();
    let mut characters = 0;
    for token in tokens(statement) {
        let is_gap = !token.is_significant();
        if is_gap && folded.ends_with(' ') {
            continue;
        }
        let text = if is_gap { " " } else { token.text };
        for character in text.chars() {
            if characters == EXCERPT_LIMIT {
                return folded.trim_end().to_owned() + "...";
            }
            folded.push(if character.is_whitespace() { ' ' } else { character });
            characters += 1;
        }
    }
    folded
}

#[cfg(test)]
mod tests;
