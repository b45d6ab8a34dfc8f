//! The properties that a shadow database takes over from the target: version, encoding, locale, settings, user, and the roles that own something.
//!
//! The target is only read, in a transaction in which its server refuses a write.

use crosstrack_database::{QueryError, Reader, Row, assignment, quote_literal};

/// The properties that a shadow database takes over from the target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Surroundings {
    /// The major version of the target's server.
    pub(crate) major: Option<u32>,
    /// The moment at which the target's server started: no two servers share it.
    pub(crate) started: String,
    /// The role that migrates the target: its user, or the owner of the audit log where that user may not write it.
    pub(crate) user: Option<String>,
    /// The options of `CREATE DATABASE`.
    pub(crate) options: String,
    /// The settings that the server gives each session of that role in this database, as `"name" TO 'value'`, and the target's version.
    pub(crate) settings: Vec<String>,
    /// The roles that own something in the database or have privileges there.
    pub(crate) roles: Vec<String>,
}

/// The columns that describe a locale differ from version to version: one that a version does not have is null here.
const DESCRIBE: &str = "
SELECT current_setting('server_version_num') AS version, pg_postmaster_start_time()::text AS started,
    pg_encoding_to_char(d.encoding) AS encoding, d.datcollate, d.datctype, to_jsonb(d)->>'datlocprovider' AS provider,
    coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale') AS locale, to_jsonb(d)->>'daticurules' AS rules
FROM pg_database d WHERE d.datname = current_database()";

/// A role that may only read has not run the migrations: the owner of the audit log has.
const USER: &str = "
SELECT coalesce(owner, current_user) AS name, coalesce(owner, session_user) AS login
FROM (SELECT 1) AS one LEFT JOIN (SELECT pg_get_userbyid(c.relowner) AS owner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'crosstrack' AND c.relname = 'run' AND NOT has_table_privilege(c.oid, 'INSERT')) AS journal ON true";

/// The settings that every session of a role in this database begins with; the role's own come last and count.
const SETTINGS: &str = "
SELECT split_part(setting, '=', 1) AS name, substr(setting, strpos(setting, '=') + 1) AS value
FROM pg_db_role_setting s, unnest(s.setconfig) AS setting
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = $role)) AND (s.setdatabase, s.setrole) <> (0, 0)
ORDER BY s.setrole = 0 DESC, s.setdatabase = 0 DESC";

/// The setting by which the catalog of a newer server is read as the target's version would have it.
const TARGET_VERSION: &str = "crosstrack.target_version";

/// Settings that say how long a session may work, and as which role: they make no other schema, and would keep a shadow database from
/// being filled. Libraries are those of the target's machine.
const LEFT_OUT: [&str; 13] = [
    "default_transaction_deferrable",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "local_preload_libraries",
    "lock_timeout",
    "role",
    "session_authorization",
    "session_preload_libraries",
    "session_replication_role",
    "statement_timeout",
    "transaction_timeout",
];

/// Owners, grantees and the roles of policies, by <https://www.postgresql.org/docs/current/catalog-pg-shdepend.html>, and the owners that
/// are not recorded there because they cannot be dropped.
const ROLES: &str = "
WITH own AS (SELECT oid, datdba FROM pg_database WHERE datname = current_database())
SELECT DISTINCT r.rolname AS name FROM pg_roles r, own WHERE r.rolname !~ '^pg_' AND (r.oid IN (own.datdba, 10) OR EXISTS (
    SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
    AND (d.dbid = own.oid OR d.dbid = 0 AND d.classid = 'pg_database'::regclass AND d.objid = own.oid)))
ORDER BY 1";

impl Surroundings {
    /// Reads them in one snapshot.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub(crate) async fn read(reader: &mut Reader) -> Result<Self, QueryError> {
        let purpose = "describe the target database";
        let snapshot = reader.snapshot();
        let rows = snapshot.rows(purpose, DESCRIBE).await?;
        let users = snapshot.rows(purpose, USER).await?;
        let [user, login] =
            ["name", "login"].map(|column| users.first().map_or(Ok(""), |row| row.text(column)));
        let settings = SETTINGS.replace("$role", &quote_literal(login?));
        let settings = snapshot.rows(purpose, &settings).await?;
        let roles = snapshot.rows(purpose, ROLES).await?;
        snapshot.end().await?;
        let Some(row) = rows.first() else { return Ok(Self::default()) };
        let setting = |row: &Row| Ok(assignment(row.text("name")?, row.text("value")?));
        let is_kept = |row: &&Row| row.text("name").is_ok_and(|name| !is_left_out(name));
        let role = |row: &Row| Ok(row.text("name")?.to_owned());
        let major = row.number::<u32>("version")? / 10_000;
        let mut settings =
            settings.iter().filter(is_kept).map(setting).collect::<Result<Vec<_>, QueryError>>()?;
        settings.push(assignment(TARGET_VERSION, &major.to_string()));
        Ok(Self {
            major: Some(major),
            started: row.text("started")?.to_owned(),
            user: Some(user?.to_owned()),
            options: options(row)?,
            settings,
            roles: roles.iter().map(role).collect::<Result<_, QueryError>>()?,
        })
    }
}

fn is_left_out(setting: &str) -> bool {
    LEFT_OUT.iter().any(|name| name.eq_ignore_ascii_case(setting))
}

/// By the options of <https://www.postgresql.org/docs/current/sql-createdatabase.html>.
fn options(row: &Row) -> Result<String, QueryError> {
    let mut options = String::new();
    let mut option = |name: &str, value: &str| options += &format!(" {name} {}", quote_literal(value));
    option("ENCODING", row.text("encoding")?);
    option("LC_COLLATE", row.text("datcollate")?);
    option("LC_CTYPE", row.text("datctype")?);
    if let (Some(provider @ ("i" | "b")), Some(locale)) = (row.optional("provider")?, row.optional("locale")?)
    {
        option("LOCALE_PROVIDER", if provider == "i" { "icu" } else { "builtin" });
        option(if provider == "i" { "ICU_LOCALE" } else { "BUILTIN_LOCALE" }, locale);
    }
    if let Some(rules) = row.optional("rules")? {
        option("ICU_RULES", rules);
    }
    Ok(options)
}
