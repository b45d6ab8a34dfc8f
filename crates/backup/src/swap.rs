//! Databases of one server that change their names: the new one takes the place of the one that is in use.

use crosstrack_database::{QueryError, RUN_LOCK, Row, Session, assignment, quote_identifier, quote_literal};

use crate::error::BackupError;

/// How often the change of names is tried while sessions come and go.
const ATTEMPTS: usize = 10;

/// Whether there is a database of this name.
pub(crate) async fn exists(session: &Session, name: &str) -> Result<bool, QueryError> {
    let sql = format!("SELECT FROM pg_database WHERE datname = {}", quote_literal(name));
    Ok(!session.rows("look for a database", &sql).await?.is_empty())
}

/// Makes an empty database with the encoding and locale of another, and with a comment. Where there is no other, like those that the
/// server makes by itself.
pub(crate) async fn make_like(
    session: &Session,
    (like, name): (&str, &str),
    comment: &str,
) -> Result<(), QueryError> {
    // By its name another restore knows that the database is not left over, before anybody is connected to it.
    let settle = format!(
        "SET statement_timeout TO 0; SET lock_timeout TO 0; SET application_name TO {}",
        quote_literal(name)
    );
    session.rows("settle a session", &settle).await?;
    let options = session.rows("describe a database", &options_query(like)).await?;
    let options = options.first().map_or(Ok(""), |row| row.text("options"))?.to_owned();
    let sql = format!("CREATE DATABASE {} TEMPLATE template0 {options}", quote_identifier(name));
    session.rows("create a database", &sql).await?;
    let mark = format!("COMMENT ON DATABASE {} IS {}", quote_identifier(name), quote_literal(comment));
    session.rows("mark a database that is being restored", &mark).await.map(drop)
}

/// Gives a database the owner, the privileges, the settings and the comment of another, if there is one.
///
/// # Errors
/// When the server refuses or does not answer any more.
pub async fn settle_like(session: &Session, like: &str, name: &str) -> Result<(), QueryError> {
    let uncomment = format!("COMMENT ON DATABASE {} IS NULL", quote_identifier(name));
    session.rows("settle a database", &uncomment).await?;
    for row in session.rows("describe a database", &like_query(like, name)).await? {
        session.rows("settle a database", row.text("statement")?).await?;
    }
    for row in session.rows("describe a database", &settings_query(like)).await? {
        session.rows("settle a database", &setting(name, &row)?).await?;
    }
    Ok(())
}

/// The settings that are stored for a database, and for roles in it.
fn settings_query(like: &str) -> String {
    format!(
        "SELECT g.rolname AS role, split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value FROM pg_database d \
         JOIN pg_db_role_setting s ON s.setdatabase = d.oid LEFT JOIN pg_roles g ON g.oid = s.setrole, unnest(s.setconfig) c \
         WHERE d.datname = {} AND (s.setrole = 0 OR g.rolname IS NOT NULL)",
        quote_literal(like)
    )
}

/// Gives a database one of them. A role without any rights can store a value: each part of it is quoted.
fn setting(database: &str, row: &Row) -> Result<String, QueryError> {
    let database = quote_identifier(database);
    let subject = match row.optional("role")? {
        Some(role) => format!("ROLE {} IN DATABASE {database}", quote_identifier(role)),
        None => format!("DATABASE {database}"),
    };
    Ok(format!("ALTER {subject} SET {}", assignment(row.text("name")?, row.text("value")?)))
}

/// Encoding and locale; a column that a version of the server does not have is null here.
fn options_query(like: &str) -> String {
    format!(
        "SELECT concat_ws(' ', 'ENCODING ' || quote_literal(pg_encoding_to_char(encoding)), \
         'LC_COLLATE ' || quote_literal(datcollate), 'LC_CTYPE ' || quote_literal(datctype), \
         CASE to_jsonb(d) ->> 'datlocprovider' WHEN 'i' THEN 'LOCALE_PROVIDER icu ICU_LOCALE ' \
         || quote_literal(coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale')) \
         WHEN 'b' THEN 'LOCALE_PROVIDER builtin BUILTIN_LOCALE ' || quote_literal(to_jsonb(d) ->> 'datlocale') END) AS options \
         FROM pg_database d WHERE datname = {}",
        quote_literal(like)
    )
}

/// The statements that give a new database what another one has besides what is in it.
fn like_query(like: &str, name: &str) -> String {
    let (like, name) = (quote_literal(like), quote_literal(name));
    format!(
        "WITH d AS (SELECT * FROM pg_database WHERE datname = {like}) \
         SELECT format('ALTER DATABASE %I OWNER TO %I', {name}, r.rolname) AS statement FROM d JOIN pg_roles r ON r.oid = d.datdba \
         WHERE r.rolname <> current_user \
         UNION ALL SELECT format('ALTER DATABASE %I CONNECTION LIMIT %s', {name}, datconnlimit) FROM d WHERE datconnlimit <> -1 \
         UNION ALL SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', {name}) FROM d WHERE datacl IS NOT NULL \
         UNION ALL SELECT format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, {name}, \
         CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(g.rolname) END, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
         FROM d, aclexplode(d.datacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee WHERE a.grantee = 0 OR g.rolname IS NOT NULL \
         UNION ALL SELECT format('COMMENT ON DATABASE %I IS %L', {name}, shobj_description(oid, 'pg_database')) FROM d \
         WHERE shobj_description(oid, 'pg_database') IS NOT NULL"
    )
}

/// Gives a new database the name that is wanted. The one that has it until then gets another name, which is given back; both change
/// in one transaction. Whoever is connected to it is sent away.
pub(crate) async fn give_name(
    session: &Session,
    (made, wanted): (&str, &str),
) -> Result<Option<String>, BackupError> {
    if !exists(session, wanted).await? {
        session.rows("rename a database", &rename(made, wanted)).await?;
        return Ok(None);
    }
    check_no_run(session, wanted).await?;
    let moment = jiff::Timestamp::now().strftime("%Y%m%d%H%M%S");
    let former = format!("{}_before_{moment}", &wanted[..wanted.floor_char_boundary(38)]);
    let swap = format!("BEGIN; {}; {}; COMMIT", rename(wanted, &former), rename(made, wanted));
    for attempt in 1.. {
        send_away(session, &[wanted, made]).await?;
        match session.rows("change the names of databases", &swap).await {
            Ok(_) => break,
            Err(error) => {
                session.rows("give up a transaction", "ROLLBACK").await?;
                let is_used = error.server_error().is_some_and(|server| server.code == "55006");
                if !is_used || attempt == ATTEMPTS {
                    return Err(error.into());
                }
            }
        }
    }
    Ok(Some(former))
}

fn rename(from: &str, to: &str) -> String {
    format!("ALTER DATABASE {} RENAME TO {}", quote_identifier(from), quote_identifier(to))
}

async fn send_away(session: &Session, databases: &[&str]) -> Result<(), QueryError> {
    let names: Vec<String> = databases.iter().map(|name| quote_literal(name)).collect();
    let sql = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ({}) AND pid <> pg_backend_pid()",
        names.join(", ")
    );
    session.rows("send away who is connected", &sql).await.map(drop)
}

/// Refuses when a run is under way in a database.
pub(crate) async fn check_no_run(session: &Session, database: &str) -> Result<(), BackupError> {
    let sql = format!(
        "SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = {} AND l.locktype = 'advisory' \
         AND l.granted AND (l.classid::bigint << 32) + l.objid::bigint = {RUN_LOCK}",
        quote_literal(database)
    );
    let is_free = session.rows("look for a run", &sql).await?.is_empty();
    if is_free { Ok(()) } else { Err(BackupError::Locked { name: database.to_owned() }) }
}
