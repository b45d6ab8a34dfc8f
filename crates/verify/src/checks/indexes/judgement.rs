//! Compares a declared index with what the catalog says of it.
//!
//! Plain data in, findings out: it must not ask the database.

use crosstrack_model::{Finding, FindingKind};

use crate::answer::{FoundTable, kind_in_words};
use crate::checks::indexes::found::{Found, FoundIndex, State};
use crate::declared::DeclaredIndex;
use crate::definition::{Definition, Part, lone_name};
use crate::statement::{create_index, derived_name, drop_index, rename_index};
use crate::token::tokens;

/// A difference, before it is known what mends it.
struct Difference {
    kind: FindingKind,
    expected: String,
    actual: String,
}

/// What differs. Every finding of one index carries the same statements: they mend all of it, and are run once.
pub(super) fn judge(declared: &DeclaredIndex, found: &Found) -> Vec<Finding> {
    let (differences, mend) = match found {
        Found::NoTable => {
            let table = declared.origin.shown(&declared.table);
            (vec![missing(declared, format!("the table `{table}` does not exist"))], Vec::new())
        }
        Found::Occupied { relkind } => {
            let actual = format!("not there; the name is taken by {}", kind_in_words(relkind));
            (vec![missing(declared, actual)], Vec::new())
        }
        Found::Absent { table, others } => absent(declared, table, others),
        Found::Present { table, index } => {
            let differences = differences(declared, table, index);
            let mend = replacement(declared, table, index, &differences);
            (differences, mend)
        }
    };
    let object = object(declared);
    let finding = |difference: Difference| Finding {
        kind: difference.kind,
        object: object.clone(),
        track: declared.origin.track.to_string(),
        expected: difference.expected,
        actual: difference.actual,
        mend: mend.clone(),
    };
    differences.into_iter().map(finding).collect()
}

fn object(declared: &DeclaredIndex) -> String {
    match declared.origin.schema_of(&declared.table) {
        Some(schema) => format!("index `{schema}.{}`", declared.name),
        None => format!("index `{}`", declared.name),
    }
}

fn missing(declared: &DeclaredIndex, actual: String) -> Difference {
    let table = declared.origin.shown(&declared.table);
    let expected = Definition::declared(declared, "").describe(&table);
    Difference { kind: FindingKind::Missing, expected, actual }
}

fn absent(
    declared: &DeclaredIndex,
    table: &FoundTable,
    others: &[FoundIndex],
) -> (Vec<Difference>, Vec<String>) {
    let columns: Vec<_> = declared.columns.iter().chain(&declared.include).map(|text| tokens(text)).collect();
    let names = columns.iter().filter_map(|column| lone_name(column)).map(|(name, _)| name);
    if let Some(column) = table.lacks(names) {
        let table = declared.origin.shown(&declared.table);
        let actual = format!("not there; the table `{table}` has no column `{column}`");
        return (vec![missing(declared, actual)], Vec::new());
    }
    let definition = Definition::declared(declared, &table.name.schema);
    let twin =
        others.iter().find(|other| other.state == State::Valid && other.definition.is_same(&definition));
    let actual = match twin {
        Some(twin) => format!("not there; `{}` has the same definition", twin.name),
        None => "not there".to_owned(),
    };
    (vec![missing(declared, actual)], vec![create_index(declared, table, &declared.name)])
}

fn differences(declared: &DeclaredIndex, table: &FoundTable, index: &FoundIndex) -> Vec<Difference> {
    let expected = Definition::declared(declared, &table.name.schema);
    let mut differences = Vec::from_iter(state_difference(index));
    let mut differs = |kind, expected: String, actual: String| {
        differences.push(Difference { kind, expected, actual: with_constraint(index, actual) });
    };
    let (wanted, there) = (&expected, &index.definition);
    if index.table != table.name {
        differs(
            FindingKind::WrongTable,
            format!("on `{}`", declared.origin.shown(&declared.table)),
            format!("on `{}`", index.table.name),
        );
    }
    if wanted.columns.comparable != there.columns.comparable {
        differs(FindingKind::WrongColumns, in_parentheses(&wanted.columns), in_parentheses(&there.columns));
    }
    if wanted.include.comparable != there.include.comparable {
        differs(FindingKind::WrongIncluded, including(&wanted.include), including(&there.include));
    }
    if wanted.uniqueness() != there.uniqueness() {
        differs(FindingKind::WrongUniqueness, wanted.uniqueness().into(), there.uniqueness().into());
    }
    if wanted.method != there.method {
        differs(FindingKind::WrongMethod, wanted.method.clone(), there.method.clone());
    }
    if wanted.comparable_predicate() != there.comparable_predicate() {
        differs(FindingKind::WrongPredicate, predicate(wanted), predicate(there));
    }
    differences
}

fn state_difference(index: &FoundIndex) -> Option<Difference> {
    let (kind, actual) = match &index.state {
        State::Valid => return None,
        State::Invalid => (
            FindingKind::Invalid,
            "invalid: a build of it failed, so that it costs writes and no query uses it".to_owned(),
        ),
        State::NotReady => (
            FindingKind::NotReady,
            "invalid and not even written to: a build of it failed early, or still waits".to_owned(),
        ),
        State::Dying => {
            (FindingKind::NotReady, "invalid: it is being dropped, or a drop broke off".to_owned())
        }
        State::BeingBuilt { pid } => (FindingKind::NotReady, format!("the process {pid} is building it")),
    };
    Some(Difference { kind, expected: "valid and ready".to_owned(), actual: with_constraint(index, actual) })
}

/// Says why nothing mends an index that is not one of its own.
fn with_constraint(index: &FoundIndex, actual: String) -> String {
    match &index.constraint {
        Some(constraint) => format!("{actual}; it belongs to the constraint `{constraint}`"),
        None if index.is_partition => format!("{actual}; it belongs to the index of a partitioned table"),
        None => actual,
    }
}

/// The statements that put the declared index in the place of this one.
///
/// An index that no query uses is dropped first. One that is used stays until the other is ready: it may be the wrong one and
/// still carry the load, or hold rows unique.
fn replacement(
    declared: &DeclaredIndex,
    table: &FoundTable,
    index: &FoundIndex,
    differences: &[Difference],
) -> Vec<String> {
    let is_tied = index.constraint.is_some() || index.is_partition;
    if differences.is_empty() || is_tied || matches!(index.state, State::BeingBuilt { .. }) {
        return Vec::new();
    }
    let schema = &index.table.schema;
    let drop = drop_index(schema, &index.name, index.is_partitioned);
    if index.state != State::Valid {
        return vec![drop, create_index(declared, table, &declared.name)];
    }
    let temporary = derived_name(&[&declared.name], "_replacement");
    vec![create_index(declared, table, &temporary), drop, rename_index(schema, &temporary, &declared.name)]
}

fn in_parentheses(part: &Part) -> String {
    format!("({})", part.shown)
}

fn including(part: &Part) -> String {
    if part.shown.is_empty() {
        "no included columns".to_owned()
    } else {
        format!("including ({})", part.shown)
    }
}

fn predicate(definition: &Definition) -> String {
    match &definition.predicate {
        Some(predicate) => format!("where {}", predicate.shown),
        None => "no predicate".to_owned(),
    }
}
