//! Settings that a server stores for a database or a role, written as SQL again.
//!
//! It must not trust a stored value: a role without any rights can store one.

use crate::session::{quote_identifier, quote_literal};

/// The settings whose value is a list of names, by `GUC_LIST_QUOTE` in PostgreSQL's `guc_tables.c`; `pg_dump` has the same list.
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// `"name" TO 'value'`, for `SET`, `ALTER ROLE ... SET` and `ALTER DATABASE ... SET`. A list is taken apart and each of its names is
/// quoted, as `pg_dump` does.
pub fn assignment(name: &str, stored: &str) -> String {
    // A setting of an extension has a dot in its name, and each part is a name.
    let parts: Vec<String> = name.split('.').map(quote_identifier).collect();
    let is_list = LISTS.iter().any(|list| list.eq_ignore_ascii_case(name));
    let value = if is_list {
        let names: Vec<String> = names(stored).iter().map(|name| quote_literal(name)).collect();
        // An empty list is one empty name.
        if names.is_empty() { "''".to_owned() } else { names.join(", ") }
    } else {
        quote_literal(stored)
    };
    format!("{} TO {value}", parts.join("."))
}

/// The names of a stored list: separated by commas, those in double quotes as they are, the others without the space around them.
fn names(stored: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut characters = stored.chars().peekable();
    loop {
        while characters.next_if(|character| character.is_whitespace()).is_some() {}
        let mut name = String::new();
        let is_quoted = characters.next_if_eq(&'"').is_some();
        if is_quoted {
            while let Some(character) = characters.next() {
                if character == '"' && characters.next_if_eq(&'"').is_none() {
                    break;
                }
                name.push(character);
            }
        }
        while let Some(character) = characters.next_if(|character| *character != ',') {
            name.push(character);
        }
        let name = if is_quoted { name } else { name.trim_end().to_owned() };
        if is_quoted || !name.is_empty() {
            names.push(name);
        }
        if characters.next().is_none() {
            return names;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::assignment;

    #[test]
    fn each_name_of_a_list_is_quoted_and_anything_else_is_one_value() {
        for (name, stored, expected) in [
            ("search_path", "shop, \"$user\", public", "\"search_path\" TO 'shop', '$user', 'public'"),
            ("search_path", "\"a,b\",\"c\"\"d\"", "\"search_path\" TO 'a,b', 'c\"d'"),
            ("search_path", "", "\"search_path\" TO ''"),
            ("search_path", "\"\"", "\"search_path\" TO ''"),
            ("app.greeting", "it's, me", "\"app\".\"greeting\" TO 'it''s, me'"),
            ("work_mem", "64MB", "\"work_mem\" TO '64MB'"),
        ] {
            assert_eq!(assignment(name, stored), expected);
        }
    }

    #[test]
    fn no_stored_value_becomes_a_statement() {
        for hostile in
            ["a;alter/**/role/**/evil/**/superuser", "a'; drop table x; --", "\"a\";drop table x", "a\\'b"]
        {
            let sql = assignment("search_path", hostile);
            let literals = sql.split_once(" TO ").unwrap().1;
            let mut is_inside = false;
            let outside: String = literals
                .chars()
                .filter(|character| {
                    is_inside ^= *character == '\'';
                    !is_inside && *character != '\''
                })
                .collect();
            assert!(outside.chars().all(|character| ", E".contains(character)), "{sql}");
        }
    }
}
