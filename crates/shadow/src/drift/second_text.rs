//! Two texts for one thing: what the server writes for an expression is not always what it writes after it has read that again,
//! as a restore does. So both texts are read again on a shadow database, and what it writes then is compared.
//!
//! Must not judge: a text that the shadow database does not take is another text.

use std::collections::BTreeMap;

use crate::error::ShadowError;
use crate::replay::Replay;
use crosstrack_catalog::{Catalog, Change, Difference, Fact, Id, Kind, before_last, last_part};

use crate::drift::remainder::NOT_VALID;
use crate::drift::replayed::{Replayed, Text};

/// The schema of what is made only to be read again.
const PLACE: &str = "crosstrack_second_text";

const PURPOSE: &str = "read a definition again";

/// The differences that may be two texts for one thing, and of which nobody knows yet whether they are.
pub(crate) fn open_questions(differences: &[Difference], replayed: &Replayed) -> Vec<Question> {
    let questions = differences.iter().filter_map(|difference| {
        let Change::Changed { attribute, from: Some(expected), to: Some(found) } = &difference.change else {
            return None;
        };
        let fact = replayed.catalog.get(&difference.id)?;
        restated(fact, attribute, expected, "")?;
        // That a constraint was never held against the rows is a finding of its own.
        let is_apart = difference.id.kind == Kind::Constraint && !expected.ends_with(NOT_VALID);
        let found = found.strip_suffix(NOT_VALID).filter(|_| is_apart).unwrap_or(found);
        let texts = [expected.clone(), found.to_owned()];
        Some(Question { fact: fact.clone(), attribute: attribute.clone(), texts })
    });
    questions.filter(|question| !replayed.texts.contains_key(&question.found())).collect()
}

/// Two texts of one attribute: that of the replay, and that of the database.
pub(crate) struct Question {
    fact: Fact,
    attribute: String,
    texts: [String; 2],
}

impl Question {
    fn found(&self) -> Text {
        let [_, said] = self.texts.clone();
        Text { id: self.fact.id.clone(), attribute: self.attribute.clone(), said }
    }
}

/// Answers the questions on the replay of the replay, which is not the replay's catalog any more afterwards.
///
/// # Errors
/// When the server does not answer any more.
pub(crate) async fn answer(
    replay: &mut Replay<'_>,
    questions: &[Question],
) -> Result<BTreeMap<Text, bool>, ShadowError> {
    let expected = second_texts(replay, questions, 0).await?;
    let found = second_texts(replay, questions, 1).await?;
    let pairs = questions.iter().zip(expected.into_iter().zip(found));
    Ok(pairs
        .map(|(question, (expected, found))| (question.found(), expected.is_some() && expected == found))
        .collect())
}

/// What the server writes for each question's text with this number; nothing where it does not take it.
async fn second_texts(
    replay: &mut Replay<'_>,
    questions: &[Question],
    number: usize,
) -> Result<Vec<Option<String>>, ShadowError> {
    let session = replay.session("reads again").await?;
    let schema = format!("CREATE SCHEMA IF NOT EXISTS {PLACE}");
    session.rows(PURPOSE, &schema).await?;
    let mut places = Vec::new();
    for (index, question) in questions.iter().enumerate() {
        let label = format!("{PLACE}_{number}_{index}");
        let restated = restated(&question.fact, &question.attribute, &question.texts[number], &label);
        let Some(Restated { sql, id, attribute }) = restated else {
            places.push(None);
            continue;
        };
        // One transaction: what is refused leaves nothing.
        let sql = format!("SET LOCAL search_path TO ''; SET LOCAL check_function_bodies TO off; {sql}");
        match session.rows(PURPOSE, &sql).await {
            Ok(_) => places.push(Some((id, attribute, label))),
            Err(error) if error.is_broken_connection() => return Err(ShadowError::Query(error)),
            Err(_) => places.push(None),
        }
    }
    drop(session);
    let catalog = replay.catalog().await?;
    // What a thing is called for the moment is no part of it.
    let text = |(id, attribute, label): (Id, String, String)| {
        Some(text_of(&catalog, &id, &attribute)?.replace(&label, ""))
    };
    Ok(places.into_iter().map(|place| place.and_then(text)).collect())
}

fn text_of(catalog: &Catalog, id: &Id, attribute: &str) -> Option<String> {
    catalog.get(id)?.attributes.get(attribute).cloned()
}

/// Statements that make something of a text, and where the server's second text will stand.
struct Restated {
    sql: String,
    id: Id,
    attribute: String,
}

/// How a text is read again; nothing for what has no text that could come out otherwise.
fn restated(fact: &Fact, attribute: &str, text: &str, label: &str) -> Option<Restated> {
    let Fact { id, parent, .. } = fact;
    let name = &id.name;
    let in_place = |sql: String| Some(Restated { sql, id: id.clone(), attribute: attribute.to_owned() });
    let beside = |kind: Kind, name: String, sql: String| {
        Some(Restated { sql, id: Id { kind, name }, attribute: attribute.to_owned() })
    };
    let whole = parent.as_ref().map_or("", |parent| parent.name.as_str());
    match (id.kind, attribute) {
        (Kind::Constraint, "definition") => {
            let is_domain = parent.as_ref()?.kind == Kind::Domain;
            let word = if is_domain { "DOMAIN" } else { "TABLE" };
            let sql = format!("ALTER {word} {whole} ADD CONSTRAINT {label} {text}");
            beside(Kind::Constraint, format!("{label} on {whole}"), sql)
        }
        (Kind::Default, "expression") => {
            let (table, column) = (before_last(whole), last_part(whole));
            in_place(format!("ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {text}"))
        }
        (Kind::Column, "generated") => {
            let (expression, how) = text.rsplit_once(' ')?;
            let of_type = fact.attributes.get("type")?;
            let sql = format!(
                "ALTER TABLE {whole} ADD COLUMN {label} {of_type} GENERATED ALWAYS AS ({expression}) {how}"
            );
            beside(Kind::Column, format!("{whole}.{label}"), sql)
        }
        (Kind::Domain, "default") => in_place(format!("ALTER DOMAIN {name} SET DEFAULT {text}")),
        (Kind::View | Kind::MaterializedView, "definition") => {
            beside(Kind::View, format!("{PLACE}.{label}"), format!("CREATE VIEW {PLACE}.{label} AS {text}"))
        }
        (Kind::Policy, "using") => in_place(format!("ALTER POLICY {name} USING ({text})")),
        (Kind::Policy, "with_check") => in_place(format!("ALTER POLICY {name} WITH CHECK ({text})")),
        (Kind::Function | Kind::Procedure, "definition") => in_place(text.to_owned()),
        (Kind::Trigger, "definition") => {
            let own = id.own_name();
            let (head, tail) = text.split_once(&format!("TRIGGER {own} "))?;
            let sql = format!("{head}TRIGGER {label} {tail}");
            beside(Kind::Trigger, format!("{label} on {whole}"), sql)
        }
        // The text names what it makes, so that what is there makes room.
        (Kind::Index | Kind::Statistics | Kind::Rule, "definition") => {
            let word = if id.kind == Kind::Statistics { "statistics" } else { id.kind.as_str() };
            in_place(format!("ALTER {word} {name} RENAME TO {label}; {text}"))
        }
        _ => None,
    }
}
