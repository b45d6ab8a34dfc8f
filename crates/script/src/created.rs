//! The roles, schemas and extensions that a script creates.
//!
//! It must not say what is there once the script has run: it may drop them again, and `IF NOT EXISTS` may find them.

use std::collections::BTreeSet;

use crate::assembled::{UNKNOWN, UNKNOWN_NAME};
use crate::executable::{Executable, visit_executables};
use crate::literal::written_name;
use crate::token::{Token, after, is_user_mapping, skip};

/// Names that a script creates, as the catalog writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Created {
    /// `CREATE ROLE | USER | GROUP`
    pub roles: BTreeSet<String>,
    /// `CREATE SCHEMA`
    pub schemas: BTreeSet<String>,
    /// `CREATE EXTENSION`
    pub extensions: BTreeSet<String>,
}

/// The names that a script's statements and blocks create. What a function creates only when it is called is not among them, nor
/// is a name that a block computes.
pub fn created(sql: &str) -> Created {
    let mut created = Created::default();
    visit_executables(sql, &mut |executable| {
        if let Executable::Statement { tokens, is_in_function: false, .. } = executable {
            created.add(tokens);
        }
    });
    created
}

impl Created {
    fn add(&mut self, statement: &[Token<'_>]) {
        let Some([kind, named @ ..]) = after(statement, &["create"]) else { return };
        let named = skip(named, &["if", "not", "exists"]);
        if kind.is_any(&["role", "user", "group"]) {
            let is_mapping = kind.is("user") && is_user_mapping(named);
            self.roles.extend(known_name(named).filter(|_| !is_mapping));
        } else if kind.is("schema") {
            self.schemas.extend(known_name(skip(named, &["authorization"])));
        } else if kind.is("extension") {
            self.extensions.extend(known_name(named));
        }
    }
}

/// The name that the tokens begin with, if all of it is known.
fn known_name(tokens: &[Token<'_>]) -> Option<String> {
    let first = tokens.first()?;
    // `CREATE SCHEMA AUTHORIZATION CURRENT_USER`
    if first.is_any(&["current_role", "current_user", "session_user"]) {
        return None;
    }
    let name = written_name(tokens)?;
    let is_unknown = |text: &str| text.contains([UNKNOWN, UNKNOWN_NAME]);
    // A placeholder brings one space of its own: `'create role app_' || suffix`.
    let goes_on = |next: &Token<'_>| is_unknown(next.text) && next.start <= first.end() + 1;
    let is_computed = is_unknown(&name.text) || tokens.get(name.tokens).is_some_and(goes_on);
    (!is_computed).then_some(name.text)
}

#[cfg(test)]
mod tests {
    use super::created;

    #[track_caller]
    fn check(sql: &str, roles: &[&str], schemas: &[&str], extensions: &[&str]) {
        let created = created(sql);
        assert_eq!(created.roles.iter().collect::<Vec<_>>(), roles, "{sql}");
        assert_eq!(created.schemas.iter().collect::<Vec<_>>(), schemas, "{sql}");
        assert_eq!(created.extensions.iter().collect::<Vec<_>>(), extensions, "{sql}");
    }

    #[test]
    fn statements_create_names_as_the_catalog_writes_them() {
        check(
            "CREATE/**/ROLE Reader; create user Writer with login; create group \"My \"\"Group\"",
            &["My \"Group", "reader", "writer"],
            &[],
            &[],
        );
        check(
            "create schema app; create schema if not exists \"App\" authorization reader",
            &[],
            &["App", "app"],
            &[],
        );
        check("create schema authorization Reader", &[], &["reader"], &[]);
        check("create schema if not exists authorization reader", &[], &["reader"], &[]);
        check("create schema authorization current_user", &[], &[], &[]);
        check(
            "create extension if not exists \"uuid-ossp\" with schema extra; create extension citext",
            &[],
            &[],
            &["citext", "uuid-ossp"],
        );
        check(r#"create role U&"d\0061ta"; create role u&"d!0061t" uescape '!'"#, &["dat", "data"], &[], &[]);
        check("create user mapping for reader server elsewhere; create user mapping", &["mapping"], &[], &[]);
    }

    #[test]
    fn blocks_and_the_texts_that_they_run_create_names() {
        check(
            "do $$ begin if true then create role reader; end if; create schema app; end $$",
            &["reader"],
            &["app"],
            &[],
        );
        check("do 'begin execute ''create extension citext''; end'", &[], &[], &["citext"]);
        check("do $$ begin execute 'create role ' || quote_ident('a b') || ' login'; end $$", &[], &[], &[]);
        check("do $$ begin execute 'create role app_' || suffix; end $$", &[], &[], &[]);
        check("do $$ begin execute 'create role app ' || options; end $$", &["app"], &[], &[]);
        check(
            "do $$ begin execute format('create role %I; create schema app', x); end $$",
            &[],
            &["app"],
            &[],
        );
    }

    #[test]
    fn what_is_only_written_or_defined_creates_nothing() {
        for sql in [
            "insert into notes values ('create role reader')",
            "comment on table herbs is 'create schema app'",
            "-- create role reader\ncreate table role (id int)",
            "create type action as enum ('create role reader')",
            "create function f() returns void language plpgsql as $$ begin create role reader; end $$",
            "alter role reader rename to writer; drop schema app; alter extension citext update",
        ] {
            check(sql, &[], &[], &[]);
        }
    }
}
