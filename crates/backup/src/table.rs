//! The rows of one table, from a backup back into the database that is in use.

use std::io::Write as _;

use crosstrack_database::{Database, QueryError, Session, quote_literal};

use crate::child::Child;
use crate::contents;
use crate::error::BackupError;
use crate::folder;
use crate::manifest::Form;
use crate::restore::{Restore, words};

/// Puts the rows of a table back as they were, in one transaction: those that are there go. Gives how many there are then.
///
/// The table itself stays as it is, with its indexes and constraints, which the rows have to meet; its own triggers are silent
/// meanwhile. Where other rows would go or change with those that go, because they refer to them or inherit from the table, it is
/// refused.
///
/// # Errors
/// When the table is not there or not in the backup, or the server refuses. Then nothing is changed.
pub async fn restore_table(restore: &Restore<'_>, table: &str) -> Result<u64, BackupError> {
    let manifest = folder::check(restore.backup)?;
    if manifest.form != Form::Custom || manifest.schema_only {
        let reason = "one table is restored from a custom backup with rows";
        return Err(BackupError::Unsuitable { path: restore.backup.to_owned(), reason });
    }
    let connection = &restore.connection;
    let (database, _) = Database::connect(connection.target.clone(), restore.application.to_owned()).await?;
    let session = database.session("restore").await?;
    let Some(name) = contents::find_table(&session, table).await? else {
        let place = format!("the database `{}`", connection.target.database);
        return Err(BackupError::NoTable { table: table.to_owned(), place });
    };
    let Some(expected) = manifest.rows.iter().find(|rows| rows.table == name) else {
        return Err(BackupError::NoTable {
            table: name,
            place: format!("the backup `{}`", restore.backup.display()),
        });
    };
    check_alone(&session, &name).await?;
    let triggers = triggers(&session, &name).await?;
    let script = script(restore, (&name, expected.rows), &triggers).await?;
    let child = Child {
        name: "psql",
        program: restore.programs.program("psql"),
        arguments: words(&[
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--no-password",
            "--single-transaction",
        ])
        .chain(["--file".into(), script.path().into()])
        .collect(),
        input: None,
        writes: None,
    };
    child.run(connection, &mut |_| {}).await?;
    Ok(expected.rows)
}

/// Refuses a table whose rows others depend on in a way that would change them, too.
async fn check_alone(session: &Session, name: &str) -> Result<(), BackupError> {
    let table = format!("{}::regclass", quote_literal(name));
    let sql = format!(
        "SELECT format('the foreign key %I of %s', conname, conrelid::regclass) AS what FROM pg_constraint \
         WHERE contype = 'f' AND confrelid = {table} AND conrelid <> confrelid AND confdeltype IN ('c', 'n', 'd') \
         UNION ALL SELECT format('the table %s, which inherits from it', inhrelid::regclass) FROM pg_inherits WHERE inhparent = {table}"
    );
    let rows = session.rows("look what depends on the rows of a table", &sql).await?;
    let others = rows.iter().map(|row| row.text("what").map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
    if others.is_empty() { Ok(()) } else { Err(BackupError::NotAlone { table: name.to_owned(), others }) }
}

/// The triggers of the table that fire, as SQL text.
async fn triggers(session: &Session, name: &str) -> Result<Vec<String>, QueryError> {
    let sql = format!(
        "SELECT quote_ident(tgname) AS name FROM pg_trigger WHERE tgrelid = {}::regclass AND NOT tgisinternal AND tgenabled = 'O'",
        quote_literal(name)
    );
    let rows = session.rows("list the triggers of a table", &sql).await?;
    rows.iter().map(|row| row.text("name").map(str::to_owned)).collect()
}

/// What `psql` runs: the rows that are there go, and those of the backup come.
async fn script(
    restore: &Restore<'_>,
    (name, rows): (&str, u64),
    triggers: &[String],
) -> Result<tempfile::NamedTempFile, BackupError> {
    let path = || restore.backup.to_owned();
    let failed = |source| BackupError::File { what: "read", path: path(), source };
    let expected = rows;
    let switch = |word: &str| -> String {
        triggers.iter().map(|trigger| format!("ALTER TABLE {name} {word} TRIGGER {trigger};\n")).collect()
    };
    let mut script = tempfile::NamedTempFile::new().map_err(failed)?;
    let head = format!(
        "LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE;\n{}DELETE FROM ONLY {name};\n",
        switch("DISABLE")
    );
    script.write_all(head.as_bytes()).map_err(failed)?;
    script.flush().map_err(failed)?;
    let rows = tempfile::NamedTempFile::new().map_err(failed)?;
    let (schema, table) = split(name);
    let child = Child {
        name: "pg_restore",
        program: restore.programs.program("pg_restore"),
        arguments: words(&["--data-only", "--no-password"])
            .chain([
                format!("--schema={schema}").into(),
                format!("--table={table}").into(),
                "--file".into(),
                rows.path().into(),
                restore.backup.into(),
            ])
            .collect(),
        input: None,
        writes: None,
    };
    child.run(&restore.connection, &mut |_| {}).await?;
    let mut from = std::fs::File::open(rows.path()).map_err(failed)?;
    std::io::copy(&mut from, script.as_file_mut()).map_err(failed)?;
    // Counted before it is committed.
    let tail = format!(
        "\nDO $check$ BEGIN IF (SELECT count(*) FROM ONLY {name}) <> {expected} THEN \
         RAISE EXCEPTION 'the backup does not have the % rows that its manifest says', {expected}; END IF; END $check$;\n{}",
        switch("ENABLE")
    );
    script.write_all(tail.as_bytes()).map_err(failed)?;
    script.flush().map_err(failed)?;
    Ok(script)
}

/// Schema and table of SQL text, without quotes, as `pg_restore` wants them.
fn split(name: &str) -> (String, String) {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut is_quoted = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                part.push('"');
                characters.next();
            }
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => parts.push(std::mem::take(&mut part)),
            other => part.push(other),
        }
    }
    parts.push(part);
    let table = parts.pop().unwrap_or_default();
    (parts.pop().unwrap_or_default(), table)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_name_is_split_at_the_dot_that_is_no_part_of_it() {
        for (name, schema, table) in [
            ("public.users", "public", "users"),
            ("\"My Schema\".\"a.b\"", "My Schema", "a.b"),
            ("public.\"a\"\"b\"", "public", "a\"b"),
        ] {
            assert_eq!(split(name), (schema.to_owned(), table.to_owned()));
        }
    }
}
