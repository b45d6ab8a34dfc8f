//! Rows into a table: through `COPY` into a temporary table, and from there by their key, in one transaction.
//!
//! It must not decide whether to try again.

use crosstrack_database::{QueryError, Row as Answer, ServerError, Session};

use crate::blame;
use crate::copies;
use crate::error::SeedError;
use crate::mistake::RowProblem;
use crate::query;
use crate::read::SeedFile;
use crate::rows::{Row, Rows, encode};
use crate::seed::Counts;
use crate::sequence::{self, Written};
use crate::table::{self, Column, Generation, Relation};
use crate::write::Statements;

/// The temporary table.
pub(crate) const COPIED: &str = "pg_temp.crosstrack_seed";
/// The pieces in which rows are sent.
const PIECE: usize = 64 << 10;

/// One file and its table, in a transaction that is open.
pub(crate) struct Load<'a> {
    pub(crate) session: &'a Session,
    pub(crate) file: &'a SeedFile,
    pub(crate) rows: &'a Rows,
    /// How many copies of each row; `None` for the rows themselves.
    pub(crate) copies: Option<u32>,
}

impl Load<'_> {
    /// Loads the rows.
    pub(crate) async fn run(&self) -> Result<Counts, SeedError> {
        let seed = &self.file.seed;
        let answer = self.ask("read the kind of a seed's table", &table::relation_query(seed)).await?;
        let relation = table::relation(self.file, &answer)?;
        if self.rows.rows.is_empty() {
            return Ok(Counts::default());
        }
        let answer = self.ask(table::PURPOSE, &table::query(&seed.table)).await?;
        let columns = table::columns(self.file, self.rows, &answer)?;
        table::check_generated(self.file, &columns)?;
        self.check_numbered(&columns)?;
        let statements = Statements::new(seed, &columns, relation);
        self.ask("make a temporary table", &statements.create()).await?;
        let copied = self.copy(&columns).await?;
        self.check_keys(&statements).await?;
        self.check_identities(&statements, &columns).await?;
        let counts = match statements.write(self.session, 0..copied).await {
            Ok(written) => Counts {
                present: Some(copied.saturating_sub(written.created + written.changed)),
                ..Counts::of(written)
            },
            Err(error) => return Err(self.blamed(&statements, error, copied).await),
        };
        let sequences = self.move_sequences(relation).await?;
        Ok(Counts { sequences, ..counts })
    }

    async fn move_sequences(&self, relation: Relation) -> Result<Vec<sequence::SequenceState>, SeedError> {
        let table = &self.file.seed.table;
        let written = if relation.is_view { Written::Everything } else { Written::Table(table) };
        let moved = sequence::move_behind(self.session, written).await;
        moved.map_err(|source| self.refused(source))
    }

    async fn ask(&self, purpose: &str, sql: &str) -> Result<Vec<Answer>, SeedError> {
        self.session.rows(purpose, sql).await.map_err(|source| self.refused(source))
    }

    fn refused(&self, source: QueryError) -> SeedError {
        SeedError::Query { file: self.file.seed.file.clone(), source }
    }

    fn check_numbered(&self, columns: &[Column]) -> Result<(), SeedError> {
        let is_numbered = |column: &&Column| self.file.seed.numbered.contains(&column.name);
        let mut numbered = columns.iter().filter(is_numbered);
        match numbered.find(|column| self.copies.is_some() && !copies::can_be_numbered(column)) {
            None => Ok(()),
            Some(column) => Err(SeedError::NotNumbered {
                table: self.file.seed.table.clone(),
                column: column.name.clone(),
                data_type: column.data_type.clone(),
            }),
        }
    }

    async fn copy(&self, columns: &[Column]) -> Result<u64, SeedError> {
        let names = query::columns(&self.rows.columns, "");
        let sql = format!("COPY {COPIED} ({names}, crosstrack_row) FROM STDIN");
        let numbers = self.copies.map_or(0..=0, |copies| 1..=copies);
        let rows = numbers.flat_map(|number| self.rows.rows.iter().map(move |row| (row, number)));
        let mut rows = rows.enumerate();
        let pieces = std::iter::from_fn(|| {
            let mut piece = Vec::new();
            while piece.len() < PIECE {
                let Some((index, (row, number))) = rows.next() else { break };
                let values = self.values(row, columns, number);
                encode(values.chain([Some(index.to_string())]), &mut piece);
            }
            (!piece.is_empty()).then_some(piece)
        });
        let copied = self.session.copy_in("take the rows", &sql, pieces).await;
        copied.map_err(|source| self.mistake(source))
    }

    /// The values of a row, or of a copy of it when the number is not 0.
    fn values<'a>(
        &'a self,
        row: &'a Row,
        columns: &'a [Column],
        number: u32,
    ) -> impl Iterator<Item = Option<String>> + 'a {
        row.values.iter().zip(columns).map(move |(value, column)| {
            if number > 0 && self.file.seed.numbered.contains(&column.name) {
                return copies::numbered(value, column, number);
            }
            value.to_text(column.form)
        })
    }

    /// The value that `COPY` refused has a line, and perhaps a column, in the server's context.
    fn mistake(&self, error: QueryError) -> SeedError {
        let Some(server) = error.server_error() else { return self.refused(error) };
        let Some(place) = blame::copy_place(server.context.as_deref().unwrap_or_default()) else {
            return self.refused(error);
        };
        let (problem, value) = match place.column {
            Some(column) => (RowProblem::Value { column: column.to_owned() }, place.value),
            None => (RowProblem::Row, ""),
        };
        self.at(place.line.saturating_sub(1), value, problem, Some(server))
    }

    /// A mistake in a row, by its place among the rows that were copied.
    fn at(&self, row: usize, word: &str, problem: RowProblem, server: Option<&ServerError>) -> SeedError {
        let mistake = self.file.source().at_word(self.line(row), word, problem);
        let mut source = server.cloned().map(Box::new);
        if let Some(source) = source.as_mut().filter(|_| !self.file.seed.passwords.is_empty()) {
            // The detail has the values of the row, the hash of its password among them.
            source.detail = None;
        }
        SeedError::Mistake { mistake, source }
    }

    /// The line of a row, by its place among the rows that were copied: a copy stands for its row.
    fn line(&self, row: usize) -> usize {
        self.rows.rows.get(row % self.rows.rows.len().max(1)).map_or(1, |row| row.line)
    }

    /// `ON CONFLICT` cannot change a row twice, and would not say which. A key that is null would be a new row each time.
    async fn check_keys(&self, statements: &Statements<'_>) -> Result<(), SeedError> {
        let number =
            |row: &Answer, column: &str| row.number::<usize>(column).map_err(|source| self.refused(source));
        let sql = format!(
            "SELECT min(crosstrack_row) AS row FROM {COPIED} WHERE {} HAVING count(*) > 0",
            statements.key.identifies_nothing()
        );
        if let Some(row) = self.ask("look for rows without a key", &sql).await?.first() {
            // A key without an index is the greater mistake, and is seen without a row.
            statements.write(self.session, 0..0).await.map_err(|source| self.unwritten(source))?;
            let problem = RowProblem::NullKey { key: self.file.seed.key.join("`, `") };
            return Err(self.at(number(row, "row")?, "", problem, None));
        }
        let sql = format!(
            "SELECT min(crosstrack_row) AS one, (array_agg(crosstrack_row ORDER BY crosstrack_row))[2] AS other, \
             ROW({0})::text AS key FROM {COPIED} GROUP BY {0} HAVING count(*) > 1 ORDER BY 2 LIMIT 1",
            statements.key.list()
        );
        let Some(row) = &self.ask("look for rows with the same key", &sql).await?.pop() else {
            return Ok(());
        };
        let key = row.text("key").map_err(|source| self.refused(source))?.to_owned();
        let problem = RowProblem::RepeatedKey { key, line: self.line(number(row, "one")?) };
        Err(self.at(number(row, "other")?, "", problem, None))
    }

    /// A value that is `GENERATED ALWAYS AS IDENTITY` is never changed, so it must be the file's already.
    async fn check_identities(
        &self,
        statements: &Statements<'_>,
        columns: &[Column],
    ) -> Result<(), SeedError> {
        let is_fixed = |column: &Column| {
            column.generation == Generation::AlwaysIdentity && !self.file.seed.key.contains(&column.name)
        };
        let fixed = columns.iter().enumerate().filter(|(_, column)| is_fixed(column));
        for (index, column) in fixed {
            let answer = self.ask("compare identities", &statements.other_value(index)).await?;
            if let Some(row) = answer.first() {
                let stored = row.text("stored").map_err(|source| self.refused(source))?.to_owned();
                let number = row.number("row").map_err(|source| self.refused(source))?;
                let problem = RowProblem::FixedIdentity { column: column.name.clone(), stored };
                return Err(self.at(number, "", problem, None));
            }
        }
        Ok(())
    }

    /// The error of the write, with the line of the row that it is about where that can be found.
    async fn blamed(&self, statements: &Statements<'_>, error: QueryError, copied: u64) -> SeedError {
        match blame::row(self.session, statements, &error, copied).await {
            Some(row) => {
                let row = usize::try_from(row).unwrap_or_default();
                self.at(row, "", RowProblem::Row, error.server_error())
            }
            None => self.unwritten(error),
        }
    }

    /// The error of a write that is about no row.
    fn unwritten(&self, error: QueryError) -> SeedError {
        let seed = &self.file.seed;
        match error.server_error().map(|server| server.code.as_str()) {
            // `invalid_column_reference`: nothing fits the `ON CONFLICT`.
            Some("42P10") => SeedError::NoUniqueIndex { table: seed.table.clone(), key: seed.key.clone() },
            _ => self.refused(error),
        }
    }
}
