//! Finds the row that the server refused: `COPY` names it in its context, and the other statements only say what is wrong.
//!
//! It must not keep anything that it writes: the transaction is lost already.

use crosstrack_database::{QueryError, ServerError, Session, quote_identifier, quote_literal};

use crate::load::COPIED;
use crate::write::Statements;

/// A place that `COPY` names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CopyPlace<'a> {
    /// The line of the data, from 1.
    pub(crate) line: usize,
    pub(crate) column: Option<&'a str>,
    /// The beginning of the value.
    pub(crate) value: &'a str,
}

/// Reads a place out of a context in any language: `COPY crosstrack_seed, line 7, column nature: "hott"`.
pub(crate) fn copy_place(context: &str) -> Option<CopyPlace<'_>> {
    let (_, rest) = context.split_once("COPY crosstrack_seed")?;
    let rest = rest.lines().next().unwrap_or_default();
    let start = rest.find(|letter: char| letter.is_ascii_digit())?;
    let end =
        rest[start..].find(|letter: char| !letter.is_ascii_digit()).map_or(rest.len(), |end| start + end);
    let line = rest[start..end].parse().ok()?;
    // `, column nature: "hott"`; without a column the whole line is named: `: "7 hott"`.
    let named =
        rest[end..].strip_prefix(", ").and_then(|named| named.split_once(' ')).map(|(_, named)| named);
    let Some(named) = named else { return Some(CopyPlace { line, column: None, value: "" }) };
    let (column, value) = named.split_once(": ").unwrap_or((named, ""));
    Some(CopyPlace {
        line, column: Some(column), value: value.trim_matches(['"', '»', '«', '“', '”', ' '])
    })
}

/// The number of the row that the error is about, when it is about one.
pub(crate) async fn row(
    session: &Session,
    statements: &Statements<'_>,
    error: &QueryError,
    rows: u64,
) -> Option<u64> {
    let server = error.server_error()?;
    if !is_about_data(&server.code) {
        return None;
    }
    // A foreign key is checked at the end of the statement, and a row may refer to a later one.
    if server.code == "23503"
        && let Some(row) = row_of_key(session, server).await
    {
        return Some(row);
    }
    search(session, statements, server, rows).await
}

/// Not the connection's, the lock's, the server's or the stop's: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
pub(crate) fn is_about_data(code: &str) -> bool {
    !["08", "25", "40", "53", "54", "55", "57", "58", "XX"].contains(&code.get(..2).unwrap_or_default())
}

/// The row with the key that the detail names: `Key (owner, kind)=(7, x) is not present in table "users".`
async fn row_of_key(session: &Session, server: &ServerError) -> Option<u64> {
    let (columns, values) = key_of_detail(server.detail.as_deref()?)?;
    let columns: Vec<String> = columns.split(", ").map(quote_identifier).collect();
    let sql = format!(
        "SAVEPOINT crosstrack_blame; SELECT min(crosstrack_row) AS row FROM {COPIED} WHERE concat_ws(', ', {}) = {}",
        columns.join(", "),
        quote_literal(values)
    );
    let found = session.rows("find the row", &sql).await;
    let undo = "ROLLBACK TO SAVEPOINT crosstrack_blame";
    session.rows("go on", undo).await.ok()?;
    found.ok()?.first()?.optional("row").ok()??.parse().ok()
}

fn key_of_detail(detail: &str) -> Option<(&str, &str)> {
    let (before, after) = detail.split_once(")=(")?;
    let (_, columns) = before.split_once('(')?;
    // The rest is a sentence in the server's language: the name of the table may have a bracket, the values may as well.
    let (values, _) = after.rsplit_once(')')?;
    Some((columns, values))
}

/// Writes half of the rows that may be meant, again and again. What goes through is kept, so all of it is about one more write.
async fn search(
    session: &Session,
    statements: &Statements<'_>,
    server: &ServerError,
    rows: u64,
) -> Option<u64> {
    // Without any row it should go through: a missing right is no row's fault.
    statements.write(session, 0..0).await.ok()?;
    let (mut written, mut low, mut high) = (0, 0, rows);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match statements.write(session, written..middle).await {
            Ok(_) => (written, low) = (middle, middle),
            Err(error) => match error.server_error() {
                Some(other) if is_same(other, server) => high = middle,
                // Another error is the search's own, as a row that refers to a later one: the row is not among these.
                Some(other) if is_about_data(&other.code) => low = middle,
                _ => return None,
            },
        }
    }
    let last = statements.write(session, written..high).await.err()?;
    last.server_error().is_some_and(|last| is_same(last, server)).then_some(low)
}

/// The errors say the same.
pub(crate) fn is_same(one: &ServerError, other: &ServerError) -> bool {
    one.code == other.code && one.message == other.message
}

#[cfg(test)]
mod tests {
    use super::{CopyPlace, copy_place, key_of_detail};

    #[test]
    fn the_place_of_copy_is_read_in_any_language() {
        let at = |context| {
            let CopyPlace { line, column, value } = copy_place(context).unwrap();
            (line, column, value)
        };
        assert_eq!(at("COPY crosstrack_seed, line 7, column nature: \"hott\""), (7, Some("nature"), "hott"));
        assert_eq!(at("COPY crosstrack_seed, Zeile 7, Spalte nature: »hott«"), (7, Some("nature"), "hott"));
        assert_eq!(at("COPY crosstrack_seed, line 12, column a b"), (12, Some("a b"), ""));
        assert_eq!(at("COPY crosstrack_seed, line 3: \"x\t1\""), (3, None, ""));
        assert_eq!(
            at("PL/pgSQL function f()\nCOPY crosstrack_seed, line 3, column c: \"1\""),
            (3, Some("c"), "1")
        );
        assert_eq!(copy_place("SQL statement"), None);
    }

    #[test]
    fn the_key_of_a_detail_is_read_in_any_language() {
        let detail = "Key (owner, kind)=(7, x) is not present in table \"users\".";
        assert_eq!(key_of_detail(detail), Some(("owner, kind", "7, x")));
        assert_eq!(key_of_detail("Schlüssel (a)=(1) ist nicht in Tabelle »t« vorhanden."), Some(("a", "1")));
        assert_eq!(key_of_detail("Failing row contains (1, null)."), None);
    }
}
