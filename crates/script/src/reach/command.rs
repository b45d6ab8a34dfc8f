//! The reach of a command, by its first words.
//!
//! It must not look at the functions that it calls.

use crate::assembled::is_unknown;
use crate::literal::is_literal;
use crate::reach::{Reach, outside_if, server_if};
use crate::routine::{is_definition, routine};
use crate::token::{Kind, Token, after, is_user_mapping, outside_brackets, skip};

/// Kinds of objects that all databases share. `OWNED` takes roles' privileges on databases, too.
pub(super) const SHARED_KINDS: &[&str] =
    &["role", "user", "group", "database", "tablespace", "system", "owned"];

/// Kinds of objects of a database, and words before them: `format('CREATE %s INDEX ...', is_unique)`.
#[rustfmt::skip]
const KINDS_OF_A_DATABASE: &[&str] = &[
    "aggregate", "column", "constraint", "domain", "extension", "foreign", "function", "index", "materialized", "policy", "procedure",
    "publication", "recursive", "rule", "schema", "sequence", "server", "statistics", "table", "temp", "temporary", "trigger", "type",
    "unique", "unlogged", "view",
];

/// Privileges that no shared object has.
const PRIVILEGES_OF_TABLES: &[&str] = &[
    "select",
    "insert",
    "update",
    "delete",
    "truncate",
    "references",
    "trigger",
    "maintain",
    "usage",
    "execute",
];

/// Languages in which code cannot leave the server, and `internal`, whose body names a function.
pub(super) const CONFINED_LANGUAGES: &[&str] =
    &["sql", "plpgsql", "internal", "plperl", "pltcl", "plv8", "plcoffee", "plls", "pllua", "plprql"];

/// Catalogs that all databases share.
#[rustfmt::skip]
pub(super) const SHARED_CATALOGS: &[&str] = &[
    "pg_auth_members", "pg_authid", "pg_database", "pg_db_role_setting", "pg_parameter_acl", "pg_replication_origin", "pg_shdepend",
    "pg_shdescription", "pg_shseclabel", "pg_subscription", "pg_tablespace",
];

/// The reach of a command. In one that was assembled, what is not known may be anything.
pub(super) fn reach_of_command(tokens: &[Token<'_>], is_assembled: bool) -> Reach {
    let known = tokens.iter().position(|token| !is_unknown(token)).unwrap_or(tokens.len());
    let starts_unknown = known > 0;
    let Some((verb, rest)) = tokens[known..].split_first() else { return Reach::Database };
    let by_words = match verb {
        _ if starts_unknown && verb.is_any(&["subscription", "tablespace"]) => Reach::Outside,
        // `verb || ' role ' || name`
        _ if starts_unknown && verb.is_any(SHARED_KINDS) && !rest.is_empty() => Reach::Server,
        _ if verb.is("create") => of_creation(rest, is_assembled),
        _ if verb.is_any(&["alter", "drop"]) => of_definition(rest, is_assembled),
        _ if verb.is("reassign") => Reach::Server,
        _ if verb.is_any(&["grant", "revoke"]) => of_grant(rest, is_assembled),
        _ if verb.is("comment") => of_remark(rest, is_assembled),
        _ if verb.is("security") && rest.first().is_some_and(|next| next.is("label")) => {
            of_remark(rest, is_assembled)
        }
        _ if verb.is("copy") => of_copy(rest),
        _ if verb.is("load") => {
            outside_if(rest.first().is_some_and(|next| is_literal(next) || is_unknown(next)))
        }
        _ if verb.is("import") => outside_if(rest.first().is_some_and(|next| next.is("foreign"))),
        _ if verb.is("prepare") => server_if(rest.first().is_some_and(|next| next.is("transaction"))),
        _ if verb.is_any(&["commit", "rollback"]) => {
            server_if(rest.first().is_some_and(|next| next.is("prepared")))
        }
        _ => Reach::Database,
    };
    let leads_to_program = is_assembled && names_program(tokens);
    by_words
        .max(of_routine(tokens))
        .max(outside_if(leads_to_program))
        .max(server_if(writes_shared_catalog(tokens)))
}

/// `CREATE`. A tablespace is a folder of the machine.
fn of_creation(rest: &[Token<'_>], is_assembled: bool) -> Reach {
    let kind = rest.iter().find(|token| !is_unknown(token));
    if kind.is_some_and(|kind| kind.is("tablespace")) {
        return Reach::Outside;
    }
    of_definition(rest, is_assembled)
}

/// `ALTER` and `DROP`, and `CREATE` of anything but a tablespace.
fn of_definition(rest: &[Token<'_>], is_assembled: bool) -> Reach {
    let known = rest.iter().position(|token| !is_unknown(token)).unwrap_or(rest.len());
    let (unknown, known) = rest.split_at(known);
    let Some((kind, rest)) = known.split_first() else { return server_if(is_assembled) };
    // `format('DROP %s IF EXISTS %I', ...)`
    let may_be_any = !unknown.is_empty() && !kind.is_any(KINDS_OF_A_DATABASE) && !kind.is("subscription");
    match kind {
        _ if may_be_any => Reach::Server,
        _ if kind.is("user") && is_user_mapping(rest) => Reach::Database,
        _ if kind.is("subscription") => of_subscription(rest),
        // Its elements may be grants.
        _ if kind.is("schema") => rest
            .iter()
            .position(|token| token.is("grant"))
            .map_or(Reach::Database, |grant| of_grant(&rest[grant + 1..], is_assembled)),
        _ => server_if(kind.is_any(SHARED_KINDS)),
    }
}

/// A subscription without a connection to its publisher is shared by all databases, as any is.
fn of_subscription(rest: &[Token<'_>]) -> Reach {
    let is_unconnected = rest.windows(3).any(|option| {
        let value = option[2].text.trim_matches('\'').to_ascii_lowercase();
        option[0].is("connect")
            && option[1].kind == Kind::Equals
            && ["false", "off", "0"].contains(&value.as_str())
    });
    let stays_here = rest.get(1).is_some_and(|action| action.is_any(&["disable", "rename", "owner"]));
    if is_unconnected || stays_here { Reach::Server } else { Reach::Outside }
}

/// Memberships, and privileges on what is shared.
fn of_grant(rest: &[Token<'_>], is_assembled: bool) -> Reach {
    let Some(on) = rest.iter().position(|token| token.is("on")) else { return Reach::Server };
    match rest.get(on + 1) {
        Some(target) if target.is_any(&["database", "tablespace", "parameter"]) => Reach::Server,
        target if target.is_none_or(is_unknown) => {
            let is_of_tables = rest[..on]
                .iter()
                .all(|token| token.is_any(PRIVILEGES_OF_TABLES) || token.kind == Kind::Comma);
            server_if(is_assembled && !is_of_tables)
        }
        _ => Reach::Database,
    }
}

/// `COMMENT ON` and `SECURITY LABEL ... ON`.
fn of_remark(rest: &[Token<'_>], is_assembled: bool) -> Reach {
    let Some(on) = rest.iter().position(|token| token.is("on")) else { return Reach::Database };
    server_if(match rest.get(on + 1) {
        Some(target) if !is_unknown(target) => target.is_any(&["role", "database", "tablespace"]),
        _ => is_assembled,
    })
}

/// A `COPY` is confined to the connection only from `STDIN` and to `STDOUT`.
fn of_copy(rest: &[Token<'_>]) -> Reach {
    let outside = outside_brackets(rest);
    let is_confined = match outside.iter().position(|token| token.is_any(&["from", "to"])) {
        Some(direction) => outside.get(direction + 1).is_some_and(|place| place.is_any(&["stdin", "stdout"])),
        None => !outside.iter().any(is_unknown),
    };
    outside_if(!is_confined)
}

fn of_routine(tokens: &[Token<'_>]) -> Reach {
    let is_code = tokens.first().is_some_and(|first| first.is("do")) || is_definition(tokens);
    let language = is_code.then(|| routine(tokens)).flatten().and_then(|routine| routine.language);
    outside_if(language.is_some_and(|language| !CONFINED_LANGUAGES.contains(&language.as_str())))
}

fn names_program(tokens: &[Token<'_>]) -> bool {
    tokens.windows(2).any(|pair| pair[0].is_any(&["from", "to"]) && pair[1].is("program"))
}

fn writes_shared_catalog(tokens: &[Token<'_>]) -> bool {
    tokens.iter().enumerate().any(|(index, verb)| {
        let rest = &tokens[index + 1..];
        let rest = match verb {
            _ if verb.is_any(&["update", "into"]) => Some(rest),
            _ if verb.is("delete") => after(rest, &["from"]),
            _ => None,
        };
        let named = rest.map(|rest| skip(rest, &["only"]));
        let named = named.map(|named| match named {
            [schema, dot, named @ ..] if schema.is("pg_catalog") && dot.kind == Kind::Dot => named,
            named => named,
        });
        named.and_then(<[_]>::first).is_some_and(|name| name.is_any(SHARED_CATALOGS))
    })
}
