//! Runs the statements of a plan on the shadow database, one by one, and measures each.
//!
//! Must not touch any other database, nor write a ledger: what the ORM writes there is no part of what is measured.

use std::collections::BTreeSet;
use std::time::Instant;

use crosstrack_database::{Database, QueryError, ServerError, Session};
use crosstrack_engine::{SessionDefaults, Track, settings_sql};
use crosstrack_model::Step;
use crosstrack_script::{
    Statement, ends_transaction, needs_no_transaction, opens_transaction, position_of_byte,
    position_of_character, statements,
};

use crate::rehearse::error::{RehearseError, name};
use crate::rehearse::measured::Before;
use crate::rehearse::observe::{Seen, observe};
use crate::rehearse::obstacle::{Change, Question, Tables, questions};
use crate::rehearse::outside::Bystanders;
use crate::rehearse::rehearsal::{Failure, RehearsedStatement, RehearsedStep, Unasked};
use crate::rehearse::words::first_word;
use crate::replay::is_of_the_machine;

/// The most characters of a statement that are shown.
const EXCERPT_LIMIT: usize = 72;
const PURPOSE: &str = "rehearse a statement";

/// A plan that is being rehearsed.
pub(crate) struct Run<'a> {
    session: Session,
    bystanders: Bystanders,
    tracks: &'a [Track],
    defaults: SessionDefaults,
    /// What there was before the plan.
    before: Seen,
    /// What is to be asked where the data is.
    pub(crate) questions: Vec<Question>,
    /// The statements that depend on rows in a way that is not asked.
    pub(crate) unasked: Vec<Unasked>,
    /// The tables where the data is, as the plan has them until now.
    tables: Tables,
}

/// Where a statement runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// In a transaction that is open.
    Open,
    /// In one of its own.
    Own,
    /// In none.
    Outside,
}

/// How a statement ended.
type Ended = Result<Seen, ServerError>;

impl<'a> Run<'a> {
    pub(crate) async fn on(
        database: &Database,
        tracks: &'a [Track],
        defaults: SessionDefaults,
    ) -> Result<Self, RehearseError> {
        let session = database.session("rehearsal").await.map_err(RehearseError::Connect)?;
        let bystanders = Bystanders::open(database).await.map_err(RehearseError::Connect)?;
        let before = observe(&session).await?;
        let (questions, unasked, tables) = (Vec::new(), Vec::new(), Tables::default());
        Ok(Self { session, bystanders, tracks, defaults, before, questions, unasked, tables })
    }

    /// Runs a migration; gives how far it came, and why not further.
    pub(crate) async fn step(
        &mut self,
        step: &Step,
    ) -> Result<(RehearsedStep, Option<Failure>), RehearseError> {
        let began = Instant::now();
        let reference = name(step);
        let all = statements(&step.script.sql).map_err(|source| RehearseError::Split {
            reference: reference.clone(),
            path: step.script.path.clone(),
            source,
        })?;
        let mut rehearsed = RehearsedStep {
            reference,
            path: step.script.path.clone(),
            transactional: step.script.transactional,
            statements: Vec::new(),
            duration: began.elapsed(),
        };
        let failure = self.statements(step, &all, &mut rehearsed.statements).await?;
        rehearsed.duration = began.elapsed();
        Ok((rehearsed, failure))
    }

    async fn statements(
        &mut self,
        step: &Step,
        all: &[Statement<'_>],
        rehearsed: &mut Vec<RehearsedStatement>,
    ) -> Result<Option<Failure>, RehearseError> {
        let track = self.tracks.iter().find(|track| *track.name() == step.track);
        let track = track.ok_or_else(|| RehearseError::NoTrack { track: step.track.clone() })?;
        let settings = settings_sql(self.defaults, &track.settings, step);
        self.session.rows("settle a session", &settings).await?;
        let is_whole = step.script.transactional;
        if is_whole {
            self.session.rows(PURPOSE, "BEGIN").await?;
        }
        let mut seen = observe(&self.session).await?;
        let mut is_in_block = false;
        for statement in &all[step.start.statements_done.min(all.len())..] {
            is_in_block |= opens_transaction(statement.text);
            let frame = if is_whole || is_in_block {
                Frame::Open
            } else if needs_no_transaction(statement.text) {
                Frame::Outside
            } else {
                Frame::Own
            };
            is_in_block &= !ends_transaction(statement.text);
            let after = match self.statement(statement, frame, &seen).await? {
                Ok(after) => after,
                Err(source) => {
                    // Whatever is open is given up with the shadow database.
                    return Ok(Some(failure(step, Some(statement), source)));
                }
            };
            rehearsed.push(self.measure((step, statement), (&seen, &after)));
            // Nobody holds a lock any longer than a transaction that is its own.
            seen = if frame == Frame::Open { after } else { Seen { locks: BTreeSet::new(), ..after } };
        }
        if is_whole && let Some(source) = refused(self.session.rows(PURPOSE, "COMMIT").await)? {
            return Ok(Some(failure(step, None, source)));
        }
        Ok(None)
    }

    /// Runs one; gives what is seen when it is done and its transaction, if it has one, is still open.
    async fn statement(
        &self,
        statement: &Statement<'_>,
        frame: Frame,
        seen: &Seen,
    ) -> Result<Ended, RehearseError> {
        let session = &self.session;
        match frame {
            Frame::Open => match refused(session.rows(PURPOSE, statement.text).await)? {
                Some(source) => Ok(Err(source)),
                None => Ok(Ok(observe(session).await?)),
            },
            Frame::Own => {
                session.rows(PURPOSE, "BEGIN").await?;
                if let Some(source) = refused(session.rows(PURPOSE, statement.text).await)? {
                    session.rows(PURPOSE, "ROLLBACK").await?;
                    // `active_sql_transaction` and `invalid_transaction_termination`: it wants to be outside.
                    let is_outside = ["25001", "2D000"].contains(&source.code.as_str());
                    return if is_outside { self.outside(statement, seen).await } else { Ok(Err(source)) };
                }
                let after = observe(session).await?;
                match refused(session.rows(PURPOSE, "COMMIT").await)? {
                    Some(source) => Ok(Err(source)),
                    None => Ok(Ok(after)),
                }
            }
            Frame::Outside => self.outside(statement, seen).await,
        }
    }

    async fn outside(&self, statement: &Statement<'_>, seen: &Seen) -> Result<Ended, RehearseError> {
        let (locks, ended) = self.bystanders.run((&self.session, seen), statement.text).await?;
        match refused(ended.map(|()| Vec::<()>::new()))? {
            Some(source) => Ok(Err(source)),
            None => Ok(Ok(Seen { locks, ..observe(&self.session).await? })),
        }
    }

    fn measure(
        &mut self,
        (step, statement): (&Step, &Statement<'_>),
        (first, second): (&Seen, &Seen),
    ) -> RehearsedStatement {
        let empties = first_word(statement.text) == "truncate";
        let effects = Before(&self.before).effects((first, second), empties);
        let change = Change { before: &self.before, first, second, statement: statement.text };
        let reference = name(step);
        if change.depends_on_rows() {
            let reason = "its success depends on rows".to_owned();
            let (subject, line) = (excerpt(statement.text), statement.line);
            self.unasked.push(Unasked { reference: reference.clone(), line, subject, reason });
        }
        let place = (reference, statement.line);
        let asked = questions(change, &mut self.tables);
        self.questions.extend(asked.into_iter().map(|question| question.at(place.clone())));
        RehearsedStatement { line: statement.line, excerpt: excerpt(statement.text), effects }
    }
}

/// What the server refused; the outer error is that it does not answer any more, or that its machine is short of something.
fn refused<T>(answer: Result<Vec<T>, QueryError>) -> Result<Option<ServerError>, QueryError> {
    match answer {
        Ok(_) => Ok(None),
        Err(error) => match error
            .server_error()
            .filter(|server| !error.is_broken_connection() && !is_of_the_machine(&server.code))
        {
            Some(server) => Ok(Some(server.clone())),
            None => Err(error),
        },
    }
}

fn failure(step: &Step, statement: Option<&Statement<'_>>, source: ServerError) -> Failure {
    let sql = &step.script.sql;
    let place = statement.map(|statement| match source.position {
        Some(position) => position_of_character(sql, statement.characters_before + position),
        None => position_of_byte(sql, statement.start),
    });
    Failure { reference: name(step), path: step.script.path.clone(), place, source }
}

/// A statement's first words on one line.
fn excerpt(statement: &str) -> String {
    let folded = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    match folded.char_indices().nth(EXCERPT_LIMIT) {
        Some((end, _)) => format!("{}...", folded[..end].trim_end()),
        None => folded,
    }
}
