//! Constraints of domains, for every column of the domain: new ones, and those that a column gets with its type.
//!
//! Must not convert a value to the domain as the database has it: the plan may have changed its constraints.

use super::conversion::{Target, differs, domains, readable, target};
use super::question::{Form, Question};
use super::tables::Table;
use super::{Change, Tables};
use crate::rehearse::observe::{Column, DomainRule, TypeDefinition};

pub(super) fn questions(change: Change<'_>, tables: &Tables) -> Vec<Question> {
    let mut found = Vec::new();
    for (key, column) in &change.second.columns {
        let numbers = domains(change, element_or_itself(change, column));
        let Some(table) = tables.table(change, key.0).filter(|_| !numbers.is_empty()) else { continue };
        let former = change.first.columns.get(key);
        let is_new = former.is_none_or(|former| differs(former, column));
        let values = values(change, tables, &table, column);
        for number in numbers {
            let Some(domain) = change.second.types.get(&number) else { continue };
            let former = change.first.types.get(&number);
            let asking = Asking { change, table: &table, column, values: &values };
            if domain.not_null && (is_new || former.is_some_and(|former| !former.not_null)) {
                found.push(asking.about_nulls(domain));
            }
            let rules = change.second.domain_rules.iter().filter(|(rule_number, rule)| {
                let was_valid =
                    change.first.domain_rules.get(rule_number).is_some_and(|former| former.is_valid);
                rule.domain == number && rule.is_valid && (is_new || !was_valid)
            });
            found.extend(rules.map(|(_, rule)| asking.about_rule(domain, rule)));
        }
    }
    found
}

/// The type of a column, or that of its elements if it is an array of a domain.
fn element_or_itself(change: Change<'_>, column: &Column) -> u32 {
    let own = change.second.types.get(&column.type_number);
    own.filter(|own| own.element != 0).map_or(column.type_number, |own| own.element)
}

/// A query for the values of a column as those of the type that the domain is made of, or why there is none.
fn values(change: Change<'_>, tables: &Tables, table: &Table<'_>, column: &Column) -> Result<String, String> {
    let element = element_or_itself(change, column);
    let Target::Named(base) = target(change, element, &column.type_text) else {
        return Err("its type is made by the plan".to_owned());
    };
    let value =
        if element == column.type_number { column.name.clone() } else { format!("unnest({})", column.name) };
    Ok(format!("(SELECT ({value})::{base} AS value FROM {})", tables.rows(change, table)))
}

struct Asking<'a> {
    change: Change<'a>,
    table: &'a Table<'a>,
    column: &'a Column,
    values: &'a Result<String, String>,
}

impl Asking<'_> {
    fn about_nulls(&self, domain: &TypeDefinition) -> Question {
        let subject = format!("domain {} in column {}", domain.name, self.column_name());
        let form = match self.values {
            Ok(values) => Form::rows(
                format!("SELECT FROM {values} one WHERE value IS NULL"),
                format!("{subject} is NOT NULL, and the column is null in"),
            ),
            Err(reason) => Form::Impossible { reason: reason.clone() },
        };
        let topic = format!("domain {} {}", domain.name, self.column.name);
        self.table.question(topic, subject, form)
    }

    fn about_rule(&self, domain: &TypeDefinition, rule: &DomainRule) -> Question {
        let subject =
            format!("constraint {} of domain {} in column {}", rule.name, domain.name, self.column_name());
        let form = match (self.values, readable(self.change, &rule.expression)) {
            (Ok(values), Ok(())) => Form::rows(
                // `VALUE` is the name of the query's column, too.
                format!("SELECT FROM {values} one WHERE NOT ({})", rule.expression),
                format!("{subject} does not hold for"),
            ),
            (Err(reason), _) => Form::Impossible { reason: reason.clone() },
            (_, Err(reason)) => Form::Impossible { reason },
        };
        let topic = format!("domain {} {} {}", domain.name, rule.name, self.column.name);
        self.table.question(topic, subject, form)
    }

    fn column_name(&self) -> String {
        format!("{}.{}", self.table.name, self.column.name)
    }
}
