//! The round-trip tests of down migrations, as text.

use crosstrack_catalog::{Change, Difference};
use crosstrack_shadow::prove::{MigrationProof, Proof, Verdict};

use super::amounts::{count, duration};
use super::problem::place_and_causes;
use super::style::{BAD, GOOD, STRONG, WARNING, paint};
use super::text_difference::differing_lines;
use crate::proof::ProofView;

/// A line for a migration as it is judged.
pub fn migration_proof(migration: &MigrationProof) -> String {
    let style = match &migration.verdict {
        Verdict::Proven => GOOD,
        verdict if verdict.is_failure(false) => BAD,
        _ => WARNING,
    };
    let word = match &migration.verdict {
        Verdict::Proven => "proven",
        Verdict::NoWayBack => "no down migration",
        Verdict::Irreversible => "irreversible",
        _ => "not proven",
    };
    format!("  {} {} ({})\n", paint(style, word), migration.reference, duration(migration.duration))
}

/// What is not proven and why, and the sum.
pub fn proof(view: &ProofView<'_>, program: &str) -> String {
    let mut text = String::new();
    for (migration, problem) in view.failures() {
        let path =
            migration.script.as_ref().filter(|_| problem.is_none_or(|problem| problem.place.is_none()));
        let path = path.map_or(String::new(), |path| format!(", {}", path.display()));
        text += &format!(
            "{} {}{path}\n",
            paint(STRONG, &migration.reference),
            paint(BAD, words(&migration.verdict))
        );
        if let Some(problem) = problem {
            text += &place_and_causes(problem, program);
        }
        for difference in migration.verdict.differences() {
            text += &whole_difference(&migration.verdict, difference);
        }
        for harm in migration.verdict.harm() {
            text += &format!("  {harm}\n");
        }
    }
    for migration in &view.proof.migrations {
        for table in &migration.reordered {
            let style = paint(WARNING, "note:");
            text += &format!("{style} {}\n", order_text(migration, table));
        }
    }
    for name in &view.proof.unmodelled {
        text += &format!("{} compared by its name only: {name}\n", paint(WARNING, "note:"));
    }
    text + &sum(view.proof, view.strict)
}

/// The verdict, after the migration's name.
pub(crate) fn words(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Proven => "is proven",
        Verdict::NoWayBack => "has no down migration",
        Verdict::Irreversible => "is irreversible, as it says",
        Verdict::FailsForward(_) => "fails to apply",
        Verdict::FailsBack(_) => "fails to revert",
        Verdict::LeavesBehind(_) => "is not restored by its down migration",
        Verdict::HarmsRows(_) => "changes rows that no statement announces as lost",
        Verdict::FailsAgain(_) => "cannot be applied again after its down migration",
        Verdict::ComesBackDifferent(_) => "is not the same when it is applied again",
    }
}

/// A difference in the words of its verdict.
pub(crate) fn difference_text(verdict: &Verdict, difference: &Difference) -> String {
    let is_again = matches!(verdict, Verdict::ComesBackDifferent(_));
    let id = &difference.id;
    match (&difference.change, is_again) {
        (Change::Added, false) => format!("{id} left behind"),
        (Change::Removed, false) => format!("{id} not brought back"),
        (Change::Added, true) => format!("{id} only the second time"),
        (Change::Removed, true) => format!("{id} only the first time"),
        (Change::Changed { .. } | Change::Reordered { .. }, _) => difference.to_string(),
    }
}

/// A difference on lines of its own. Of a text of many lines only those that differ are shown.
fn whole_difference(verdict: &Verdict, difference: &Difference) -> String {
    let Change::Changed { attribute, from: Some(from), to: Some(to) } = &difference.change else {
        return format!("  {}\n", difference_text(verdict, difference));
    };
    match differing_lines(from, to) {
        Some(lines) => format!("  {}: {attribute}\n{lines}", difference.id),
        None => format!("  {}\n", difference_text(verdict, difference)),
    }
}

fn order_text(migration: &MigrationProof, table: &Difference) -> String {
    format!(
        "the down migration of {} restores the columns of {} in another order",
        migration.reference, table.id
    )
}

/// How many of how many, and what became of the others.
fn sum(proof: &Proof, strict: bool) -> String {
    let with = |is: fn(&Verdict) -> bool| proof.migrations.iter().filter(|one| is(&one.verdict)).count();
    let proven = with(|verdict| matches!(verdict, Verdict::Proven));
    let failed = proof.migrations.iter().filter(|one| one.verdict.is_failure(strict)).count();
    let without = with(|verdict| matches!(verdict, Verdict::NoWayBack));
    let irreversible = with(|verdict| matches!(verdict, Verdict::Irreversible));
    let mut text = format!(
        "Proven: {} of {} in {}, forward, back and forward again.",
        proven,
        count(proof.migrations.len() + proof.not_reached.len(), "migration"),
        duration(proof.elapsed)
    );
    for (number, said) in [
        (failed, "Not proven"),
        (if strict { 0 } else { without }, "Without a down migration"),
        (irreversible, "Irreversible"),
        (proof.not_reached.len(), "Not reached"),
    ] {
        if number > 0 {
            text += &format!(" {said}: {number}.");
        }
    }
    text + "\n"
}
