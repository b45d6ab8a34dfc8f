//! The table of rules: how each kind is written as SQL, a file for each kind or family.
//!
//! By the pages of <https://www.postgresql.org/docs/current/sql-commands.html>. A rule knows its kind only; what comes before what is
//! not its affair.

pub(crate) mod aggregate;
pub(crate) mod collation;
pub(crate) mod column;
mod column_type;
pub(crate) mod comment;
pub(crate) mod composite_type;
pub(crate) mod constraint;
pub(crate) mod default;
pub(crate) mod default_grant;
pub(crate) mod domain;
pub(crate) mod enum_type;
pub(crate) mod extension;
pub(crate) mod foreign;
pub(crate) mod grant;
pub(crate) mod index;
pub(crate) mod operator;
mod owner;
pub(crate) mod policy;
pub(crate) mod publication;
pub(crate) mod range_type;
pub(crate) mod routine;
pub(crate) mod schema;
pub(crate) mod sequence;
pub(crate) mod statistics;
mod storage;
pub(crate) mod table;
pub(crate) mod text_search;
pub(crate) mod trigger;
pub(crate) mod type_aside;
pub(crate) mod type_change;
pub(crate) mod view;
