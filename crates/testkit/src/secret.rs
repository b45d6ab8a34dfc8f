//! Passwords never appear.

use crate::server::TestServer;

/// Panics when a text shows the test server's password, or anybody's in a URL or a `key=value` string.
///
/// # Panics
/// Without repeating the secret.
#[track_caller]
pub fn assert_no_secret(text: &str) {
    let password = TestServer::shared().running().password.expose();
    assert!(!text.contains(password), "the text shows the password of the test server");
    assert!(!has_url_with_password(text), "the text shows a URL with a password");
    assert!(!has_key_with_password(text), "the text shows `password=` with a value");
}

fn has_url_with_password(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', ' ', '\n', '"', '`', '\'']).next().unwrap_or_default();
        let credentials = authority.rsplit_once('@').map(|(credentials, _)| credentials);
        let password = credentials.and_then(|credentials| credentials.split_once(':'));
        password.is_some_and(|(_, password)| !is_hidden(password))
    })
}

fn has_key_with_password(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.split("password=").skip(1).any(|rest| {
        let value = rest.split([' ', '&', '\n', '"', '`', '\'']).next().unwrap_or_default();
        !is_hidden(value)
    })
}

fn is_hidden(password: &str) -> bool {
    password.chars().all(|c| c == '*' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::{has_key_with_password, has_url_with_password};

    #[test]
    fn a_password_is_seen_wherever_it_stands() {
        assert!(has_url_with_password("cannot reach postgresql://ada:lovelace@db/shop"));
        assert!(has_key_with_password("host=db PASSWORD=lovelace user=ada"));
    }

    #[test]
    fn what_is_hidden_is_no_secret() {
        for text in [
            "postgresql://ada:***@db:5432/shop",
            "postgresql://ada@db:5432/shop?host=/run/a@b:c",
            "password=*** user=ada",
            "https://example.com:8080/",
        ] {
            assert!(!has_url_with_password(text) && !has_key_with_password(text), "{text}");
        }
    }
}
