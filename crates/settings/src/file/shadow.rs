//! `[shadow]`: where migrations are tried, and what is there before the first of them.
//!
//! It must not ask whether the files are there: the command that runs them names a missing one.

use std::path::PathBuf;

use super::Context;
use crate::document::{Node, Read};
use crate::mistake::Problem;

const KEYS: [&str; 4] = ["url", "server", "prepare", "data"];

/// The words of `server`.
const SERVERS: [&str; 2] = ["private", "target"];

/// Where shadow databases are made, as the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum DeclaredPlace {
    /// A private server, started on demand.
    #[default]
    Private,
    /// The server of this URL.
    Url(String),
    /// The server of the target database.
    Target,
}

/// What the file says of the shadow server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeclaredShadow {
    pub(crate) place: DeclaredPlace,
    pub(crate) prepare: Vec<PathBuf>,
    pub(crate) data: Option<PathBuf>,
}

pub(super) fn read(node: Option<Node<'_>>, context: Context<'_>) -> Read<DeclaredShadow> {
    let Some(node) = node else { return Ok(DeclaredShadow::default()) };
    let table = node.table("`[shadow]`".to_owned(), &KEYS)?;
    let server = table.get("server").map(|node| node.word("shadow server", &SERVERS)).transpose()?;
    let place = match (table.get("url"), server) {
        (Some(node), Some(_)) => {
            return Err(node.mistake(Problem::ExclusiveKeys { key: "url", other: "server" }));
        }
        (Some(node), None) => DeclaredPlace::Url(node.text()?.to_owned()),
        (None, Some("target")) => DeclaredPlace::Target,
        (None, _) => DeclaredPlace::Private,
    };
    let nodes = table.get("prepare").map(|node| node.list()).transpose()?.unwrap_or_default();
    let file = |node: &Node<'_>| Ok(context.root.join(node.text()?));
    Ok(DeclaredShadow {
        place,
        prepare: nodes.iter().map(file).collect::<Read<_>>()?,
        data: table.get("data").as_ref().map(file).transpose()?,
    })
}
