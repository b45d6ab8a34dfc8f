//! What makes the journal append-only: triggers that let a row be added and an open one be closed, and refuse everything else.
//!
//! They hold against everybody but the owner of the tables, who could drop them, and cost a run nothing: the server decides by the
//! statement's words and by the row's outcome, and no function is called for what is allowed. Programs that know nothing of them write
//! the journal as before, so they are no new format: an older program can still take back what a newer one applied.

/// The triggers that have to be there.
const TRIGGERS: &str = "'append_only', 'closed_stays'";

/// The statements that make the triggers. Each may be run again.
pub(super) const GUARD: &str = "
CREATE OR REPLACE FUNCTION crosstrack.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $refuse$
BEGIN
    RAISE EXCEPTION 'the journal is only added to: % of crosstrack.% is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$refuse$;
DROP TRIGGER IF EXISTS append_only ON crosstrack.run;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE OR UPDATE OF id, command, environment, actor, host, git_commit, tool_version,
    application, database_user, plan, started_at
    ON crosstrack.run FOR EACH STATEMENT EXECUTE FUNCTION crosstrack.refuse_change();
DROP TRIGGER IF EXISTS closed_stays ON crosstrack.run;
CREATE TRIGGER closed_stays AFTER UPDATE ON crosstrack.run
    FOR EACH ROW WHEN (OLD.outcome <> 'running') EXECUTE FUNCTION crosstrack.refuse_change();
DROP TRIGGER IF EXISTS append_only ON crosstrack.step;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE OR UPDATE OF id, run, track, version, label, direction, checksum, transactional,
    statements, started_at, backward, backward_transactional
    ON crosstrack.step FOR EACH STATEMENT EXECUTE FUNCTION crosstrack.refuse_change();
DROP TRIGGER IF EXISTS closed_stays ON crosstrack.step;
CREATE TRIGGER closed_stays AFTER UPDATE ON crosstrack.step
    FOR EACH ROW WHEN (OLD.outcome <> 'intent') EXECUTE FUNCTION crosstrack.refuse_change();
";

/// An expression that is true when all triggers are there and at work.
pub(crate) fn is_guarded() -> String {
    format!(
        "(SELECT count(*) FROM pg_trigger WHERE tgrelid IN (to_regclass('crosstrack.run'), to_regclass('crosstrack.step')) \
         AND tgname IN ({TRIGGERS}) AND tgenabled <> 'D') = 4"
    )
}

/// An expression that is true when the triggers are missing and this user can make them: it owns the journal, or there is none yet,
/// and the language that triggers are written in is there.
pub(crate) fn wants_guard() -> String {
    format!(
        "NOT {is_guarded} AND EXISTS (SELECT FROM pg_language WHERE lanname = 'plpgsql' AND has_language_privilege(oid, 'USAGE')) \
         AND NOT EXISTS (SELECT FROM pg_class WHERE oid IN (to_regclass('crosstrack.run'), to_regclass('crosstrack.step')) \
         AND NOT (pg_has_role(relowner, 'USAGE') AND has_schema_privilege(relnamespace, 'CREATE')))",
        is_guarded = is_guarded()
    )
}
