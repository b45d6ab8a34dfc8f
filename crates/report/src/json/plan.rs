//! A plan, as JSON.

use crosstrack_model::{Gate, Item, Plan, Restamp, Step};
use crosstrack_shadow::rehearse::Foreseen;
use serde::Serialize;
use serde_json::Value;

use super::document;
use super::loss::{LossEntry, loss_entries};
use crate::Outcome;

#[derive(Serialize)]
struct Body<'a> {
    direction: &'static str,
    fingerprint: String,
    steps: usize,
    items: Vec<PlanItem<'a>>,
    restamps: Vec<PlanRestamp<'a>>,
    skipped_gates: Vec<PlanGate<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    losses: Option<Vec<LossEntry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_rehearsed: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum PlanItem<'a> {
    Step(PlanStep<'a>),
    Gate(PlanGate<'a>),
}

#[derive(Serialize)]
struct PlanStep<'a> {
    phase: &'a str,
    track: &'a str,
    version: &'a str,
    label: &'a str,
    direction: &'static str,
    path: Option<String>,
    from_run: Option<i64>,
    transactional: bool,
    statements_done: usize,
    checksum: &'a str,
    hazards: Vec<PlanHazard>,
    sql: &'a str,
}

#[derive(Serialize)]
struct PlanHazard {
    kind: &'static str,
    message: String,
}

#[derive(Serialize)]
struct PlanGate<'a> {
    phase: &'a str,
    checks: &'a [String],
}

#[derive(Serialize)]
struct PlanRestamp<'a> {
    track: &'a str,
    version: &'a str,
    label: &'a str,
}

/// The steps and gates in order, with the exact SQL; and what a way back would drop, where that was looked for.
pub fn plan_document(command: &str, plan: &Plan, foreseen: Option<&Foreseen>, outcome: Outcome) -> Value {
    let (losses, not_rehearsed) = match foreseen {
        Some(Foreseen::Rehearsed(counted)) => (Some(loss_entries(counted)), None),
        Some(Foreseen::Unrehearsed { reason }) => (None, Some(reason.as_str())),
        None => (None, None),
    };
    let items = plan.items.iter().map(|item| match item {
        Item::Step(step) => PlanItem::Step(plan_step(step)),
        Item::Gate(gate) => PlanItem::Gate(plan_gate(gate)),
    });
    let body = Body {
        direction: plan.direction.as_str(),
        fingerprint: plan.fingerprint().to_string(),
        steps: plan.step_count(),
        items: items.collect(),
        restamps: plan.restamps.iter().map(plan_restamp).collect(),
        skipped_gates: plan.skipped_gates.iter().map(plan_gate).collect(),
        losses,
        not_rehearsed,
    };
    document(command, outcome, body)
}

fn plan_step(step: &Step) -> PlanStep<'_> {
    let hazards =
        step.hazards.iter().map(|hazard| PlanHazard { kind: hazard.as_str(), message: hazard.to_string() });
    PlanStep {
        phase: &step.phase,
        track: step.track.as_str(),
        version: step.migration.version.as_str(),
        label: &step.migration.label,
        direction: step.direction.as_str(),
        path: step.script.path.as_ref().map(|path| path.display().to_string()),
        from_run: step.from_run,
        transactional: step.script.transactional,
        statements_done: step.start.statements_done,
        checksum: step.script.checksum.as_str(),
        hazards: hazards.collect(),
        sql: &step.script.sql,
    }
}

fn plan_restamp(restamp: &Restamp) -> PlanRestamp<'_> {
    PlanRestamp {
        track: restamp.track.as_str(),
        version: restamp.migration.version.as_str(),
        label: &restamp.migration.label,
    }
}

fn plan_gate(gate: &Gate) -> PlanGate<'_> {
    PlanGate { phase: &gate.phase, checks: &gate.checks }
}
