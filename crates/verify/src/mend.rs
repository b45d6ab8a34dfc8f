//! Runs the statements that findings show.
//!
//! It must not invent a statement, but for one: what a failed concurrent build left behind is dropped again.

use crosstrack_database::{CLEARS_UP, QueryError, Session, quote_identifier, quote_literal};
use crosstrack_model::Finding;
use crosstrack_script::concurrent_index;

/// What became of the index that a failed concurrent build leaves behind.
#[derive(Debug)]
pub enum Leftover {
    /// There was none.
    Nothing,
    /// It was dropped.
    Dropped,
    /// It could not be dropped, or nobody knows: it is still there.
    Stayed {
        /// Why.
        source: Box<QueryError>,
    },
}

/// A statement that mends something did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    /// A statement.
    #[error("cannot mend {object}: `{statement}` failed after {done} other statements were done")]
    Statement {
        /// What was to be mended.
        object: String,
        /// The statement.
        statement: String,
        /// How many statements were done before.
        done: usize,
        /// Why.
        source: Box<QueryError>,
    },
    /// The concurrent build of an index.
    #[error("cannot build {object}: `{statement}` failed after {done} other statements were done; {}", .leftover.claim())]
    Build {
        /// What was to be mended.
        object: String,
        /// The statement.
        statement: String,
        /// How many statements were done before.
        done: usize,
        /// What became of the invalid index that it leaves behind.
        leftover: Leftover,
        /// Why.
        source: Box<QueryError>,
    },
}

impl Leftover {
    fn claim(&self) -> &'static str {
        match self {
            Self::Nothing => "it left nothing behind",
            Self::Dropped => "the invalid index that it left behind was dropped",
            Self::Stayed { .. } => "the invalid index that it left behind is still there",
        }
    }
}

impl MendError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let (Self::Statement { source, .. } | Self::Build { source, .. }) = self;
        let advice = match source.server_error()?.code.as_str() {
            "23505" => {
                "the rows that are equal have to be cleared up first; the server's detail names one pair"
            }
            "23503" => {
                "the rows that refer to nothing have to be cleared up first; the server's detail names one"
            }
            "55P03" => "another session holds the table: try again, or find it with `crosstrack doctor`",
            "57014" => "the build needs longer than `statement_timeout` allows",
            "42501" => "only the owner of the table may do this: sign in as the owner",
            _ => return None,
        };
        Some(advice.to_owned())
    }
}

/// The statements that mend the findings, in order, without repetition.
///
/// Several findings of one object carry the same list, and it is to be run once.
pub fn statements(findings: &[Finding]) -> Vec<&str> {
    lists(findings).into_iter().flat_map(|finding| finding.mend.iter().map(String::as_str)).collect()
}

/// Runs the statements of the findings, each as a message of its own outside a transaction, and gives how many were done.
///
/// `on_statement` is called with each statement before it runs. The session's `lock_timeout` and `statement_timeout` hold
/// for every statement: an index may take long, and the caller decides how long.
///
/// # Errors
/// When a statement fails; the ones before it stay done, the ones after it are not tried. When it was the concurrent build
/// of an index, the invalid index that it leaves behind is dropped.
pub async fn mend(
    session: &Session,
    findings: &[Finding],
    on_statement: &mut (dyn FnMut(&str) + Send),
) -> Result<usize, MendError> {
    let mut done = 0;
    for finding in lists(findings) {
        for statement in &finding.mend {
            on_statement(statement);
            let purpose = format!("mend {}", finding.object);
            match session.rows(&purpose, statement).await {
                Ok(_) => done += 1,
                Err(source) => {
                    return Err(failure(session, finding, statement, (done, Box::new(source))).await);
                }
            }
        }
    }
    Ok(done)
}

/// One finding for each list of statements that is to be run.
fn lists(findings: &[Finding]) -> Vec<&Finding> {
    let mut lists: Vec<&Finding> = Vec::new();
    for finding in findings {
        if !finding.mend.is_empty() && !lists.iter().any(|earlier| earlier.mend == finding.mend) {
            lists.push(finding);
        }
    }
    lists
}

async fn failure(
    session: &Session,
    finding: &Finding,
    statement: &str,
    (done, source): (usize, Box<QueryError>),
) -> MendError {
    let (object, text) = (finding.object.clone(), statement.to_owned());
    let is_name_taken = source.server_error().is_some_and(|error| error.code == "42P07");
    match concurrent_index(statement) {
        // A name that is taken is another's index, perhaps one that is being built this moment.
        Some(index) if !is_name_taken => {
            let schema = index.table.schema.map(|schema| format!("{}.", quote_identifier(&schema)));
            let name = format!("{}{}", schema.unwrap_or_default(), quote_identifier(&index.name));
            let leftover = clear_leftover(session, &name).await;
            MendError::Build { object, statement: text, done, leftover, source }
        }
        _ => MendError::Statement { object, statement: text, done, source },
    }
}

async fn clear_leftover(session: &Session, index: &str) -> Leftover {
    let question = format!(
        "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass({}) AND NOT indisvalid",
        quote_literal(index)
    );
    let left = match session.rows("say what a failed build left behind", &question).await {
        Ok(rows) => !rows.is_empty(),
        Err(source) => return Leftover::Stayed { source: Box::new(source) },
    };
    if !left {
        return Leftover::Nothing;
    }
    let statement = format!("{CLEARS_UP}DROP INDEX CONCURRENTLY IF EXISTS {index}");
    match session.rows("drop what a failed build left behind", &statement).await {
        Ok(_) => Leftover::Dropped,
        Err(source) => Leftover::Stayed { source: Box::new(source) },
    }
}
