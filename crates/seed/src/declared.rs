//! What `seeds.toml` says: for each file its table, its key, and what is special about its columns.
//!
//! It must not look at the rows, nor at a database.

use std::path::{Path, PathBuf};

use crosstrack_settings::{Document, Node, Problem, Read, Table};

/// A file of rows, as it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The file's name in the folder.
    pub file: String,
    /// The file, absolute.
    pub path: PathBuf,
    /// The file as people write it, from the root of the project.
    pub shown: PathBuf,
    /// How its rows are written.
    pub format: Format,
    /// The table that it fills: a name, or `schema.name`.
    pub table: String,
    /// By what a row is known: columns or expressions, as a unique index of the table has them. Empty for SQL.
    pub key: Vec<String>,
    /// Whether `--check` misses its rows.
    pub required: bool,
    /// The columns that hold test passwords.
    pub passwords: Vec<String>,
    /// The columns that get a number in the copies that `--scale` makes. Empty: it makes none.
    pub numbered: Vec<String>,
}

/// How the rows of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// A list of objects.
    Json,
    /// Statements.
    Sql,
}

/// The endings of files of rows.
pub(crate) const ENDINGS: [&str; 3] = ["csv", "json", "sql"];

impl Format {
    /// The format of a file, by its ending.
    pub(crate) fn of(file: &str) -> Option<Self> {
        match Path::new(file).extension()?.to_str()? {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "sql" => Some(Self::Sql),
            _ => None,
        }
    }
}

const KEYS: [&str; 7] = ["file", "from", "table", "key", "required", "passwords", "scale"];

/// Where the files are, on disk and in messages.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a Path,
    pub(crate) shown: &'a Path,
}

/// Reads the declarations, in the order of the files' names.
pub(crate) fn read(document: &Document, place: Place<'_>) -> Read<Vec<Seed>> {
    let tree = document.parse()?;
    let root = document.root(&tree, &["seed"])?;
    let Some(entries) = root.get("seed") else { return Ok(Vec::new()) };
    let mut seeds: Vec<Seed> = Vec::new();
    for table in entries.tables(&KEYS)? {
        let file = table.required("file")?;
        let seed = seed(&table, &file, place)?;
        if seeds.iter().any(|other| other.file == seed.file) {
            return Err(file.mistake(Problem::RepeatedWord { key: "[[seed]]".into(), word: seed.file }));
        }
        seeds.push(seed);
    }
    seeds.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(seeds)
}

fn seed(table: &Table<'_>, node: &Node<'_>, place: Place<'_>) -> Read<Seed> {
    let file = node.text()?.to_owned();
    let (format, named_table) = name(node, &file)?;
    let from = table.get("from").map(|node| environment(&node)).transpose()?;
    let (path, shown) = (beside(place.path, from).join(&file), beside(place.shown, from).join(&file));
    // What is there and no regular file is refused where it is read.
    if !path.exists() {
        return Err(node.mistake(Problem::MissingFile { path: shown }));
    }
    let is_sql = format == Format::Sql;
    let seed = Seed {
        path,
        shown,
        format,
        table: table.get("table").map_or(Ok(named_table), |node| table_name(&node))?,
        key: if is_sql { Vec::new() } else { texts(&table.required("key")?, "key")? },
        required: table.get("required").map_or(Ok(false), |node| node.truth())?,
        passwords: optional_texts(table, "passwords")?,
        numbered: optional_texts(table, "scale")?,
        file,
    };
    for key in ["key", "passwords", "scale"] {
        if is_sql && let Some(node) = table.get(key) {
            let hint = "an SQL file says itself what happens to rows that are there: `ON CONFLICT`";
            let problem =
                Problem::UnknownKey { key: key.into(), table: "a `[[seed]]` of an SQL file".into() };
            return Err(node.mistake_with(problem, Some(hint.into())));
        }
    }
    Ok(seed)
}

/// The folder of another environment, which has the file.
fn environment<'d>(node: &Node<'d>) -> Read<&'d str> {
    let text = node.text()?;
    if text.contains(['/', '\\']) || text.starts_with('.') {
        let hint = "the name of an environment: `development`".to_owned();
        return Err(node.mistake_with(Problem::BadName { text: text.to_owned() }, Some(hint)));
    }
    Ok(text)
}

fn beside(folder: &Path, from: Option<&str>) -> PathBuf {
    from.map_or(folder.to_owned(), |from| folder.with_file_name(from))
}

/// What the file's name says: `010_users.csv` is a CSV file for the table `users`.
fn name(node: &Node<'_>, file: &str) -> Read<(Format, String)> {
    let hint = "`<number>_<table>.csv`, `.json` or `.sql`: `010_users.csv`".to_owned();
    let bad_name = || node.mistake_with(Problem::BadName { text: file.to_owned() }, Some(hint.clone()));
    let (number, rest) = file.split_once('_').ok_or_else(bad_name)?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let format = Format::of(rest).filter(|_| is_number && !file.contains(['/', '\\']));
    let table = rest.rsplit_once('.').map_or(rest, |(table, _)| table);
    match format {
        Some(format) if !table.is_empty() => Ok((format, table.to_owned())),
        _ => Err(bad_name()),
    }
}

fn table_name(node: &Node<'_>) -> Read<String> {
    let text = node.text()?;
    if text.split('.').count() <= 2 && text.split('.').all(|part| !part.is_empty()) {
        return Ok(text.to_owned());
    }
    let hint = "a name or `schema.name`".to_owned();
    Err(node.mistake_with(Problem::BadName { text: text.to_owned() }, Some(hint)))
}

fn optional_texts(table: &Table<'_>, key: &str) -> Read<Vec<String>> {
    table.get(key).map_or(Ok(Vec::new()), |node| texts(&node, key))
}

fn texts(node: &Node<'_>, key: &str) -> Read<Vec<String>> {
    let items = node.list()?;
    if items.is_empty() {
        return Err(node.mistake(Problem::Empty { key: key.to_owned() }));
    }
    items.iter().map(|item| item.text().map(str::to_owned)).collect()
}
