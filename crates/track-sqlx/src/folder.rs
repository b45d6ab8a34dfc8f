//! An sqlx folder: flat files, `<version>_<name>.sql`, `.up.sql` and `.down.sql`.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use crosstrack_model::{Directives, Migration, Script, Version};
use crosstrack_settings::TrackSettings;
use crosstrack_track::{
    DiscoverError, Folder, Item, NewFile, NewMigration, NewScript, in_order, plain_timestamp, with_directives,
};

use crate::checksum::{acceptable, from_hexadecimal};

const DOWN: &str = ".down.sql";

/// How a script begins that runs outside of a transaction.
const NO_TRANSACTION: &str = "-- no-transaction";

/// How a file's name may end: the longest first, for they end alike.
const ENDINGS: [&str; 3] = [DOWN, ".up.sql", ".sql"];

/// A file of the folder that sqlx would take.
struct File<'a> {
    version: i64,
    label: &'a str,
    is_down: bool,
    name: &'a str,
}

/// Reads the migrations of a track's folder, in sqlx's order: by the version as a number.
pub(crate) fn discover(track: &TrackSettings) -> Result<Vec<Migration>, DiscoverError> {
    let folder = Folder { path: &track.path, shown: &track.shown_path };
    let items = folder.items()?;
    let mut files = Vec::new();
    for item in &items {
        files.extend(file(&folder, item)?);
    }
    let (backward, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.is_down);
    let is_diesel = |item: &Item| !item.is_file && folder.has_file(&format!("{}/up.sql", item.name));
    if files.is_empty() && items.iter().any(is_diesel) {
        let path = track.shown_path.clone();
        return Err(DiscoverError::OtherTool { path, tool: "sqlx", other: "Diesel" });
    }
    let names = files.iter().map(|file| (file.version, file.label)).collect();
    let mut backward_of: HashMap<i64, Vec<&File<'_>>> = HashMap::new();
    for back in &backward {
        backward_of.entry(back.version).or_default().push(back);
    }
    let migrations = files
        .iter()
        .map(|file| {
            let backward = backward_of.get(&file.version).map_or(&[][..], Vec::as_slice);
            with_directives(migration(&folder, file, &ways_back(file, &names, backward), track)?)
        })
        .collect::<Result<_, _>>()?;
    Ok(in_order(migrations))
}

/// The backward scripts of a version, but for those that bear the name of another forward script of it.
///
/// sqlx goes by the version alone, and would run all of them.
fn ways_back<'a>(
    file: &File<'_>,
    names: &HashSet<(i64, &str)>,
    backward: &[&'a File<'a>],
) -> Vec<&'a File<'a>> {
    let is_anothers =
        |back: &File<'_>| back.label != file.label && names.contains(&(back.version, back.label));
    let mut ways_back: Vec<_> = backward.iter().copied().filter(|back| !is_anothers(back)).collect();
    // Its own first.
    ways_back.sort_by_key(|back| back.label != file.label);
    ways_back
}

/// Says what a name is to sqlx. A name without `_` or `.sql` is ignored; a version that is no integer is refused.
fn file<'a>(folder: &Folder<'_>, item: &'a Item) -> Result<Option<File<'a>>, DiscoverError> {
    let name = item.name.as_str();
    let is_file = item.is_file || (item.is_link && folder.has_file(name));
    let Some((version, rest)) = name.split_once('_') else { return Ok(None) };
    let ending = ENDINGS.into_iter().find(|ending| rest.ends_with(ending));
    let Some(ending) = ending.filter(|_| is_file) else { return Ok(None) };
    folder.check_name(item)?;
    let version = version.parse().map_err(|_| DiscoverError::NotAMigration {
        path: folder.shown(name),
        tool: "sqlx",
        expected: "a file here must be named `<version>_<name>.sql`, the version a 64-bit integer",
    })?;
    // sqlx takes an ending away as often as it is there.
    Ok(Some(File { version, label: name.trim_end_matches(ending), is_down: ending == DOWN, name }))
}

fn migration(
    folder: &Folder<'_>,
    file: &File<'_>,
    ways_back: &[&File<'_>],
    track: &TrackSettings,
) -> Result<Migration, DiscoverError> {
    let forward = script(folder, file.name)?;
    let alternate = track.alternate_checksums.get(&file.version.to_string());
    let (_, name) = file.label.split_once('_').unwrap_or(("", file.label));
    Ok(Migration {
        version: Version::number(file.version),
        name: name.replace('_', " "),
        label: file.label.to_owned(),
        ledger_checksums: acceptable(&forward.sql, &track.ignored_characters),
        forward,
        backward: ways_back.first().map(|own| script(folder, own.name)).transpose()?,
        second_backward: ways_back.get(1).map(|second| folder.shown(second.name)),
        directives: Directives::default(),
        alternate_checksums: alternate.into_iter().flatten().map(|digits| from_hexadecimal(digits)).collect(),
    })
}

fn script(folder: &Folder<'_>, name: &str) -> Result<Script, DiscoverError> {
    let sql = folder.read(name)?;
    // sqlx looks at the file's first bytes and nowhere else.
    let transactional = !sql.starts_with(NO_TRANSACTION);
    Ok(Script::new(Some(folder.shown(name)), sql, transactional))
}

/// A reversible pair. Where the folder counts its versions, the next number; elsewhere the moment.
pub(crate) fn template(request: &NewMigration<'_>) -> Vec<NewFile> {
    let newest = request.existing.last().and_then(|newest| newest.version.as_number());
    let version = match newest {
        // As `sqlx migrate add` does: versions that count cannot be moments.
        Some(newest) if newest < 1_000_000 => (newest + 1).to_string(),
        newest => plain_timestamp(request.moment, newest),
    };
    let file = |direction: &str, script: Option<NewScript<'_>>| NewFile {
        path: PathBuf::from(format!("{version}_{}.{direction}.sql", request.name)),
        text: match script {
            None => format!("-- Add {direction} migration script here\n"),
            Some(NewScript { text, is_transactional: true }) => text.to_owned(),
            Some(NewScript { text, .. }) => format!("{NO_TRANSACTION}\n{text}"),
        },
    };
    let scripts = request.scripts;
    vec![
        file("up", scripts.map(|scripts| scripts.forward)),
        file("down", scripts.map(|scripts| scripts.back)),
    ]
}
