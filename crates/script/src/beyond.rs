//! Whether a script may do something beyond its database, where a scratch database keeps nothing apart: roles, other databases,
//! settings of the server, other servers.
//!
//! It must not miss a word, and may take a harmless one for another: what a string or a block holds counts, too.

use crate::statement::pieces;
use crate::token::{Kind, Token, significant_tokens, tokens};

/// What stands behind `CREATE`, `ALTER` and `DROP` and is the whole server's.
const OF_THE_SERVER: &[&str] =
    &["role", "user", "group", "database", "tablespace", "subscription", "system", "owned"];
/// Words that lead elsewhere by themselves, by their beginnings.
const LEADING_ELSEWHERE: &[&str] = &[
    "dblink",
    "pg_cancel_backend",
    "pg_create_",
    "pg_drop_",
    "pg_promote",
    "pg_reload_conf",
    "pg_replication_",
    "pg_rotate_",
    "pg_switch_",
    "pg_terminate_backend",
    "pg_write_",
    "postgres_fdw",
    "lo_export",
];

/// Whether a script may reach beyond its database.
pub fn reaches_beyond_database(sql: &str) -> bool {
    let without_comments = without_comments(sql).to_lowercase();
    let words: Vec<&str> = without_comments
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let leads_elsewhere = |word: &&str| LEADING_ELSEWHERE.iter().any(|beginning| word.starts_with(beginning));
    let is_of_the_server = |pair: &[&str]| {
        ["create", "alter", "drop", "reassign"].contains(&pair[0]) && OF_THE_SERVER.contains(&pair[1])
            || ["to", "from"].contains(&pair[0]) && pair[1] == "program"
    };
    words.iter().any(leads_elsewhere)
        || words.windows(2).any(is_of_the_server)
        || pieces(sql).iter().any(|piece| is_membership(piece.text))
        // What a block puts together is told by its words alone, and a role is granted without a second one.
        || words.contains(&"execute") && words.iter().any(|word| ["grant", "revoke", "role"].contains(word))
}

/// A script without its comments, those in its blocks among them.
fn without_comments(sql: &str) -> String {
    let text = |token: Token<'_>| match token.kind {
        Kind::DollarQuoted => {
            // The tag may be empty: `$$`.
            let body = token.text[1..].split_once('$').map_or("", |(_, body)| body);
            tokens(body).map(|token| if token.is_significant() { token.text } else { " " }).collect()
        }
        _ if token.is_significant() => token.text.to_owned(),
        _ => " ".to_owned(),
    };
    tokens(sql).map(text).collect()
}

/// `GRANT role TO role`: a privilege is on something.
fn is_membership(statement: &str) -> bool {
    let tokens: Vec<Token<'_>> = significant_tokens(statement).collect();
    let grants = tokens.first().is_some_and(|first| first.is_any(&["grant", "revoke"]));
    let of_the_server = |pair: &[Token<'_>]| {
        pair[0].is("on") && pair[1].is_any(&["database", "tablespace", "parameter", "foreign"])
    };
    grants && (!tokens.iter().any(|token| token.is("on")) || tokens.windows(2).any(of_the_server))
}

#[cfg(test)]
mod tests {
    use super::reaches_beyond_database;

    #[test]
    fn what_a_scratch_database_does_not_keep_apart_is_seen() {
        for sql in [
            "create role reader",
            "DO $$ begin if true then CREATE  /* x */ ROLE reader; end if; end $$",
            "drop owned by reader",
            "grant reader to writer",
            "revoke reader from writer",
            "grant connect on database shop to reader",
            "alter system set work_mem = '1GB'",
            "select pg_terminate_backend(1)",
            "copy herbs to program 'mail'",
            "select dblink_exec('x', 'drop table y')",
            "do $$ begin execute format('grant %I to %I', a, b); end $$",
        ] {
            assert!(reaches_beyond_database(sql), "{sql}");
        }
        for sql in [
            "create table users (id int)",
            "drop table users; alter table herbs drop role",
            "grant select on herbs to reader",
            "-- drop role reader\nselect 1",
            "create index users_role on users (role)",
        ] {
            let is_taken_for_it = sql.contains("drop role");
            assert_eq!(reaches_beyond_database(sql), is_taken_for_it && !sql.starts_with("--"), "{sql}");
        }
    }
}
