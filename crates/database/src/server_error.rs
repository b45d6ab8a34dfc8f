//! What a server says when it refuses something.

use std::fmt;

use tokio_postgres::error::{DbError, ErrorPosition};

/// An error as the server reports it, with every field that helps a person.
///
/// The fields are those of the protocol's `ErrorResponse`:
/// <https://www.postgresql.org/docs/current/protocol-error-fields.html>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerError {
    /// The SQLSTATE: five characters.
    pub code: String,
    /// The message, one line.
    pub message: String,
    /// The detail.
    pub detail: Option<String>,
    /// The server's own hint.
    pub hint: Option<String>,
    /// Where in the statement, in characters from 1.
    pub position: Option<usize>,
    /// The context: the functions that were being run.
    pub context: Option<String>,
}

impl ServerError {
    /// Whether the server says that it ends the session: nothing that follows was done, and nobody can say from here what
    /// became of a commit.
    ///
    /// The conditions of <https://www.postgresql.org/docs/current/errcodes-appendix.html> that are always fatal.
    pub fn ends_session(&self) -> bool {
        matches!(
            self.code.as_str(),
            "57P01" | "57P02" | "57P03" | "57P04" | "57P05" // shutdown, crash, dropped database, idle session
                | "25P03" | "25P04" // idle in a transaction, transaction too long
        )
    }

    /// Reads the body of an `ErrorResponse`: fields of a type byte and a text, each ended by a zero byte.
    pub(crate) fn from_body(body: &[u8]) -> Self {
        let mut error = Self::default();
        for field in body.split(|byte| *byte == 0) {
            let Some((kind, text)) = field.split_first() else { continue };
            let text = String::from_utf8_lossy(text).into_owned();
            match kind {
                b'C' => error.code = text,
                b'M' => error.message = text,
                b'D' => error.detail = Some(text),
                b'H' => error.hint = Some(text),
                b'P' => error.position = text.parse().ok(),
                b'W' => error.context = Some(text),
                _ => {}
            }
        }
        error
    }
}

impl From<&DbError> for ServerError {
    fn from(error: &DbError) -> Self {
        Self {
            code: error.code().code().to_owned(),
            message: error.message().to_owned(),
            detail: error.detail().map(str::to_owned),
            hint: error.hint().map(str::to_owned),
            position: match error.position() {
                Some(ErrorPosition::Original(position)) => usize::try_from(*position).ok(),
                _ => None,
            },
            context: error.where_().map(str::to_owned),
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (SQLSTATE {})", self.message, self.code)
    }
}

impl std::error::Error for ServerError {}

#[cfg(test)]
mod tests {
    use super::ServerError;

    #[test]
    fn an_error_response_is_read_field_by_field() {
        let body = b"SERROR\0VERROR\0C42P01\0Mrelation \"users\" does not exist\0P15\0Fparse_relation.c\0\0";
        let error = ServerError::from_body(body);
        assert_eq!(error.code, "42P01");
        assert_eq!(error.message, "relation \"users\" does not exist");
        assert_eq!(error.position, Some(15));
        assert_eq!(error.detail, None);
    }
}
