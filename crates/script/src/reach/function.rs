//! The reach of the functions that a statement calls.
//!
//! It must not know more than their names.

use crate::literal::written_name;
use crate::reach::Reach;
use crate::token::{Kind, Token, after, skip};

/// Functions by the beginnings of their names.
#[rustfmt::skip]
const BEGINNINGS: &[(&str, Reach)] = &[
    ("citus_add_", Reach::Outside),
    ("dblink", Reach::Outside),
    ("http_", Reach::Outside),
    ("master_add_", Reach::Outside),
    ("pg_backup_", Reach::Server),
    ("pg_copy_", Reach::Server),
    ("pg_create_", Reach::Server),
    ("pg_drop_", Reach::Server),
    ("pg_file_", Reach::Outside),
    ("pg_log_", Reach::Server),
    ("pg_logical_", Reach::Server),
    ("pg_ls_", Reach::Outside),
    ("pg_read_", Reach::Outside),
    ("pg_replication_", Reach::Server),
    ("pg_rotate_", Reach::Server),
    ("pg_stat_reset_", Reach::Server),
    ("pg_switch_", Reach::Server),
    ("pg_wal_replay_", Reach::Server),
    ("pg_write_", Reach::Outside),
    ("postgres_fdw_", Reach::Outside),
    ("run_command_on_", Reach::Outside),
];

/// Functions by their names.
#[rustfmt::skip]
const NAMES: &[(&str, Reach)] = &[
    ("add_data_node", Reach::Outside),
    ("http", Reach::Outside),
    ("lo_export", Reach::Outside),
    ("lo_import", Reach::Outside),
    ("oracle_execute", Reach::Outside),
    ("pg_cancel_backend", Reach::Server),
    ("pg_logdir_ls", Reach::Outside),
    ("pg_logfile_rotate", Reach::Server),
    ("pg_promote", Reach::Server),
    ("pg_reload_conf", Reach::Server),
    ("pg_start_backup", Reach::Server),
    ("pg_stat_file", Reach::Outside),
    ("pg_stat_statements_reset", Reach::Server),
    ("pg_stop_backup", Reach::Server),
    ("pg_sync_replication_slots", Reach::Outside),
    ("pg_terminate_backend", Reach::Server),
];

/// Statistics of the database alone.
const OF_THE_DATABASE: &[&str] =
    &["pg_stat_reset_single_table_counters", "pg_stat_reset_single_function_counters"];

/// Schemas of extensions that run jobs elsewhere or connect to other servers.
pub(super) const SCHEMAS: &[&str] = &[
    "aws_lambda",
    "aws_s3",
    "azure_storage",
    "bdr",
    "cron",
    "pgagent",
    "pglogical",
    "spock",
    "utl_file",
    "utl_http",
];

/// First words of statements that call nothing.
const CALLING_NOTHING: &[&str] = &["comment", "drop", "grant", "revoke", "security"];

/// Kinds of objects that `ALTER` describes without a call, by the types of their arguments.
const SIGNATURES: &[&str] = &["aggregate", "default", "extension", "function", "procedure", "routine"];

/// Kinds of objects that are defined by the functions that they call.
const CALLING_LATER: &[&str] = &["aggregate", "cast", "operator"];

/// Words before the name of a relation or a routine.
#[rustfmt::skip]
const BEFORE_NAME: &[&str] = &[
    "aggregate", "copy", "exists", "function", "into", "procedure", "references", "table", "update", "view",
];

/// The farthest reach of the functions that a statement calls. In one that was assembled, a name may become a call.
pub(super) fn reach_of_calls(tokens: &[Token<'_>], is_assembled: bool) -> Reach {
    let Some((verb, rest)) = tokens.split_first() else { return Reach::Database };
    let kind = skip(rest, &["or", "replace"]).first();
    let is_kind = |kinds: &[&str]| kind.is_some_and(|kind| kind.is_any(kinds));
    if verb.is_any(CALLING_NOTHING) || verb.is("alter") && is_kind(SIGNATURES) {
        return Reach::Database;
    }
    let takes_names = is_assembled || verb.is("create") && is_kind(CALLING_LATER);
    let is_index = [&["create", "index"][..], &["create", "unique", "index"]]
        .iter()
        .any(|words| after(tokens, words).is_some());
    let reach_at = |index: usize| {
        let named = written_name(&tokens[index..])?;
        let reach = reach_of_name(&named.text);
        let next = tokens.get(index + named.tokens);
        if SCHEMAS.contains(&named.text.as_str()) && next.is_some_and(|next| next.kind == Kind::Dot) {
            return Some(Reach::Outside);
        }
        let is_call = reach > Reach::Database
            && next.is_some_and(|next| next.text == "(")
            && !is_of_relation(tokens, index, is_index);
        let may_be_call = takes_names && !named.text.starts_with("http");
        (is_call || may_be_call).then_some(reach)
    };
    (0..tokens.len()).filter_map(reach_at).max().unwrap_or(Reach::Database)
}

/// The reach of a function that has this name.
pub(super) fn reach_of_name(name: &str) -> Reach {
    if OF_THE_DATABASE.contains(&name) {
        return Reach::Database;
    }
    let by_name = NAMES.iter().find(|(known, _)| *known == name);
    let by_beginning = || BEGINNINGS.iter().find(|(beginning, _)| name.starts_with(beginning));
    by_name.or_else(by_beginning).map_or(Reach::Database, |(_, reach)| *reach)
}

/// Tells whether the name before a parenthesis is a relation's or a routine's own: `INSERT INTO dblink_log (...)`.
fn is_of_relation(tokens: &[Token<'_>], name: usize, is_index: bool) -> bool {
    let mut first = name;
    while first >= 2 && tokens[first - 1].kind == Kind::Dot {
        first -= 2;
    }
    match &tokens[..first] {
        // The function of a trigger is called.
        [.., execute, _] if execute.is("execute") => false,
        [.., before] => before.is_any(BEFORE_NAME) || is_index && before.is("on"),
        [] => false,
    }
}
