//! Partitions whose bounds are new or other ones: an attached table, and the default partition beside any new one.
//!
//! Must not ask about a table that is detached: no row contradicts that.

use super::conversion::readable;
use super::question::{Form, Question};
use super::{Change, Tables};
use crate::rehearse::observe::Relation;

pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let new = change
        .second
        .partitions
        .iter()
        .filter(|(number, constraint)| change.first.partitions.get(number) != Some(constraint));
    let asked = new.filter_map(|(number, constraint)| {
        let table = tables.table(change, *number)?;
        let subject = format!("partition bound of {}", table.name);
        let form = match readable(change, constraint).and_then(|()| of_the_database(change, constraint)) {
            Ok(constraint) => Form::rows(
                format!("SELECT FROM {} WHERE NOT ({constraint})", tables.rows(change, &table)),
                format!("{subject} does not allow"),
            ),
            Err(reason) => Form::Impossible { reason },
        };
        Some(table.question("partition".to_owned(), subject, form))
    });
    asked.collect()
}

const HASH: &str = "satisfies_hash_partition('";

/// The constraint of a hash partition names its parent by the number that the copy has for it.
fn of_the_database(change: Change<'_>, constraint: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = constraint;
    while let Some(place) = rest.find(HASH) {
        let (head, tail) = rest.split_at(place + HASH.len());
        let (number, tail) = tail.split_once("'::oid").ok_or("its text is not known")?;
        let parent = number.parse::<Relation>().ok().and_then(|number| change.before.relations.get(&number));
        let parent = parent.ok_or("its partitioned table is made by the plan")?;
        text += head;
        text += &format!("{}'::regclass", parent.name.replace('\'', "''"));
        rest = tail;
    }
    Ok(text + rest)
}
