//! The questions, on a real server: a plan runs on a copy without rows, is asked of the data, and is then run where the data is. The
//! answer must be what happens there.

mod columns;
mod partitions;
mod rules;

use crosstrack_database::{Database, Session};
use crosstrack_testkit::TestDatabase;

use super::{Change, Tables, ask, questions};
use crate::rehearse::observe::{Seen, observe};

/// The answers about a plan, a line each. The plan must fail where the data is if one of them is certain, and only then.
fn answers(made: &str, filled: &str, plan: &[&str]) -> Vec<String> {
    let (live, copy) = (TestDatabase::new("live"), TestDatabase::new("copy"));
    live.sql(made);
    live.sql(filled);
    copy.sql(made);
    let (lines, is_certain) = tokio::runtime::Runtime::new().unwrap().block_on(rehearsed(&live, &copy, plan));
    let failure = plan.iter().find_map(|statement| live.try_sql(statement).err());
    assert_eq!(failure.is_some(), is_certain, "{lines:?}, and then {failure:?}");
    lines
}

async fn rehearsed(live: &TestDatabase, copy: &TestDatabase, plan: &[&str]) -> (Vec<String>, bool) {
    let session = copy.session("rehearsal").await;
    let before = observe(&session).await.unwrap();
    let (mut first, mut tables, mut asked) = (before.clone(), Tables::default(), Vec::new());
    for (place, statement) in plan.iter().enumerate() {
        let second = run(&session, statement).await;
        let change = Change { before: &before, first: &first, second: &second, statement };
        let found = questions(change, &mut tables);
        asked.extend(found.into_iter().map(|question| question.at(("plan".to_owned(), place + 1))));
        first = Seen { locks: std::collections::BTreeSet::new(), ..second };
    }
    let (_, mut reader) = Database::connect(live.target(), "crosstrack test".to_owned()).await.unwrap();
    let snapshot = reader.snapshot();
    let answers = ask(&snapshot, &asked).await.unwrap();
    snapshot.end().await.unwrap();
    let is_certain = answers.obstacles.iter().any(|obstacle| obstacle.is_certain);
    let obstacles = answers.obstacles.iter().map(|obstacle| {
        let perhaps = if obstacle.is_certain { "" } else { "perhaps " };
        format!("{}: {perhaps}{}", obstacle.line, obstacle.message)
    });
    let unasked = answers
        .unasked
        .iter()
        .map(|unasked| format!("{}: not asked: {}: {}", unasked.line, unasked.subject, unasked.reason));
    (obstacles.chain(unasked).collect(), is_certain)
}

async fn run(session: &Session, statement: &str) -> Seen {
    session.rows("begin", "BEGIN").await.unwrap();
    session.rows("run a statement", statement).await.unwrap();
    let seen = observe(session).await.unwrap();
    session.rows("commit", "COMMIT").await.unwrap();
    seen
}
