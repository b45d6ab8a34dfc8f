//! Whether the user may do what a run does: make the journal and schemas, create in the tracks' schemas, write the ledgers.

use crosstrack_database::{QueryError, Row, quote_identifier, quote_literal};
use crosstrack_engine::Track;

use crate::check::{Check, Ground};
use crate::diagnosis::{Judgement, Verdict};

pub(crate) struct Rights;

impl Check for Rights {
    fn name(&self) -> &'static str {
        "rights"
    }

    fn sql(&self, ground: &Ground<'_>) -> String {
        let tracks: Vec<String> = ground.tracks.iter().map(place).collect();
        let tracks =
            if tracks.is_empty() { "SELECT NULL, NULL, NULL".to_owned() } else { tracks.join(" UNION ALL ") };
        format!(
            "WITH place (track, schema, ledger) AS ({tracks}) \
             SELECT current_user AS user_name, current_database() AS database, track, coalesce(schema, '') AS schema, ledger, \
             has_database_privilege(current_database(), 'CREATE') AS may_create_schemas, \
             to_regclass('crosstrack.run') IS NOT NULL AS has_journal, \
             to_regnamespace(quote_ident(schema)) IS NOT NULL AS has_schema, \
             CASE WHEN to_regnamespace(quote_ident(schema)) IS NOT NULL THEN has_schema_privilege(schema, 'CREATE') END AS may_create, \
             to_regclass(ledger) IS NOT NULL AS has_ledger, \
             CASE WHEN to_regclass(ledger) IS NOT NULL THEN has_table_privilege(to_regclass(ledger), 'SELECT') \
             AND has_table_privilege(to_regclass(ledger), 'INSERT') AND has_table_privilege(to_regclass(ledger), 'DELETE') \
             END AS may_write FROM place"
        )
    }

    fn judge(&self, rows: &[Row], _: &Ground<'_>) -> Result<Judgement, QueryError> {
        let Some(row) = rows.first() else { return Ok(Judgement::skipped("the server did not say")) };
        let user = row.text("user_name")?;
        let mut missing = Missing::default();
        for row in rows {
            missing.look(row, user)?;
        }
        Ok(missing.judgement(user))
    }
}

/// A track, its schema and its ledger, as a row.
fn place(track: &Track) -> String {
    let schema = track.settings.schema.as_deref().map_or("current_schema()::text".to_owned(), quote_literal);
    format!(
        "SELECT {}, {schema}, {}",
        quote_literal(track.name().as_str()),
        quote_literal(&track.adapter.ledger_table(&track.settings))
    )
}

/// The rights that are missing, and the worst of it.
#[derive(Default)]
struct Missing {
    sentences: Vec<String>,
    remedies: Vec<String>,
    is_needed_now: bool,
}

impl Missing {
    fn look(&mut self, row: &Row, user: &str) -> Result<(), QueryError> {
        let user = quote_identifier(user);
        let (schema, track) = (row.text("schema")?, row.optional("track")?);
        let wants_schema = track.is_some() && !row.truth("has_schema")?;
        if (wants_schema || !row.truth("has_journal")?) && !row.truth("may_create_schemas")? {
            let database = quote_identifier(row.text("database")?);
            self.add(
                "it may not create schemas in the database, and the journal or a track's schema is still to be made".into(),
                format!("`GRANT CREATE ON DATABASE {database} TO {user}`"),
                true,
            );
        }
        let Some(track) = track else { return Ok(()) };
        if row.truth("has_schema")? && !row.truth("may_create")? {
            self.add(
                format!("it may not create in the schema `{schema}` (track {track})"),
                format!(
                    "as the schema's owner, for since PostgreSQL 15 nobody else creates in `public`: `GRANT CREATE ON SCHEMA {} TO {user}`",
                    quote_identifier(schema)
                ),
                !row.truth("has_ledger")?,
            );
        }
        if row.truth("has_ledger")? && !row.truth("may_write")? {
            let ledger = row.text("ledger")?;
            self.add(
                format!("it may not write the ledger of the track {track}"),
                format!("`GRANT SELECT, INSERT, UPDATE, DELETE ON {ledger} TO {user}`"),
                true,
            );
        }
        Ok(())
    }

    fn add(&mut self, sentence: String, remedy: String, is_needed_now: bool) {
        self.is_needed_now |= is_needed_now;
        if !self.sentences.contains(&sentence) {
            self.sentences.push(sentence);
            self.remedies.push(remedy);
        }
    }

    fn judgement(self, user: &str) -> Judgement {
        if self.sentences.is_empty() {
            return Judgement::ok(format!(
                "the user {user} may create where a run creates, and write the ledgers"
            ));
        }
        let mut judgement = Judgement::warning(format!("the user {user}: {}", self.sentences.join("; ")));
        if self.is_needed_now {
            judgement.verdict = Verdict::Failed;
        }
        judgement.remedies(self.remedies)
    }
}
