//! Whether the journal can be written, and whether it is append-only.

use crosstrack_database::{QueryError, Row, quote_identifier};
use crosstrack_engine::check_journal;

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

pub(crate) struct Journal;

impl Check for Journal {
    fn name(&self) -> &'static str {
        "journal"
    }

    fn sql(&self, _: &Ground<'_>) -> String {
        let may = |table: &str| {
            let privileges = ["SELECT", "INSERT", "UPDATE"];
            let privileges =
                privileges.map(|one| format!("has_any_column_privilege(to_regclass('{table}'), '{one}')"));
            format!("CASE WHEN to_regclass('{table}') IS NOT NULL THEN {} END", privileges.join(" AND "))
        };
        format!(
            "SELECT current_user AS user_name, {} AND {} AS may_write",
            may("crosstrack.run"),
            may("crosstrack.step")
        )
    }

    fn judge(&self, rows: &[Row], ground: &Ground<'_>) -> Result<Judgement, QueryError> {
        let (Some(row), Some(inspection)) = (rows.first(), ground.inspection) else {
            return Ok(Judgement::skipped("the database could not be inspected"));
        };
        let user = quote_identifier(row.text("user_name")?);
        if let Err(error) = check_journal(inspection) {
            return Ok(Judgement::failed(error.to_string()).remedy(if inspection.server.finds_journal_by_search_path {
                format!("use a role of another name, or give this one another path: `ALTER ROLE {user} SET search_path = public`")
            } else {
                "use the version of crosstrack that the last run used, or a newer one".to_owned()
            }));
        }
        let journal = &inspection.journal;
        let Some(format) = journal.format else {
            return Ok(Judgement::ok("there is none yet: the first run makes it, the schema `crosstrack`"));
        };
        if !row.truth("may_write")? {
            return Ok(Judgement::failed(format!("the user {user} may not write it, and nothing runs without")).remedy(format!(
                "as its owner: `GRANT USAGE ON SCHEMA crosstrack TO {user}` and `GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN \
                 SCHEMA crosstrack TO {user}`"
            )));
        }
        if !journal.is_guarded {
            return Ok(Judgement::warning("the triggers are missing that make it append-only").remedy(
                "the next run of its owner makes them, where the language is there: `CREATE EXTENSION IF NOT EXISTS plpgsql`",
            ));
        }
        let open = journal.open.len();
        let lost = if open == 0 { String::new() } else { format!("; {open} steps are under way or lost") };
        Ok(Judgement::ok(format!("format {format}, append-only{lost}")))
    }
}
