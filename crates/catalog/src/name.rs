//! Names, as parts of a fact's name.
//!
//! By the texts of `pg_identify_object`: <https://www.postgresql.org/docs/current/functions-info.html>.

use crate::fact::Id;
use crate::kind::Kind;

impl Id {
    /// The name among its siblings, as SQL text: `email` of `public.users.email`, `users_pkey` of `users_pkey on public.users`,
    /// `users` of `public.users`.
    pub fn own_name(&self) -> &str {
        match self.kind {
            Kind::Constraint | Kind::Trigger | Kind::Rule | Kind::Policy => {
                split(&self.name, ' ').first().copied().unwrap_or_default()
            }
            _ => last_part(&self.name),
        }
    }
}

/// The last part of a qualified name.
pub fn last_part(name: &str) -> &str {
    split(name, '.').last().copied().unwrap_or(name)
}

/// What comes before the last part of a qualified name.
pub fn before_last(name: &str) -> &str {
    let last = last_part(name);
    name[..name.len() - last.len()].trim_end_matches('.')
}

/// The text between separators that are not quoted.
fn split(name: &str, separator: char) -> Vec<&str> {
    let mut is_quoted = false;
    let parts = name.split(|c| {
        if c == '"' {
            is_quoted = !is_quoted;
        }
        !is_quoted && c == separator
    });
    parts.collect()
}

/// The name without the quotes that SQL needs around it.
pub fn unquoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut letters = name.chars().peekable();
    let mut is_quoted = false;
    while let Some(letter) = letters.next() {
        if letter != '"' {
            text.push(letter);
        } else if is_quoted && letters.next_if_eq(&'"').is_some() {
            text.push('"');
        } else {
            is_quoted = !is_quoted;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{before_last, last_part, unquoted};
    use crate::{Id, Kind};

    #[test]
    fn a_name_is_known_among_its_siblings() {
        let own = |kind, name: &str| Id { kind, name: name.to_owned() }.own_name().to_owned();
        assert_eq!(own(Kind::Column, "public.users.email"), "email");
        assert_eq!(own(Kind::Column, "public.\"odd.name\".\"a \"\"b\"\".c\""), "\"a \"\"b\"\".c\"");
        assert_eq!(own(Kind::Constraint, "users_pkey on public.users"), "users_pkey");
        assert_eq!(own(Kind::Policy, "\"read on all\" on public.users"), "\"read on all\"");
        assert_eq!(before_last("public.users.email"), "public.users");
        assert_eq!(last_part("single"), "single");
        assert_eq!(unquoted("\"a\"\"b\""), "a\"b");
    }
}
