//! Statements and scripts that do not go together with a transaction around them.
//!
//! It must not ask the server: what depends on the object (a partitioned table, a subscription's slot) is not known here.

use crate::statement::pieces;
use crate::token::{Kind, Token, after, outside_brackets, significant_tokens, skip, split_options};

/// Statements that PostgreSQL refuses inside a transaction block, whatever follows these words.
const NEVER_IN_A_TRANSACTION: &[&[&str]] = &[
    &["create", "index", "concurrently"],
    &["create", "unique", "index", "concurrently"],
    &["drop", "index", "concurrently"],
    &["vacuum"],
    &["alter", "system"],
    &["create", "database"],
    &["drop", "database"],
    &["create", "tablespace"],
    &["drop", "tablespace"],
    &["discard", "all"],
    &["commit", "prepared"],
    &["rollback", "prepared"],
];

/// Statements that open or end a transaction.
const CONTROL: &[&[&str]] = &[
    &["begin"],
    &["start", "transaction"],
    &["commit"],
    &["end"],
    &["rollback"],
    &["abort"],
    &["prepare", "transaction"],
];

/// Whether PostgreSQL refuses the statement inside a transaction block.
pub fn needs_no_transaction(statement: &str) -> bool {
    let Some(first) = significant_tokens(statement).next() else { return false };
    if !first
        .is_any(&["create", "drop", "vacuum", "alter", "discard", "commit", "rollback", "reindex", "cluster"])
    {
        return false;
    }
    let tokens: Vec<Token<'_>> = significant_tokens(statement).collect();
    NEVER_IN_A_TRANSACTION.iter().any(|words| after(&tokens, words).is_some())
        || reindexes_outside(&tokens)
        || detaches_concurrently(&tokens)
        || clusters_everything(&tokens)
        || moves_database(&tokens)
}

/// The line of the first statement with which the script opens or ends a transaction itself.
///
/// `ROLLBACK TO SAVEPOINT` stays inside the transaction and does not count.
pub fn own_transaction_control(sql: &str) -> Option<usize> {
    pieces(sql).iter().find(|statement| controls_transaction(statement.text)).map(|statement| statement.line)
}

/// Whether a statement opens a transaction.
pub fn opens_transaction(statement: &str) -> bool {
    let tokens: Vec<Token<'_>> = significant_tokens(statement).take(2).collect();
    [&["begin"][..], &["start", "transaction"]].iter().any(|words| after(&tokens, words).is_some())
}

/// Whether a statement ends a transaction, one way or the other.
pub fn ends_transaction(statement: &str) -> bool {
    controls_transaction(statement) && !opens_transaction(statement)
}

/// Whether a statement that ends a transaction gives up what was done in it.
pub fn gives_up_transaction(statement: &str) -> bool {
    significant_tokens(statement).next().is_some_and(|first| first.is_any(&["rollback", "abort"]))
}

fn controls_transaction(statement: &str) -> bool {
    let tokens: Vec<Token<'_>> = significant_tokens(statement).take(3).collect();
    let goes_to_savepoint = after(&tokens, &["rollback"]).is_some_and(|rest| {
        skip(skip(rest, &["work"]), &["transaction"]).first().is_some_and(|t| t.is("to"))
    });
    !goes_to_savepoint && CONTROL.iter().any(|words| after(&tokens, words).is_some())
}

/// `REINDEX` of more than one table, or `CONCURRENTLY` as a word or as an option.
fn reindexes_outside(tokens: &[Token<'_>]) -> bool {
    let Some(rest) = after(tokens, &["reindex"]) else { return false };
    let (options, rest) = split_options(rest);
    let is_wide = rest.first().is_some_and(|token| token.is_any(&["schema", "database", "system"]));
    is_wide || rest.get(1).is_some_and(|token| token.is("concurrently")) || asks_concurrently(options)
}

/// Whether the options of a `REINDEX` ask for it.
pub(crate) fn asks_concurrently(options: &[Token<'_>]) -> bool {
    options.split(|token| token.kind == Kind::Comma).any(|option| {
        let is_off = option.get(1).is_some_and(|value| is_off(value.text));
        option.first().is_some_and(|token| token.is("concurrently")) && !is_off
    })
}

fn is_off(value: &str) -> bool {
    let value = value.trim_matches('\'');
    ["false", "off", "0"].iter().any(|off| value.eq_ignore_ascii_case(off))
}

fn detaches_concurrently(tokens: &[Token<'_>]) -> bool {
    if after(tokens, &["alter", "table"]).is_none() {
        return false;
    }
    let detach = tokens.windows(2).position(|pair| after(pair, &["detach", "partition"]).is_some());
    detach.is_some() && tokens.last().is_some_and(|token| token.is("concurrently"))
}

/// `CLUSTER` without a table: every table that was clustered before.
fn clusters_everything(tokens: &[Token<'_>]) -> bool {
    after(tokens, &["cluster"]).is_some_and(|rest| skip(split_options(rest).1, &["verbose"]).is_empty())
}

fn moves_database(tokens: &[Token<'_>]) -> bool {
    after(tokens, &["alter", "database"])
        .and_then(|rest| rest.get(1..))
        .is_some_and(|rest| after(&outside_brackets(rest), &["set", "tablespace"]).is_some())
}

#[cfg(test)]
mod tests {
    use super::{
        ends_transaction, gives_up_transaction, needs_no_transaction, opens_transaction,
        own_transaction_control,
    };

    #[test]
    fn statements_that_postgresql_refuses_in_a_transaction_block() {
        for statement in [
            "create index concurrently a on b (c)",
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a ON b (c)",
            "create /* a */ index -- b\n concurrently on b (c)",
            "drop index concurrently if exists a",
            "reindex index concurrently a",
            "reindex (verbose) table concurrently a",
            "reindex (concurrently) table a",
            "reindex (verbose, concurrently true) table a",
            "reindex schema s",
            "reindex database",
            "reindex system d",
            "alter table a detach partition b concurrently",
            "vacuum",
            "vacuum (full, analyze) a",
            "alter system set work_mem = '1MB'",
            "create database a",
            "drop database if exists a",
            "create tablespace a location '/a'",
            "drop tablespace a",
            "alter database a set tablespace b",
            "cluster",
            "cluster verbose",
            "cluster (verbose)",
            "discard all",
            "commit prepared 'a'",
        ] {
            assert!(needs_no_transaction(statement), "{statement}");
        }
    }

    #[test]
    fn statements_that_may_run_in_a_transaction_block() {
        for statement in [
            "",
            "create index a on b (c)",
            "create table concurrently_built (a int)",
            "drop index a",
            "reindex table a",
            "reindex (concurrently false) table a",
            "reindex (concurrently off, verbose) index a",
            "alter table a detach partition b",
            "alter table a detach partition b finalize",
            "alter type t add value 'a'",
            "alter database a set work_mem = '1MB'",
            "cluster a using b",
            "cluster (verbose) a",
            "analyze a",
            "discard temp",
            "refresh materialized view concurrently a",
            "select 'vacuum'",
            "-- vacuum\nselect 1",
        ] {
            assert!(!needs_no_transaction(statement), "{statement}");
        }
    }

    #[test]
    fn a_script_that_controls_its_transaction_says_on_which_line() {
        assert_eq!(own_transaction_control("-- a\nbegin;\nselect 1;\ncommit;"), Some(2));
        for word in
            ["BEGIN", "start transaction", "commit", "END", "rollback", "abort", "prepare transaction 'a'"]
        {
            assert_eq!(own_transaction_control(&format!("select 1;\n{word};")), Some(2), "{word}");
        }
        assert_eq!(own_transaction_control("begin isolation level serializable"), Some(1));
    }

    #[test]
    fn a_transaction_is_opened_and_ended_and_given_up_by_these_words() {
        for opening in ["begin", "BEGIN isolation level serializable", "start transaction"] {
            assert!(opens_transaction(opening) && !ends_transaction(opening), "{opening}");
        }
        for ending in ["commit", "END", "commit and chain", "rollback", "abort", "prepare transaction 'a'"] {
            assert!(ends_transaction(ending) && !opens_transaction(ending), "{ending}");
        }
        assert!(gives_up_transaction("rollback work") && gives_up_transaction("abort"));
        assert!(!gives_up_transaction("commit"));
        for other in ["rollback to a", "savepoint a", "select 1", "start_it()"] {
            assert!(!opens_transaction(other) && !ends_transaction(other), "{other}");
        }
    }

    #[test]
    fn savepoints_and_blocks_are_no_transaction_control() {
        for sql in [
            "savepoint a; rollback to a; rollback work to savepoint a; release a;",
            "do $$ begin perform 1; commit; end $$",
            "create function f() returns int begin atomic select 1; end;",
            "prepare a as select 1",
            "start_the_engine();",
            "-- begin;\n/* commit; */",
        ] {
            assert_eq!(own_transaction_control(sql), None, "{sql}");
        }
    }
}
