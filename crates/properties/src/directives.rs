//! What holds for the directives of every script.

use crosstrack_script::directives;

use crate::place::Place;

/// Directives are read, or the mistake has a place in the script.
pub(crate) fn hold_for(input: &[u8]) {
    let Ok(sql) = std::str::from_utf8(input) else { return };
    match directives(sql) {
        Ok(read) => {
            let unique: std::collections::HashSet<_> = read.requires.iter().collect();
            assert_eq!(unique.len(), read.requires.len(), "a requirement counts once");
        }
        Err(error) => {
            let position = error.position();
            Place { line: position.line, column: position.column, shown: &position.text }.is_in(sql);
            assert!(!error.to_string().is_empty() && !error.hint().is_empty());
        }
    }
}
