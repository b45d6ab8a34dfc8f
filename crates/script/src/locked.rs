//! The tables that a script locks so strongly that readers or writers have to wait.
//!
//! It must not ask the server: a name is given as it is written, and what locks more than it names (an index that is dropped, the
//! tables of a foreign key that goes with another) is not found here.

use crate::identifier::{ObjectName, object_name};
use crate::statement::pieces;
use crate::token::{Kind, Token, after, significant_tokens, skip};

/// Words after which a statement names the table, or the tables, that it locks.
const BEFORE_TABLES: &[&[&str]] = &[
    &["alter", "table"],
    &["alter", "materialized", "view"],
    &["drop", "table"],
    &["drop", "materialized", "view"],
    &["truncate", "table"],
    &["truncate"],
    &["lock", "table"],
    &["lock"],
    &["cluster"],
    &["vacuum", "full"],
    &["reindex", "table"],
    &["refresh", "materialized", "view"],
];

/// First words of statements that name the table behind an `ON`.
const BEFORE_ON: &[&[&str]] = &[
    &["create", "index"],
    &["create", "unique", "index"],
    &["create", "trigger"],
    &["create", "constraint", "trigger"],
    &["create", "or", "replace", "trigger"],
    &["create", "policy"],
    &["create", "rule"],
    &["drop", "trigger"],
    &["drop", "policy"],
    &["drop", "rule"],
];

/// The tables, each once, in the order of the script.
pub fn locked_tables(sql: &str) -> Vec<ObjectName> {
    let mut tables = Vec::new();
    for statement in pieces(sql) {
        let tokens: Vec<Token<'_>> = significant_tokens(statement.text).collect();
        for table in of_statement(&tokens) {
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
    }
    tables
}

fn of_statement(tokens: &[Token<'_>]) -> Vec<ObjectName> {
    if let Some(rest) = BEFORE_TABLES.iter().find_map(|words| after(tokens, words)) {
        let mut tables = listed(skip(skip(rest, &["if", "exists"]), &["only"]));
        tables.extend(referenced(tokens));
        return tables;
    }
    let names_table_behind_on = BEFORE_ON.iter().any(|words| after(tokens, words).is_some());
    if names_table_behind_on && let Some(on) = tokens.iter().position(|token| token.is("on")) {
        return listed(skip(&tokens[on + 1..], &["only"]));
    }
    // A new table locks those that its foreign keys refer to.
    if after(tokens, &["create", "table"]).is_some() { referenced(tokens) } else { Vec::new() }
}

/// The tables of `a, s.b, ...`.
fn listed(mut tokens: &[Token<'_>]) -> Vec<ObjectName> {
    let mut tables = Vec::new();
    while let Some((table, rest)) = object_name(tokens) {
        tables.push(table);
        match rest {
            [comma, rest @ ..] if comma.kind == Kind::Comma => tokens = skip(rest, &["only"]),
            _ => break,
        }
    }
    tables
}

/// The tables behind `REFERENCES`.
fn referenced(tokens: &[Token<'_>]) -> Vec<ObjectName> {
    let behind = tokens.iter().enumerate().filter(|(_, token)| token.is("references"));
    behind.filter_map(|(index, _)| object_name(&tokens[index + 1..])).map(|(table, _)| table).collect()
}

#[cfg(test)]
mod tests {
    use super::locked_tables;

    fn written(sql: &str) -> Vec<String> {
        let dotted = |table: super::ObjectName| match table.schema {
            Some(schema) => format!("{schema}.{}", table.name),
            None => table.name,
        };
        locked_tables(sql).into_iter().map(dotted).collect()
    }

    #[test]
    fn statements_that_let_others_wait_name_their_tables() {
        for (sql, tables) in [
            ("alter table only Users add column a int", vec!["users"]),
            ("alter table if exists auth.\"Users\" drop a", vec!["auth.Users"]),
            ("alter table a add foreign key (b) references s.c (d)", vec!["a", "s.c"]),
            ("create table a (b int references c, d int references e (f))", vec!["c", "e"]),
            ("drop table if exists a, s.b cascade", vec!["a", "s.b"]),
            ("truncate a, only b", vec!["a", "b"]),
            ("create unique index concurrently i on only a using btree (b)", vec!["a"]),
            ("create index on s.a (b)", vec!["s.a"]),
            ("create trigger t before insert on a for each row execute function f()", vec!["a"]),
            ("lock table a in share mode; lock b", vec!["a", "b"]),
            ("vacuum full a; cluster a using i; refresh materialized view m", vec!["a", "m"]),
        ] {
            assert_eq!(written(sql), tables, "{sql}");
        }
    }

    #[test]
    fn statements_that_nobody_waits_for_name_none() {
        for sql in [
            "",
            "create table a (b int)",
            "insert into a select * from b",
            "select 'alter table a'",
            "comment on table a is 'b'",
            "create function f() returns int begin atomic select 1; end",
        ] {
            assert!(written(sql).is_empty(), "{sql}");
        }
    }
}
