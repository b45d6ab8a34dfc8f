//! Roles of the shadow server: the user of its databases, and those of the target that are only names there.
//!
//! It must not change a role that it has not created, but for the user's own on a private server.

use std::collections::BTreeSet;

use crosstrack_database::{Database, QueryError, Session, quote_identifier, quote_literal};

use crate::error::ShadowError;

/// The role of the target's user, so that owners, `"$user"` and grants are as they are there. It may do anything: what it may not do on the
/// target, `up` finds out there.
pub(crate) async fn create_user(admin: &Database, user: &str) -> Result<(), ShadowError> {
    let session = admin.session("shadow").await.map_err(ShadowError::Connect)?;
    let purpose = "create a role on the shadow server";
    let sql = format!("CREATE ROLE {} SUPERUSER LOGIN", quote_identifier(user));
    match session.rows(purpose, &sql).await {
        Ok(_) => Ok(()),
        Err(error) if is_duplicate(&error) => enable_user(&session, user).await.map_err(ShadowError::Refused),
        Err(error) => Err(ShadowError::Refused(error)),
    }
}

/// For another command the role may have been the name of an owner only.
async fn enable_user(session: &Session, user: &str) -> Result<(), QueryError> {
    let purpose = "enable a role on the shadow server";
    let is_enabled = format!(
        "SELECT rolsuper AND rolcanlogin AS is_enabled FROM pg_roles WHERE rolname = {}",
        quote_literal(user)
    );
    let rows = session.rows(purpose, &is_enabled).await?;
    if rows.first().map_or(Ok(true), |row| row.truth("is_enabled"))? {
        return Ok(());
    }
    let sql = format!("ALTER ROLE {} SUPERUSER LOGIN", quote_identifier(user));
    match session.rows(purpose, &sql).await {
        Err(error) if error.is_broken_connection() => Err(error),
        // Another command may do the same at this moment; one that did not is found when the role signs in.
        _ => Ok(()),
    }
}

/// `duplicate_object`, and the same when two commands create it at once.
pub(crate) fn is_duplicate(error: &QueryError) -> bool {
    error.server_error().is_some_and(|server| matches!(server.code.as_str(), "42710" | "23505"))
}

pub(crate) async fn create_roles(session: &Session, roles: &[String]) -> Result<(), QueryError> {
    let purpose = "create the target's roles on the shadow server";
    let there = session.rows(purpose, "SELECT rolname AS name FROM pg_roles").await?;
    let there: Vec<&str> = there.iter().map(|row| row.text("name")).collect::<Result<_, _>>()?;
    for role in roles.iter().filter(|role| !there.contains(&role.as_str())) {
        match create_stand_in(session, role).await {
            Err(error) if error.is_broken_connection() => return Err(error),
            // Another command may be faster, and without the right a statement that names the role says so.
            _ => {}
        }
    }
    Ok(())
}

/// The comment on a role that is only the name of one of the target.
const STAND_IN: &str = "created by crosstrack: the name of a role of another server";

/// Creates a role that is only a name.
pub(crate) async fn create_stand_in(session: &Session, role: &str) -> Result<(), QueryError> {
    let purpose = "create a role on the shadow server";
    let role = quote_identifier(role);
    session.rows(purpose, &format!("CREATE ROLE {role} NOLOGIN")).await?;
    let comment = format!("COMMENT ON ROLE {role} IS {}", quote_literal(STAND_IN));
    session.rows(purpose, &comment).await.map(drop)
}

/// Drops those of the roles that are only names, for the scripts create them.
pub(crate) async fn drop_stand_ins(session: &Session, roles: &BTreeSet<String>) -> Result<(), QueryError> {
    let purpose = "drop the names of roles that the scripts create";
    let sql = format!(
        "SELECT rolname AS name FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = {}",
        quote_literal(STAND_IN)
    );
    for row in session.rows(purpose, &sql).await? {
        let role = row.text("name")?;
        if roles.contains(role) {
            // One that an object of another database needs stays, and the script says so.
            drop(session.rows(purpose, &format!("DROP ROLE IF EXISTS {}", quote_identifier(role))).await);
        }
    }
    Ok(())
}
