//! How far the effects of a script reach: its database, the server's shared state, or beyond the server.
//!
//! It must not miss an effect of a statement, of code or of a text that code runs; in doubt, code and such texts reach further.
//! Other texts are no statements. Not to be seen are what a function of another script does, what a foreign table of another
//! script is for, and statements that come out of a table, a parameter or an encoding.

use std::collections::BTreeSet;

use crate::executable::{Executable, visit_executables};
use crate::token::significant_tokens;

mod command;
mod foreign;
mod function;
mod raw;

/// The farthest thing that a script may change or use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The database: a shadow database keeps all effects apart.
    Database,
    /// What all databases of the server share, such as roles and settings: a shadow server keeps the effects apart.
    Server,
    /// Programs, files and other servers: nothing keeps the effects apart.
    Outside,
}

/// The reach of a script. A function that it defines counts as if it were called.
pub fn reach(sql: &str) -> Reach {
    let mut reach = if changes_rules_of_quotes(sql) { raw::reach_of_raw(sql) } else { Reach::Database };
    let mut foreign_tables = BTreeSet::new();
    visit_executables(sql, &mut |executable| match executable {
        Executable::Statement { tokens, is_assembled, .. } => {
            reach = reach
                .max(command::reach_of_command(tokens, is_assembled))
                .max(function::reach_of_calls(tokens, is_assembled));
            foreign_tables.extend(foreign::created_table(tokens));
        }
        Executable::Raw(code) => reach = reach.max(raw::reach_of_raw(code)),
    });
    if !foreign_tables.is_empty() {
        visit_executables(sql, &mut |executable| {
            if let Executable::Statement { tokens, .. } = executable
                && foreign::uses_table(tokens, &foreign_tables)
            {
                reach = Reach::Outside;
            }
        });
    }
    reach
}

/// Tells whether a script may reach beyond its database.
pub fn reaches_beyond_database(sql: &str) -> bool {
    reach(sql) > Reach::Database
}

fn server_if(is_so: bool) -> Reach {
    if is_so { Reach::Server } else { Reach::Database }
}

fn outside_if(is_so: bool) -> Reach {
    if is_so { Reach::Outside } else { Reach::Database }
}

/// Tells whether a script turns backslashes in quotes into escapes, so that the quotes are not where they seem to be.
fn changes_rules_of_quotes(sql: &str) -> bool {
    const SETTING: &str = "standard_conforming_strings";
    if !sql.to_ascii_lowercase().contains(SETTING) {
        return false;
    }
    let mut tokens = significant_tokens(sql);
    let mut changes = false;
    while let Some(token) = tokens.next() {
        if token.is(SETTING) {
            let is_set = tokens.next().is_some_and(|next| next.text == "=" || next.is("to"));
            let value = tokens.next().map(|value| value.text.trim_matches('\''));
            changes |= !is_set || value.is_none_or(|value| !value.eq_ignore_ascii_case("on"));
        } else {
            changes |= token.text.to_ascii_lowercase().contains(SETTING);
        }
    }
    changes
}

#[cfg(test)]
mod tests;
