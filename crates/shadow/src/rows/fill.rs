//! Puts rows into the tables that have none.
//!
//! Must not fail where a table cannot get rows, and must not leave anything else: neither a function nor a setting.

use std::collections::BTreeMap;

use crosstrack_database::{QueryError, Session, quote_literal};

use crate::rows::order::{Turn, turns};
use crate::rows::repair::repairs;
use crate::rows::row::Writer;
use crate::rows::scope::{self, Tables};
use crate::rows::shape::{SEPARATOR, Shape};

/// The tables that get their rows in one transaction: it locks each of them.
const BATCH: usize = 50;
/// The character between the tables in an answer.
const END: char = '\u{1e}';

/// The tables that got rows, and those that did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The number of tables that got rows.
    pub tables: usize,
    /// The numbers of the tables that had rows before, and how many.
    pub had_rows: BTreeMap<u32, u64>,
    /// The tables that are still empty.
    pub unfilled: Vec<Unfilled>,
}

/// A table that has no rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfilled {
    /// Its name, as SQL text.
    pub table: String,
    /// The server's reason.
    pub reason: String,
}

/// A statement list for one table, as the server gets it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) table: u32,
    pub(crate) name: String,
    /// The query for the number of rows that a table has already; one that has any is passed over.
    pub(crate) source: String,
    pub(crate) wanted: usize,
    pub(crate) triggers: Triggers,
    /// Queries for values that checks accept.
    pub(crate) queries: Vec<String>,
    pub(crate) statements: Vec<String>,
}

/// The way in which triggers, rules and foreign keys see the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Triggers {
    On,
    /// On, and off for a statement that they refuse.
    OnThenOff,
    Off,
}

/// The rows of a job.
#[derive(Debug)]
pub(crate) enum Outcome {
    HadRows(u64),
    Rows,
    None { reason: String },
}

/// Puts three rows, and more where an enum has more labels, into each chosen table that has none.
///
/// A table's parents get theirs first. Triggers see the rows unless they refuse them. It is meant for a database that is
/// thrown away and a session without an open transaction.
///
/// # Errors
/// When the shape of the tables cannot be read or the connection breaks; not when a table cannot get rows.
pub async fn fill(session: &Session, tables: &Tables) -> Result<Filled, QueryError> {
    let shape = Shape::read(session, tables).await?;
    let turns = turns(&shape);
    let (mut filled, mut fresh) = (Filled::default(), Vec::new());
    for turns in turns.chunks(BATCH) {
        let jobs: Vec<Job> = turns.iter().map(|turn| job(&shape, turn)).collect();
        for (job, outcome) in jobs.iter().zip(run(session, &jobs).await?) {
            match outcome {
                Outcome::HadRows(rows) => drop(filled.had_rows.insert(job.table, rows)),
                Outcome::Rows => {
                    filled.tables += 1;
                    fresh.push(job.table);
                }
                Outcome::None { reason } => {
                    filled.unfilled.push(Unfilled { table: job.name.clone(), reason });
                }
            }
        }
    }
    let repairs = repairs(&shape, &turns, &fresh);
    for jobs in repairs.chunks(BATCH) {
        run(session, jobs).await?;
    }
    Ok(filled)
}

fn job(shape: &Shape, turn: &Turn) -> Job {
    let table = &shape.tables[&turn.table];
    let attempts = Writer::new(shape, table, &turn.open).attempts();
    let is_open = |place: &usize| !crate::rows::order::is_optional(table, &table.foreign_keys[*place]);
    let triggers = match () {
        () if turn.open.iter().any(is_open) => Triggers::Off,
        () if table.has_triggers => Triggers::OnThenOff,
        () => Triggers::On,
    };
    let only = if table.is_partitioned { "" } else { "ONLY " };
    Job {
        table: turn.table,
        name: table.name.clone(),
        source: format!("SELECT count(*) FROM {only}{}", table.name),
        wanted: attempts.wanted,
        triggers,
        queries: attempts.queries,
        statements: attempts.statements,
    }
}

/// Runs jobs in one round trip, each statement in a subtransaction.
async fn run(session: &Session, jobs: &[Job]) -> Result<Vec<Outcome>, QueryError> {
    match session.rows("put rows into the tables", &script(jobs)).await {
        Ok(rows) => {
            let answer = rows.last().and_then(|row| row.at(0)).unwrap_or_default();
            Ok(answer.split(END).zip(jobs).map(|(part, _)| outcome(part)).collect())
        }
        Err(error) => match error.server_error().filter(|_| !error.is_broken_connection()) {
            Some(server) => {
                let reason = server.message.clone();
                Ok(jobs.iter().map(|_| Outcome::None { reason: reason.clone() }).collect())
            }
            None => Err(error),
        },
    }
}

fn outcome(part: &str) -> Outcome {
    let (count, reason) = part.split_once(SEPARATOR).unwrap_or((part, ""));
    match (count.strip_prefix(HAD), count) {
        (Some(rows), _) => Outcome::HadRows(rows.parse().unwrap_or(u64::MAX)),
        (None, "0") => Outcome::None { reason: reason.to_owned() },
        (None, _) => Outcome::Rows,
    }
}

/// The word before the number of rows that a table had before.
const HAD: &str = "had ";

const PROGRAM: &str = "
DECLARE job record; statement text; had bigint; fresh bigint; put bigint; reason text; answer text[] := '{}';
  query text; passed jsonb; passing jsonb[];
BEGIN
  FOR job IN SELECT * FROM (VALUES {jobs}) AS jobs(place, source, wanted, triggers, queries, statements) ORDER BY place LOOP
    EXECUTE job.source INTO had;
    IF had > 0 THEN
      answer := answer || concat('{had}', had);
      CONTINUE;
    END IF;
    put := 0;
    reason := NULL;
    passing := '{}';
    FOREACH query IN ARRAY job.queries LOOP
      BEGIN
        EXECUTE query INTO passed;
      EXCEPTION WHEN OTHERS THEN
        passed := NULL;
      END;
      passing := passing || ARRAY[passed];
    END LOOP;
    FOREACH statement IN ARRAY job.statements LOOP
      EXIT WHEN put >= job.wanted;
      fresh := 0;
      IF job.triggers <> 'off' THEN
        BEGIN
          EXECUTE statement USING passing;
          GET DIAGNOSTICS fresh = ROW_COUNT;
        EXCEPTION WHEN OTHERS THEN
          fresh := 0;
          reason := coalesce(reason, SQLERRM);
        END;
      END IF;
      IF fresh = 0 AND job.triggers <> 'on' THEN
        BEGIN
          PERFORM set_config('session_replication_role', 'replica', true);
          EXECUTE statement USING passing;
          GET DIAGNOSTICS fresh = ROW_COUNT;
          PERFORM set_config('session_replication_role', 'origin', true);
        EXCEPTION WHEN OTHERS THEN
          fresh := 0;
          reason := coalesce(reason, SQLERRM);
        END;
      END IF;
      put := put + fresh;
    END LOOP;
    answer := answer || concat(put, chr(31), translate(coalesce(reason, 'no values were found that the checks accept'), chr(30) || chr(31), ''));
  END LOOP;
  PERFORM set_config('crosstrack.rows', array_to_string(answer, chr(30)), true);
END";

/// One message, which is one transaction. Its last row has the answer.
fn script(jobs: &[Job]) -> String {
    let jobs: Vec<String> = jobs.iter().enumerate().map(|(place, job)| entry(place, job)).collect();
    let program = PROGRAM.replace("{had}", HAD).replace("{jobs}", &jobs.join(", "));
    let mut tag = "$rows$".to_owned();
    while program.contains(&tag) {
        tag.insert_str(1, "more_");
    }
    format!(
        "{}SET CONSTRAINTS ALL IMMEDIATE; DO {tag}{program}{tag}; SELECT current_setting('crosstrack.rows') AS answer",
        scope::PREPARE
    )
}

fn entry(place: usize, job: &Job) -> String {
    let list = |texts: &[String]| texts.iter().map(|text| quote_literal(text)).collect::<Vec<_>>().join(", ");
    let triggers = match job.triggers {
        Triggers::On => "on",
        Triggers::OnThenOff => "on, then off",
        Triggers::Off => "off",
    };
    format!(
        "({place}, {}, {}, '{triggers}', ARRAY[{}]::text[], ARRAY[{}]::text[])",
        quote_literal(&job.source),
        job.wanted,
        list(&job.queries),
        list(&job.statements)
    )
}
