//! The password of the development server's role.
//!
//! Must not show itself: `Debug` is redacted and there is no `Display`.

use std::fmt;

/// A password that does not show itself in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// A new random one: 48 hexadecimal digits, so that it needs no escaping in a URL or in SQL.
    pub(crate) fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 24];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hexadecimal(&bytes)))
    }

    /// One that was generated before, or nothing when `text` cannot be such a one.
    pub(crate) fn from_record(text: &str) -> Option<Self> {
        let plausible = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        plausible.then(|| Self(text.to_owned()))
    }

    /// The password itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(redacted)")
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_show_itself() {
        let password = Password::generate().unwrap();
        assert_eq!(format!("{password:?}"), "Password(redacted)");
        assert_eq!(password.expose().len(), 48);
    }

    #[test]
    fn two_passwords_differ() {
        assert_ne!(Password::generate().unwrap(), Password::generate().unwrap());
    }

    #[test]
    fn a_record_that_would_need_escaping_is_not_taken() {
        assert_eq!(Password::from_record("a'; drop role"), None);
        assert_eq!(Password::from_record(""), None);
    }
}
