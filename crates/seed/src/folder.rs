//! The folder of an environment's seeds: what it declares, what is there, and what somebody asks for by name.
//!
//! It must not read rows.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crosstrack_settings::{Document, Mistake, did_you_mean};

use crate::declared::{self, ENDINGS, Place, Seed};
use crate::file;

/// The file that says what the others are.
const DECLARATIONS: &str = "seeds.toml";
/// The largest such file, in bytes.
const LARGEST_DECLARATIONS: u64 = 1 << 20;

/// The seeds of an environment, in the order in which they are loaded.
#[derive(Clone, Debug)]
pub struct SeedFolder {
    /// The folder as people write it, from the root of the project.
    pub shown: PathBuf,
    /// The files, in the order of their names.
    pub seeds: Vec<Seed>,
}

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is none.
    #[error("the environment `{environment}` has no seeds: there is no `{}`", .file.display())]
    NoSeeds {
        /// The environment.
        environment: String,
        /// The file that would declare them.
        file: PathBuf,
    },
    /// Something in it cannot be read.
    #[error("cannot read `{}`", .path.display())]
    Unreadable {
        /// What.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The declarations have a mistake.
    #[error(transparent)]
    Mistake(#[from] Box<Mistake>),
    /// A file of rows stands in the folder, and nobody says what it is.
    #[error("`{}` is not declared", .path.display())]
    Undeclared {
        /// The file.
        path: PathBuf,
        /// The file that would declare it.
        declarations: PathBuf,
    },
    /// Nothing is called so.
    #[error("there are no seeds `{name}` in `{}`", .folder.display())]
    Unknown {
        /// What was asked for.
        name: String,
        /// The folder.
        folder: PathBuf,
        /// The word that was probably meant, or all there are.
        hint: Option<String>,
    },
}

impl SeedFolder {
    /// Reads what the folder `scripts/seeds/<environment>` below `root` declares.
    ///
    /// # Errors
    /// When there is no such folder, its declarations have a mistake, or they do not fit to the files that are there.
    pub fn read(root: &Path, environment: &str) -> Result<Self, FolderError> {
        let shown = Path::new("scripts").join("seeds").join(environment);
        let path = root.join(&shown);
        let declarations = shown.join(DECLARATIONS);
        let bytes =
            file::read(&path.join(DECLARATIONS), LARGEST_DECLARATIONS).map_err(|source| {
                match source.kind() {
                    io::ErrorKind::NotFound => FolderError::NoSeeds {
                        environment: environment.to_owned(),
                        file: declarations.clone(),
                    },
                    _ => FolderError::Unreadable { path: declarations.clone(), source },
                }
            })?;
        let document = Document::new(declarations.clone(), bytes)?;
        let seeds = declared::read(&document, Place { path: &path, shown: &shown })?;
        let is_declared = |name: &str| seeds.iter().any(|seed| seed.file == name);
        match files_of_rows(&path, &shown)?.into_iter().find(|name| !is_declared(name)) {
            Some(name) => Err(FolderError::Undeclared { path: shown.join(name), declarations }),
            None => Ok(Self { shown, seeds }),
        }
    }

    /// Those that somebody asks for by table, file, or file without its ending; all of them when nobody asks.
    ///
    /// # Errors
    /// When a name fits to none.
    pub fn select(self, names: &[String]) -> Result<Vec<Seed>, FolderError> {
        let is =
            |seed: &Seed, name: &str| seed.table == name || seed.file == name || stem(&seed.file) == name;
        for name in names {
            if !self.seeds.iter().any(|seed| is(seed, name)) {
                let mut known: Vec<&str> = self.seeds.iter().map(|seed| seed.table.as_str()).collect();
                known.dedup();
                let hint = did_you_mean(name, &known);
                return Err(FolderError::Unknown { name: name.clone(), folder: self.shown, hint });
            }
        }
        let wanted = |seed: &Seed| names.is_empty() || names.iter().any(|name| is(seed, name));
        Ok(self.seeds.into_iter().filter(wanted).collect())
    }
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// The names of the files that could hold rows, sorted.
fn files_of_rows(path: &Path, shown: &Path) -> Result<Vec<String>, FolderError> {
    let unreadable = |source| FolderError::Unreadable { path: shown.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        let ending = Path::new(&name).extension().and_then(|ending| ending.to_str());
        if ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
