//! Rows from comma-separated values, as PostgreSQL's `COPY` reads them: an empty value is null, and a quoted empty one is a text.
//!
//! It must not know what a column means. Not the crate `csv`: it does not tell the two empty values apart.

use crate::mistake::{FileMistake, RowProblem, Source};
use crate::rows::{Row, Rows, Value};

type Read<T> = Result<T, Box<FileMistake>>;

/// Reads a file with a header.
pub(crate) fn read(source: Source<'_>) -> Read<Rows> {
    let mut reader = Reader { source, rest: source.text, line: 1 };
    let header = reader.record()?.ok_or_else(|| source.at_line(1, RowProblem::NoHeader))?;
    let columns = columns(source, header)?;
    let mut rows = Vec::new();
    while let Some(row) = reader.record()? {
        // A line with nothing in it is no row.
        if row.values == [Value::Null] {
            continue;
        }
        if row.values.len() != columns.len() {
            let problem = RowProblem::Width { expected: columns.len(), found: row.values.len() };
            return Err(source.at_line(row.line, problem));
        }
        rows.push(row);
    }
    Ok(Rows { columns, rows })
}

fn columns(source: Source<'_>, header: Row) -> Read<Vec<String>> {
    let mut columns: Vec<String> = Vec::new();
    for value in header.values {
        let Value::Text(name) = value else {
            let problem = if columns.is_empty() { RowProblem::NoHeader } else { RowProblem::NamelessColumn };
            return Err(source.at_line(header.line, problem));
        };
        let column = name.trim().to_owned();
        if columns.contains(&column) {
            let problem = RowProblem::RepeatedColumn { column: column.clone() };
            return Err(source.at_word(header.line, &column, problem));
        }
        columns.push(column);
    }
    Ok(columns)
}

struct Reader<'a> {
    source: Source<'a>,
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    /// The next record, `None` at the end of the file.
    fn record(&mut self) -> Read<Option<Row>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        let mut values = Vec::new();
        loop {
            values.push(self.value()?);
            let Some(rest) = self.rest.strip_prefix(',') else {
                self.end_of_line();
                return Ok(Some(Row { line, values }));
            };
            self.rest = rest;
        }
    }

    fn value(&mut self) -> Read<Value> {
        if self.rest.starts_with('"') {
            return self.quoted().map(Value::Text);
        }
        let end = self.rest.find([',', '\n', '\r']).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(if text.is_empty() { Value::Null } else { Value::Text(text.to_owned()) })
    }

    /// A value in quotes; a quote in it is doubled.
    fn quoted(&mut self) -> Read<String> {
        let opened = self.line;
        let mut text = String::new();
        self.rest = &self.rest[1..];
        loop {
            let Some(end) = self.rest.find('"') else {
                return Err(self.source.at_line(opened, RowProblem::OpenQuote));
            };
            text += &self.rest[..end];
            self.line += self.rest[..end].matches('\n').count();
            self.rest = &self.rest[end + 1..];
            if !self.rest.starts_with('"') {
                break;
            }
            text.push('"');
            self.rest = &self.rest[1..];
        }
        if self.rest.is_empty() || self.rest.starts_with([',', '\n', '\r']) {
            return Ok(text);
        }
        Err(self.source.at_line(self.line, RowProblem::AfterQuote))
    }

    fn end_of_line(&mut self) {
        let rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
        self.rest = rest.strip_prefix('\n').unwrap_or(rest);
        self.line += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::mistake::{RowProblem, Source};
    use crate::rows::{Rows, Value};
    use std::path::Path;

    fn rows(text: &str) -> Result<Rows, (usize, RowProblem)> {
        let source = Source { shown: Path::new("010_users.csv"), text, hidden_from: None };
        read(source).map_err(|mistake| (mistake.line, mistake.problem))
    }

    #[test]
    fn an_empty_value_is_null_and_a_quoted_one_a_text() {
        let read = rows("a,b,c\r\n1,,\"\"\n\n\"x\"\"y\nz\",2,3").unwrap();
        assert_eq!(read.columns, ["a", "b", "c"]);
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!((read.rows[0].line, &read.rows[0].values), (2, &vec![text("1"), Value::Null, text("")]));
        assert_eq!((read.rows[1].line, &read.rows[1].values[0]), (4, &text("x\"y\nz")));
        assert_eq!(read.rows.len(), 2);
    }

    #[test]
    fn a_row_that_does_not_fit_is_named_with_its_line() {
        assert_eq!(rows("a,b\n1,\"x\ny\"\n1,2,3\n"), Err((4, RowProblem::Width { expected: 2, found: 3 })));
        assert_eq!(rows("a,b\n1,2\n1,\"2\n"), Err((3, RowProblem::OpenQuote)));
        assert_eq!(rows("a,b\n1,\"2\"3\n"), Err((2, RowProblem::AfterQuote)));
    }

    #[test]
    fn a_header_names_every_column_once() {
        assert_eq!(rows(""), Err((1, RowProblem::NoHeader)));
        assert_eq!(rows("\n1\n"), Err((1, RowProblem::NoHeader)));
        assert_eq!(rows("a,,b\n"), Err((1, RowProblem::NamelessColumn)));
        assert_eq!(rows("a,b,a\n"), Err((1, RowProblem::RepeatedColumn { column: "a".into() })));
    }
}
