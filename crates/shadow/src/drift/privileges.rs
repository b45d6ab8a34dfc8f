//! Owners and grants: the roles of one server are not those of another, so they are compared only when somebody asks.
//!
//! Must not decide whether somebody did.

use crosstrack_catalog::{Change, Id, Kind};

/// Whether a difference is one of owners or grants.
pub(crate) fn is_about_privileges(id: &Id, change: &Change) -> bool {
    matches!(id.kind, Kind::Grant | Kind::DefaultGrant)
        || matches!(change, Change::Changed { attribute, .. } if attribute == "owner")
}
