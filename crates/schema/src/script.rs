//! Files of SQL that say what a schema is to be.

use std::path::{Path, PathBuf};

use crosstrack_shadow::Script;

use crate::error::SchemaError;

/// The file, or the files that end in `.sql` in a folder and its folders, in the order of their paths.
///
/// # Errors
/// When something cannot be read, or there is nothing.
pub fn find_scripts(path: &Path) -> Result<Vec<Script>, SchemaError> {
    let mut paths = Vec::new();
    if path.is_dir() {
        collect(path, &mut paths)?;
        paths.sort();
        if paths.is_empty() {
            return Err(SchemaError::NoScripts { path: path.to_owned() });
        }
    } else {
        paths.push(path.to_owned());
    }
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), SchemaError> {
    let failed = |source| SchemaError::File { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) {
            paths.push(path);
        }
    }
    Ok(())
}

fn read(path: PathBuf) -> Result<Script, SchemaError> {
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let text = without_psql(text.strip_prefix('\u{feff}').unwrap_or(&text));
            Ok(Script { path, text })
        }
        Err(source) => Err(SchemaError::File { path, source }),
    }
}

/// What `pg_dump` writes for `psql` and is no schema: its own commands, and rows. Every line stays where it is.
const COMMANDS: [&str; 6] = ["\\restrict", "\\unrestrict", "\\connect", "\\c ", "\\set ", "\\echo "];

fn without_psql(text: &str) -> String {
    let mut is_in_rows = false;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let is_left_out = is_in_rows || COMMANDS.iter().any(|command| bare.starts_with(command));
        if is_in_rows && bare == "\\." {
            is_in_rows = false;
        } else if !is_in_rows && starts_rows(bare) {
            is_in_rows = true;
            kept.push('\n');
            continue;
        }
        kept.push_str(if !is_left_out {
            line
        } else if line.ends_with('\n') {
            "\n"
        } else {
            ""
        });
    }
    kept
}

fn starts_rows(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.starts_with("copy ") && line.contains(" from stdin") && line.ends_with(';')
}

#[cfg(test)]
mod tests {
    use super::without_psql;

    #[test]
    fn a_dump_is_read_without_its_rows_and_commands() {
        let dump = "\\restrict abc\ncreate table a (x int);\nCOPY public.a (x) FROM stdin;\n1\n2\n\\.\ncreate index on a (x);\n";
        assert_eq!(without_psql(dump), "\ncreate table a (x int);\n\n\n\n\ncreate index on a (x);\n");
    }
}
