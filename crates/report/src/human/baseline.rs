//! What a baseline says, as text.

use crosstrack_catalog::{Change, Difference};
use crosstrack_engine::{BaselinePlan, Claim, ClaimKind};

use super::amounts::count;
use super::style::{BAD, FAINT, GOOD, WARNING, paint};
use crate::problem::as_called;

/// What a baseline shows.
#[derive(Clone, Copy, Debug)]
pub struct BaselineView<'a> {
    /// What it claims.
    pub plan: &'a BaselinePlan,
    /// The objects that the migrations make and the database lacks; `None` without a check.
    pub lacking: Option<&'a [Difference]>,
    /// The run's number in the journal; `None` when nothing was written.
    pub run: Option<i64>,
}

/// The claims, what was found about them, and what was written.
pub fn baseline(view: &BaselineView<'_>, program: &str) -> String {
    let lacking = view.lacking.unwrap_or_default();
    if !lacking.is_empty() {
        return as_called(&refusal(view.plan, lacking), program);
    }
    let is_news = |claim: &&Claim| claim.kind != ClaimKind::Known;
    let mut text: String = view.plan.claims.iter().filter(is_news).map(claim_line).collect();
    text += &match view.lacking {
        Some(_) => format!("Checked: everything that {} is there.\n", migrations_make(view.plan)),
        None => format!(
            "{} the objects that {} may be missing here.\n",
            paint(WARNING, "Unchecked:"),
            migrations_make(view.plan)
        ),
    };
    text + &closing(view)
}

fn claim_line(claim: &Claim) -> String {
    let (word, why) = match claim.kind {
        ClaimKind::Mark => ("mark", "the ledger does not have it"),
        ClaimKind::Adopt => ("adopt", "the ledger has it, the journal does not"),
        ClaimKind::Known => ("known", "the ledger and the journal have it"),
    };
    format!("  {}  {}  {}\n", paint(GOOD, &format!("{word:<5}")), claim.reference(), paint(FAINT, why))
}

fn migrations_make(plan: &BaselinePlan) -> String {
    let make = if plan.claims.len() == 1 { "makes" } else { "make" };
    format!("{} {make}", count(plan.claims.len(), "migration"))
}

fn closing(view: &BaselineView<'_>) -> String {
    let (marked, adopted) = (view.plan.count(ClaimKind::Mark), view.plan.count(ClaimKind::Adopt));
    let sum = format!("{marked} marked as applied, {adopted} adopted");
    match view.run {
        _ if view.plan.changes_nothing() => {
            "Nothing to tell: the ledgers and the journal have all of it.\n".to_owned()
        }
        Some(_) => format!("{sum}. No script was run.\n"),
        None => format!("Would be {sum}. Nothing was written.\n"),
    }
}

fn refusal(plan: &BaselinePlan, lacking: &[Difference]) -> String {
    let mut text = String::new();
    for difference in lacking {
        text += &format!("  {} {}\n", paint(BAD, "lacks:"), lack(difference));
    }
    text + &format!(
        "The database does not have everything that {}: {} missing or different. Nothing was written.\n\
         Next: mend the database, or claim less: `crosstrack baseline --to <track>/<version>`, and `crosstrack up` applies the rest. \
         `--unchecked` writes it all the same.\n",
        migrations_make(plan),
        if lacking.len() == 1 { "1 object is".to_owned() } else { format!("{} objects are", lacking.len()) },
    )
}

/// What is missing or different, and how.
fn lack(difference: &Difference) -> String {
    let id = &difference.id;
    match &difference.change {
        Change::Changed { attribute, from, to } => {
            let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
            format!("{id}: {attribute} should be {}, and is {}", said(from), said(to))
        }
        _ => id.to_string(),
    }
}
