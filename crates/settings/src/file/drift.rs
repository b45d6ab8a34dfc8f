//! `[drift]`: what of a database is somebody else's.
//!
//! It must not look for the things: names may mean nothing yet, or nothing any more.

use crate::document::{Node, Read};
use crate::mistake::Problem;
use crate::settings::DriftSettings;

const KEYS: [&str; 1] = ["ignore"];

pub(super) fn read(node: Option<Node<'_>>) -> Read<DriftSettings> {
    let Some(node) = node else { return Ok(DriftSettings::default()) };
    let table = node.table("`[drift]`".to_owned(), &KEYS)?;
    let nodes = table.get("ignore").map(|node| node.list()).transpose()?.unwrap_or_default();
    let mut ignore: Vec<String> = Vec::new();
    for node in &nodes {
        let name = node.text()?.to_owned();
        if ignore.contains(&name) {
            return Err(node.mistake(Problem::RepeatedWord { key: "ignore".to_owned(), word: name }));
        }
        ignore.push(name);
    }
    Ok(DriftSettings { ignore })
}
