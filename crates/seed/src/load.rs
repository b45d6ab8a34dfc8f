//! Rows into a table: through `COPY` into a temporary table, and from there by their key, in one transaction.
//!
//! It must not decide whether to try again.

use crosstrack_database::{QueryError, Session, quote_identifier};

use crate::copies;
use crate::error::SeedError;
use crate::mistake::RowProblem;
use crate::query;
use crate::read::SeedFile;
use crate::rows::{Row, Rows, encode};
use crate::seed::Counts;
use crate::table::{self, Column};

/// The temporary table.
const COPIED: &str = "pg_temp.crosstrack_seed";
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
        if self.rows.rows.is_empty() {
            return Ok(Counts::default());
        }
        let answer = self.ask(table::PURPOSE, &table::query(&self.file.seed.table)).await?;
        let columns = table::columns(self.file, self.rows, &answer)?;
        self.check_numbered(&columns)?;
        let (names, table) = (query::columns(&self.rows.columns, ""), query::table(&self.file.seed.table));
        let create = format!(
            "CREATE TEMP TABLE crosstrack_seed ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"
        );
        self.ask("make a temporary table", &create).await?;
        let copied = self.copy(&columns, &names).await?;
        self.check_keys().await?;
        self.write(&columns, copied).await
    }

    async fn ask(&self, purpose: &str, sql: &str) -> Result<Vec<crosstrack_database::Row>, SeedError> {
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

    async fn copy(&self, columns: &[Column], names: &str) -> Result<u64, SeedError> {
        let sql = format!("COPY {COPIED} ({names}) FROM STDIN");
        let numbers = self.copies.map_or(0..=0, |copies| 1..=copies);
        let mut rows = numbers.flat_map(|number| self.rows.rows.iter().map(move |row| (row, number)));
        let pieces = std::iter::from_fn(|| {
            let mut piece = Vec::new();
            while piece.len() < PIECE {
                let Some((row, number)) = rows.next() else { break };
                encode(self.values(row, columns, number), &mut piece);
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
            value.to_text(column.is_array)
        })
    }

    /// What `COPY` refused has a line and perhaps a column in the server's context:
    /// `COPY crosstrack_seed, line 7, column nature: "hott"`.
    fn mistake(&self, error: QueryError) -> SeedError {
        let Some(server) = error.server_error() else { return self.refused(error) };
        let context = server.context.clone().unwrap_or_default();
        let number = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok();
        let Some(line) = context.split(", line ").nth(1).and_then(number) else { return self.refused(error) };
        let row = line.saturating_sub(1) % self.rows.rows.len().max(1);
        let Some(row) = self.rows.rows.get(row) else { return self.refused(error) };
        let named = context.split(", column ").nth(1).map(|rest| rest.split_once(": ").unwrap_or((rest, "")));
        let (problem, value) = match named {
            Some((column, value)) => {
                (RowProblem::Value { column: column.to_owned() }, value.trim_matches('"'))
            }
            None => (RowProblem::Row, ""),
        };
        let mistake = self.file.source().at_word(row.line, value, problem);
        SeedError::Mistake { mistake, source: Some(Box::new(server.clone())) }
    }

    /// `ON CONFLICT` cannot change a row twice, and would not say which.
    async fn check_keys(&self) -> Result<(), SeedError> {
        let keys: Vec<String> = self.file.seed.key.iter().map(|key| query::key(key)).collect();
        let keys = keys.join(", ");
        let sql = format!(
            "SELECT ROW({keys})::text AS key FROM {COPIED} WHERE ROW({keys}) IS NOT NULL \
             GROUP BY {keys} HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
        );
        match self.ask("look for rows with the same key", &sql).await?.first() {
            None => Ok(()),
            Some(row) => {
                let key = row.text("key").map_err(|source| self.refused(source))?.to_owned();
                Err(SeedError::RepeatedKey { file: self.file.seed.shown.clone(), key })
            }
        }
    }

    async fn write(&self, columns: &[Column], copied: u64) -> Result<Counts, SeedError> {
        let answer = self.session.rows("write the rows", &self.upsert(columns)).await;
        let answer =
            answer.map_err(|source| match source.server_error().map(|server| server.code.as_str()) {
                // `invalid_column_reference`: nothing fits the `ON CONFLICT`.
                Some("42P10") => SeedError::NoUniqueIndex {
                    table: self.file.seed.table.clone(),
                    key: self.file.seed.key.clone(),
                },
                _ => self.refused(source),
            })?;
        let Some(row) = answer.first() else { return Ok(Counts::default()) };
        let number = |column: &str| row.number::<u64>(column).map_err(|source| self.refused(source));
        let (created, changed) = (number("created")?, number("changed")?);
        Ok(Counts { created, changed, present: Some(copied.saturating_sub(created + changed)) })
    }

    /// A row that is new has no `xmax`.
    fn upsert(&self, columns: &[Column]) -> String {
        let (table, names) = (query::table(&self.file.seed.table), query::columns(&self.rows.columns, ""));
        let keys: Vec<String> = self.file.seed.key.iter().map(|key| query::key(key)).collect();
        format!(
            "WITH written AS (INSERT INTO {table} AS target ({names}) SELECT {names} FROM {COPIED} \
             ON CONFLICT ({}) DO {} RETURNING xmax = 0 AS is_new) \
             SELECT count(*) FILTER (WHERE is_new) AS created, count(*) FILTER (WHERE NOT is_new) AS changed FROM written",
            keys.join(", "),
            self.action(columns)
        )
    }

    /// What is done to a row that is there: only what differs is changed, and a password is set with its account and never after.
    fn action(&self, columns: &[Column]) -> String {
        let seed = &self.file.seed;
        let is_kept = |name: &String| seed.key.contains(name) || seed.passwords.contains(name);
        let changing: Vec<&Column> = columns.iter().filter(|column| !is_kept(&column.name)).collect();
        if changing.is_empty() {
            return "NOTHING".to_owned();
        }
        let comparable = |column: &&Column, side: &str| {
            let cast = if column.is_plain_json { "::text" } else { "" };
            query::columns([&column.name], side) + cast
        };
        let side = |side: &str| {
            changing.iter().map(|column| comparable(column, side)).collect::<Vec<_>>().join(", ")
        };
        let set = changing.iter().map(|column| {
            let name = quote_identifier(&column.name);
            format!("{name} = excluded.{name}")
        });
        format!(
            "UPDATE SET {} WHERE ROW({}) IS DISTINCT FROM ROW({})",
            set.collect::<Vec<_>>().join(", "),
            side("target."),
            side("excluded.")
        )
    }
}
