//! What a statement leaves in its session, so that it is gone with the session and not with the transaction.
//!
//! It must not ask the server: what a function does is not known here, nor SQL that a block puts together as text.

use crate::block::{body, direct_statements};
use crate::identifier::{ObjectName, name, object_name};
use crate::statement::Statement;
use crate::token::{Kind, Token, after, significant_tokens, skip};

/// What a statement leaves in its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A setting, a role, a prepared statement or the like, or the end of one: there again when the statement is repeated.
    Setting,
    /// An advisory lock of the session, or its end; likewise.
    Lock,
    /// A temporary object or a cursor of this name, whose rows no repetition brings back.
    Temporary(String),
    /// One of these from inside a `DO` block, of which only the whole can be repeated.
    InBlock {
        /// Whether it is an advisory lock.
        locks: bool,
    },
}

/// Functions that take, or give back, an advisory lock of the session.
const LOCKS: &[&str] = &[
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
    "pg_advisory_unlock",
    "pg_advisory_unlock_shared",
    "pg_advisory_unlock_all",
];

/// What a statement leaves in its session, if it leaves anything.
pub fn kept_by_session(statement: &Statement<'_>) -> Option<Kept> {
    let tokens: Vec<Token<'_>> = significant_tokens(statement.text).collect();
    let first = tokens.first()?;
    match first {
        first if first.is("do") => in_block(statement),
        first if first.is("set") => sets_session(&tokens[1..]).then_some(Kept::Setting),
        first if first.is_any(&["reset", "discard", "load", "listen", "unlisten", "deallocate"]) => {
            Some(Kept::Setting)
        }
        first if first.is("prepare") => {
            (!tokens.get(1).is_some_and(|token| token.is("transaction"))).then_some(Kept::Setting)
        }
        first if first.is("declare") => {
            let is_held = tokens.windows(2).any(|pair| after(pair, &["with", "hold"]).is_some());
            tokens.get(1).filter(|_| is_held).and_then(name).map(Kept::Temporary)
        }
        first if first.is("create") => created(&tokens[1..]).map(Kept::Temporary),
        first if first.is_any(&["select", "with", "values"]) => {
            selected_into(&tokens).map(Kept::Temporary).or_else(|| called(&tokens))
        }
        _ => None,
    }
}

/// `SET` for longer than the transaction.
fn sets_session(rest: &[Token<'_>]) -> bool {
    !rest.first().is_some_and(|token| token.is_any(&["local", "transaction", "constraints"]))
}

/// The name of a temporary object.
fn created(rest: &[Token<'_>]) -> Option<String> {
    let rest = skip(rest, &["or", "replace"]);
    let rest = skip(skip(rest, &["local"]), &["global"]);
    let named = skip(skip(rest, &["temp"]), &["temporary"]);
    let is_temporary = named.len() < rest.len();
    let named = skip(named, &["recursive"]);
    let (kind, named) = named.split_first()?;
    if !kind.is_any(&["table", "view", "sequence"]) {
        return None;
    }
    let (ObjectName { schema, name }, _) = object_name(skip(named, &["if", "not", "exists"]))?;
    (is_temporary || schema.as_deref() == Some("pg_temp")).then_some(name)
}

/// The name of the temporary table of a `SELECT ... INTO TEMPORARY`.
fn selected_into(tokens: &[Token<'_>]) -> Option<String> {
    let into = tokens.iter().position(|token| token.is("into"))?;
    let rest = skip(skip(&tokens[into + 1..], &["local"]), &["global"]);
    let named = skip(skip(rest, &["temp"]), &["temporary"]);
    let is_temporary = named.len() < rest.len();
    let (ObjectName { schema, name }, _) = object_name(skip(named, &["table"]))?;
    (is_temporary || schema.as_deref() == Some("pg_temp")).then_some(name)
}

/// What the functions that are called leave behind.
fn called(tokens: &[Token<'_>]) -> Option<Kept> {
    tokens.windows(2).enumerate().find_map(|(index, pair)| {
        let is_call = pair[1].kind == Kind::Open;
        if is_call && pair[0].is_any(LOCKS) {
            return Some(Kept::Lock);
        }
        (is_call && pair[0].is("set_config") && !is_local(&tokens[index + 2..])).then_some(Kept::Setting)
    })
}

/// Whether the arguments of a `set_config` end in `true`.
fn is_local(arguments: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    let close = arguments.iter().position(|token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close if depth == 0 => return true,
            Kind::Close => depth -= 1,
            _ => {}
        }
        false
    });
    close.and_then(|close| arguments[..close].last()).is_some_and(|last| last.is("true"))
}

fn in_block(block: &Statement<'_>) -> Option<Kept> {
    let (body, _) = body(block)?;
    let tokens: Vec<Token<'_>> = significant_tokens(body).collect();
    let called = called(&tokens);
    let keeps = direct_statements(block, &["set", "reset", "create", "listen"]).iter().any(|(text, _)| {
        let tokens: Vec<Token<'_>> = significant_tokens(text).collect();
        match tokens.split_first() {
            Some((first, rest)) if first.is("set") => sets_session(rest),
            Some((first, rest)) if first.is("create") => created(rest).is_some(),
            first => first.is_some(),
        }
    });
    (keeps || called.is_some()).then_some(Kept::InBlock { locks: called == Some(Kept::Lock) })
}

#[cfg(test)]
mod tests {
    use super::{Kept, kept_by_session};
    use crate::statement::pieces;

    fn kept(sql: &str) -> Option<Kept> {
        let [statement] = pieces(sql)[..] else { panic!("one statement: {sql}") };
        kept_by_session(&statement)
    }

    #[test]
    fn settings_and_locks_last_as_long_as_the_session() {
        for sql in [
            "set search_path to app, public",
            "SET SESSION work_mem = '1GB'",
            "set role owner",
            "set session authorization owner",
            "reset all",
            "discard plans",
            "load 'auto_explain'",
            "listen news",
            "prepare one as select 1",
            "deallocate one",
            "select pg_catalog.set_config('search_path', '', false)",
            "with a as (select 1) select set_config('a.b', coalesce(null, 'c'), b) from a",
        ] {
            assert_eq!(kept(sql), Some(Kept::Setting), "{sql}");
        }
        for sql in ["select pg_advisory_lock(1)", "SELECT true FROM pg_try_advisory_lock_shared(1, 2)"] {
            assert_eq!(kept(sql), Some(Kept::Lock), "{sql}");
        }
    }

    #[test]
    fn what_is_temporary_is_kept_under_its_name() {
        for sql in [
            "create temp table Kept (a int)",
            "create local temporary table if not exists kept as select 1",
            "create or replace temporary view kept as select 1",
            "create temp sequence pg_temp.kept",
            "create table pg_temp.kept (a int)",
            "select 1 as a into temporary table kept from b",
            "select 1 as a into pg_temp.kept",
            "declare kept cursor with hold for select 1",
        ] {
            assert_eq!(kept(sql), Some(Kept::Temporary("kept".into())), "{sql}");
        }
    }

    #[test]
    fn a_block_keeps_what_its_own_statements_keep() {
        for (sql, locks) in [
            ("do $$ begin perform set_config('a.b', 'c', false); end $$", false),
            ("do $$ begin if true then set work_mem = '1GB'; end if; end $$", false),
            ("do $$ begin create temp table a (b int); end $$", false),
            ("do $$ begin perform pg_advisory_lock(1); end $$", true),
        ] {
            assert_eq!(kept(sql), Some(Kept::InBlock { locks }), "{sql}");
        }
        for sql in [
            "do $$ begin update a set b = 1; perform set_config('a.b', 'c', true); create table d (e int); end $$",
            "do $$ begin set local work_mem = '1GB'; perform pg_advisory_xact_lock(1); end $$",
            "do 'begin null; end'",
        ] {
            assert_eq!(kept(sql), None, "{sql}");
        }
    }

    #[test]
    fn what_ends_with_the_transaction_or_stays_in_the_database_is_not_kept() {
        for sql in [
            "set local work_mem = '1GB'",
            "set transaction read only",
            "set constraints all deferred",
            "select set_config('a.b', 'c', true)",
            "select pg_advisory_xact_lock(1)",
            "select 'pg_advisory_lock(1)'",
            "prepare transaction 'a'",
            "declare a cursor for select 1",
            "create table temp (a int)",
            "create table a (b int)",
            "select 1 into a",
            "update a set b = 1",
            "alter role a set work_mem = '1GB'",
            "create function f() returns void language sql set search_path = a as 'select 1'",
        ] {
            assert_eq!(kept(sql), None, "{sql}");
        }
    }
}
