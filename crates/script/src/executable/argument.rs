//! Texts that a statement gives to functions, which may run them.
//!
//! It must not miss a function that runs a text; those that are sure to run none are listed.

use crate::literal::{is_literal, literal};
use crate::token::{Kind, Token, significant_tokens};

/// Fewer tokens make no statement with an effect.
const FEWEST_TOKENS: usize = 3;

/// First words of statements that define or describe, whose parentheses are lists.
const DEFINING: &[&str] = &["create", "alter", "comment", "security", "grant", "revoke", "drop", "copy"];

/// Words before a parenthesis that is no call.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "all", "and", "any", "array", "as", "between", "by", "case", "cast", "check", "default", "distinct", "else", "enum", "except",
    "exists", "filter", "from", "having", "ilike", "in", "intersect", "into", "is", "join", "lateral", "like", "limit", "materialized",
    "not", "on", "or", "over", "returning", "row", "select", "set", "similar", "some", "then", "union", "using", "values", "when",
    "where", "with", "within",
];

/// Functions that read a text as a text.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "array_agg", "array_append", "array_cat", "array_position", "array_prepend", "array_remove", "array_to_string", "btrim", "char_length",
    "coalesce", "concat", "concat_ws", "convert_from", "convert_to", "count", "current_setting", "decode", "digest", "encode", "format",
    "greatest", "initcap", "json_build_array", "json_build_object", "jsonb_build_array", "jsonb_build_object", "jsonb_insert", "jsonb_set",
    "least", "left", "length", "lower", "max", "md5", "min", "nullif", "octet_length", "overlay", "pg_notify", "plainto_tsquery",
    "position", "quote_ident", "quote_literal", "quote_nullable", "regexp_match", "regexp_matches", "regexp_replace", "repeat",
    "replace", "right", "rtrim", "ltrim", "set_config", "setweight", "split_part", "starts_with", "string_agg", "string_to_array",
    "strpos", "substr", "substring", "to_date", "to_json", "to_jsonb", "to_regclass", "to_timestamp", "to_tsquery", "to_tsvector",
    "translate", "trim", "upper", "xmlelement",
];

/// The indexes of the constants that stand in the parentheses of a function that may run them.
pub(super) fn passed_texts(tokens: &[Token<'_>]) -> Vec<usize> {
    if tokens.first().is_none_or(|first| first.is_any(DEFINING)) {
        return Vec::new();
    }
    let mut calls = Calls::default();
    let mut passed = Vec::new();
    let mut end_of_last = 0;
    for (index, token) in tokens.iter().enumerate() {
        let previous = index.checked_sub(1).map(|previous| &tokens[previous]);
        match token.kind {
            Kind::Open => calls.open(previous.is_some_and(may_run_texts)),
            Kind::Close => calls.close(),
            _ if calls.unknown > 0 && index >= end_of_last && is_literal(token) => {
                if let Some(constant) = literal(&tokens[index..]) {
                    end_of_last = index + constant.tokens;
                    let is_statement = significant_tokens(&constant.text).nth(FEWEST_TOKENS - 1).is_some();
                    passed.extend(is_statement.then_some(index));
                }
            }
            _ => {}
        }
    }
    passed
}

/// The open parentheses, and the number of those that belong to functions that may run a text.
#[derive(Default)]
struct Calls {
    open: Vec<bool>,
    unknown: usize,
}

impl Calls {
    fn open(&mut self, is_unknown: bool) {
        self.unknown += usize::from(is_unknown);
        self.open.push(is_unknown);
    }

    fn close(&mut self) {
        let was_unknown = self.open.pop().unwrap_or(false);
        self.unknown -= usize::from(was_unknown);
    }
}

/// Tells whether a function of this name may run a text.
fn may_run_texts(name: &Token<'_>) -> bool {
    match name.kind {
        Kind::Word => !name.is_any(KEYWORDS) && !name.is_any(HARMLESS),
        kind => kind == Kind::QuotedName,
    }
}
