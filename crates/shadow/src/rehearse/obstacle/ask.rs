//! The questions, asked where the data is.
//!
//! Must not wait long, and must not pass over a question without an answer.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crosstrack_database::{QueryError, Row, ServerError, Snapshot};

use super::question::{Form, Question};
use crate::rehearse::observe::Relation;
use crate::rehearse::rehearsal::{Obstacle, Unasked};

/// The time that one question may take.
const TIME_LIMIT: Duration = Duration::from_secs(2);
/// The time that all of them may take.
const TIME_LIMIT_FOR_ALL: Duration = Duration::from_secs(30);
/// `query_canceled` and `lock_not_available`.
const TOO_LONG: [&str; 2] = ["57014", "55P03"];
/// The most rows that are counted.
const ROWS_COUNTED: u64 = 1000;
const PURPOSE: &str = "compare the data with a statement";

/// What the data says.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) obstacles: Vec<Obstacle>,
    pub(crate) unasked: Vec<Unasked>,
    /// How many questions had no answer in time.
    pub(crate) late: usize,
    /// The columns, by table and name, of which a plain cast does not say whether the plan's conversion fails.
    pub(crate) not_plain: BTreeSet<(String, String)>,
}

/// The answer to one question.
enum Answer {
    /// Nothing contradicts.
    Agrees,
    /// Some rows do, or a value cannot be computed.
    Contradicts(String),
    /// There is none.
    None(String),
    /// There is none in time.
    Late,
}

/// Asks the questions in a view of the database.
pub(crate) async fn ask(snapshot: &Snapshot<'_>, questions: &[Question]) -> Result<Answers, QueryError> {
    let began = Instant::now();
    let mut answers = Answers::default();
    // The tables with a value that cannot be computed: whatever is asked of them afterwards fails for the same reason.
    let mut failing = BTreeSet::new();
    let mut contradicted = BTreeSet::new();
    for question in questions {
        let is_late = began.elapsed() >= TIME_LIMIT_FOR_ALL;
        let answer = if is_late { Answer::Late } else { answer(snapshot, question, &mut failing).await? };
        let is_contradicted = matches!(answer, Answer::Contradicts(_));
        // A constraint is checked again where a column gets another type.
        if !is_contradicted || contradicted.insert((question.table, &question.topic)) {
            answers.take(question, answer);
        }
    }
    Ok(answers)
}

impl Answers {
    fn take(&mut self, question: &Question, answer: Answer) {
        if let Some(conversion) = &question.conversion {
            let is_answered = matches!(answer, Answer::Agrees);
            if is_answered || !question.is_certain || conversion.has_expression {
                self.not_plain.insert((question.table_name.clone(), conversion.column.clone()));
            }
        }
        let (reference, line) = question.place.clone();
        let reason = match answer {
            Answer::Agrees => return,
            Answer::Contradicts(message) => {
                let is_certain = question.is_certain;
                self.obstacles.push(Obstacle { reference, line, message, is_certain });
                return;
            }
            Answer::None(reason) => reason,
            Answer::Late => {
                self.late += 1;
                "no answer in time".to_owned()
            }
        };
        self.unasked.push(Unasked { reference, line, subject: question.subject.clone(), reason });
    }
}

async fn answer(
    snapshot: &Snapshot<'_>,
    question: &Question,
    failing: &mut BTreeSet<Relation>,
) -> Result<Answer, QueryError> {
    let query = match &question.form {
        Form::Rows { query, .. } => {
            format!("SELECT count(*) AS number FROM ({query} LIMIT {}) found", ROWS_COUNTED + 1)
        }
        Form::Values { query, .. } => query.clone(),
        Form::Impossible { reason } => return Ok(Answer::None(reason.clone())),
    };
    let refused = match attempt(snapshot, question, &query).await? {
        Ok(rows) => return counted(&question.form, rows.last()),
        Err(refused) => refused,
    };
    if TOO_LONG.contains(&refused.code.as_str()) {
        return Ok(Answer::Late);
    }
    if !is_about_a_value(&refused) {
        return Ok(Answer::None(refused.message));
    }
    // An expression of constants is computed though there is no row, which the statement does not do.
    let query = format!("SELECT FROM {} LIMIT 1", question.table_name);
    let has_rows = attempt(snapshot, question, &query).await?.is_ok_and(|rows| rows.len() > 1);
    if !has_rows || !failing.insert(question.table) {
        return Ok(Answer::Agrees);
    }
    let failure = match &question.form {
        Form::Values { message, .. } => message.clone(),
        _ => format!("{} cannot be computed", question.subject),
    };
    Ok(Answer::Contradicts(format!("{failure}: {} {}", refused.code, refused.message)))
}

/// Asks under the settings of the rehearsed session, and so that no policy hides a row. The answer begins with a row of settings.
async fn attempt(
    snapshot: &Snapshot<'_>,
    question: &Question,
    query: &str,
) -> Result<Result<Vec<Row>, ServerError>, QueryError> {
    let settings = &question.settings;
    let sql = format!("SELECT {settings}, set_config('row_security', 'off', true); {query}");
    snapshot.attempt(PURPOSE, &sql, TIME_LIMIT).await
}

fn counted(form: &Form, row: Option<&Row>) -> Result<Answer, QueryError> {
    let (Form::Rows { message, noun, .. }, Some(row)) = (form, row) else { return Ok(Answer::Agrees) };
    let number: u64 = row.number("number")?;
    if number == 0 {
        return Ok(Answer::Agrees);
    }
    let (number, more) = (number.min(ROWS_COUNTED), if number > ROWS_COUNTED { "more than " } else { "" });
    let plural = if number == 1 { "" } else { "s" };
    Ok(Answer::Contradicts(format!("{message} {more}{number} {noun}{plural}")))
}

/// Whether the server refused a value: class 22, data exceptions; class 23, violated constraints; class P0, errors that a routine raises:
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn is_about_a_value(refused: &ServerError) -> bool {
    ["22", "23", "P0"].iter().any(|class| refused.code.starts_with(class))
}
