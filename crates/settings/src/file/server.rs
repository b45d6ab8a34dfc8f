//! `[server]`: the development server.
//!
//! It must not ask whether the folders are there: the server makes them, and binaries differ from machine to machine.

use super::Context;
use crate::document::{Node, Read};
use crate::settings::ServerSettings;

const KEYS: [&str; 3] = ["pg_bin", "source", "data"];

pub(super) fn read(node: Option<Node<'_>>, context: Context<'_>) -> Read<ServerSettings> {
    let Some(node) = node else { return Ok(ServerSettings::default()) };
    let table = node.table("`[server]`".to_owned(), &KEYS)?;
    let text = |key| table.get(key).map(|node| node.text()).transpose();
    Ok(ServerSettings {
        pg_bin: text("pg_bin")?.map(|folder| context.root.join(folder)),
        source: text("source")?.map(str::to_owned),
        data: text("data")?.map(|folder| context.root.join(folder)),
    })
}
