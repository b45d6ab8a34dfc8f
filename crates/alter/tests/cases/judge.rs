//! A pair of schemas, altered both ways on real databases, with the catalog and `pg_dump` as the judges.

use crosstrack_alter::{Statement, Transaction, alter, online};
use crosstrack_catalog::{Catalog, Change, Scope, differences, read_catalog, read_dependencies};
use crosstrack_testkit::{TestDatabase, dump};

/// What became of a pair.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The statements that lead there.
    pub(crate) forward: Vec<Statement>,
    /// The statements that lead back.
    pub(crate) back: Vec<Statement>,
    /// How the catalogs differ, in words.
    pub(crate) differences: Vec<String>,
    /// What went wrong; nothing when both ways lead where they should.
    pub(crate) failures: Vec<String>,
}

impl Outcome {
    /// The differences, and both ways with what there is to know of each statement.
    pub(crate) fn shown(&self) -> String {
        let mut text = String::new();
        for difference in &self.differences {
            text += &format!("{difference}\n");
        }
        for (title, statements) in [("up", &self.forward), ("down", &self.back)] {
            text += &format!("\n{title}\n\n");
            for statement in statements {
                if statement.transaction == Transaction::AfterCommit {
                    text += "-- after a commit\n";
                }
                for hazard in &statement.hazards {
                    text += &format!("-- {hazard}\n");
                }
                for loss in &statement.losses {
                    text += &format!("-- loses data: {loss}\n");
                }
                text += &format!("{statement}\n");
            }
        }
        text
    }
}

/// Leads from one schema to the other and back.
pub(crate) async fn judge((old, new): (&str, &str), with_dumps: bool) -> Outcome {
    let (before, after) = (TestDatabase::new("old"), TestDatabase::new("new"));
    let loaded = load(&before, old).and_then(|()| load(&after, new));
    let (from, to) = (catalog(&before).await, catalog(&after).await);
    let mut outcome =
        Outcome { forward: Vec::new(), back: Vec::new(), differences: Vec::new(), failures: Vec::new() };
    if let Err(error) = loaded {
        outcome.failures.push(format!("cannot be loaded: {error}"));
        return outcome;
    }
    outcome.differences = said(&from, &to);
    let user = before.value("select current_user");
    let dump = |database: &TestDatabase| if with_dumps { dump(database) } else { String::new() };
    let (first_dump, wanted_dump) = (dump(&before), dump(&after));
    match alter(&from, &to, &user) {
        Ok(statements) => {
            outcome.failures.extend(run(&before, &statements, "forward"));
            if outcome.failures.is_empty() {
                outcome.failures.extend(remaining("forward", &catalog(&before).await, &to));
                outcome.failures.extend(dumps_differ("forward", &dump(&before), &wanted_dump));
            }
            outcome.forward = statements;
        }
        Err(error) => outcome.failures.push(format!("forward: {error}")),
    }
    match alter(&to, &from, &user) {
        Ok(statements) => {
            let failures = run(&after, &statements, "back");
            if failures.is_empty() {
                outcome.failures.extend(remaining("back", &catalog(&after).await, &from));
                outcome.failures.extend(dumps_differ("back", &dump(&after), &first_dump));
            }
            outcome.failures.extend(failures);
            outcome.back = statements;
        }
        Err(error) => outcome.failures.push(format!("back: {error}")),
    }
    if outcome.failures.is_empty() {
        outcome.failures.extend(online_leads_there_too(&after, &outcome.forward, &to).await);
    }
    outcome
}

/// The forms that let others write lead to the same, where there are some; the database is as the first schema again.
async fn online_leads_there_too(
    database: &TestDatabase,
    statements: &[Statement],
    to: &Catalog,
) -> Vec<String> {
    let steps = online(statements.to_vec(), |_| true);
    if steps == statements {
        return Vec::new();
    }
    let mut failures = run(database, &steps, "online");
    failures.extend(remaining("online", &catalog(database).await, to));
    failures
}

/// The catalog of a database, with what stands on what.
pub(crate) async fn catalog(database: &TestDatabase) -> Catalog {
    let opened = database.database().await;
    let mut reader = opened.reader().await.expect("the test server answers");
    let snapshot = reader.snapshot();
    let catalog = read_catalog(&snapshot, &Scope::default()).await.expect("the catalog can be read");
    let catalog = read_dependencies(&snapshot, catalog).await.expect("the dependencies can be read");
    snapshot.end().await.expect("the snapshot can be ended");
    catalog
}

/// Statement by statement, as `psql` would.
fn load(database: &TestDatabase, sql: &str) -> Result<(), String> {
    for statement in crosstrack_script::statements(sql).map_err(|error| error.to_string())? {
        while let Err(error) = database.try_sql(statement.text) {
            let missing =
                error.message.strip_prefix("role \"").and_then(|rest| rest.strip_suffix("\" does not exist"));
            let Some(role) = missing else { return Err(format!("{}: {}", statement.text, error.message)) };
            // Roles are the server's, and another pair may want the same one; the statement is tried again either way.
            drop(database.try_sql(&format!("create role \"{}\"", role.replace('"', "\"\""))));
        }
    }
    Ok(())
}

/// In a transaction, as a migration would.
pub(crate) fn run(database: &TestDatabase, statements: &[Statement], way: &str) -> Vec<String> {
    database.sql("set check_function_bodies to off");
    for part in Statement::parts(statements) {
        let is_outside = part.iter().any(Statement::is_outside);
        if !is_outside {
            database.sql("begin");
        }
        for statement in part {
            if let Err(error) = database.try_sql(&statement.sql) {
                database.sql("rollback");
                return vec![format!("{way}: {}: {}", statement.first_line(), error.message)];
            }
        }
        if !is_outside && let Err(error) = database.try_sql("commit") {
            return vec![format!("{way}: commit: {}", error.message)];
        }
    }
    Vec::new()
}

pub(crate) fn said(first: &Catalog, second: &Catalog) -> Vec<String> {
    differences(first, second)
        .iter()
        .filter(|difference| !matches!(difference.change, Change::Reordered { .. }))
        .map(ToString::to_string)
        .collect()
}

fn remaining(way: &str, first: &Catalog, second: &Catalog) -> Vec<String> {
    said(first, second).into_iter().map(|said| format!("{way}: {said}")).collect()
}

/// The order of columns and statements is nobody's affair.
fn dumps_differ(way: &str, first: &str, second: &str) -> Vec<String> {
    let lines = |dump: &str| {
        let mut lines: Vec<String> = dump
            .lines()
            .filter(|line| !line.starts_with("--"))
            .map(|line| line.trim_end_matches(',').trim().to_owned())
            .collect();
        lines.sort();
        lines
    };
    let (first, second) = (lines(first), lines(second));
    let only = |lines: &[String], others: &[String], sign: char| -> Vec<String> {
        lines
            .iter()
            .filter(|line| !others.contains(line))
            .map(|line| format!("{way}: dump {sign} {line}"))
            .collect()
    };
    let mut found = only(&first, &second, '-');
    found.extend(only(&second, &first, '+'));
    found
}
