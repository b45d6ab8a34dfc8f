//! A place in a file: what a person needs to find it, and the line itself.
//!
//! It must not read files: whoever makes a place has the text already.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A place in a file. `Display` draws the line with a caret under the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as it should be shown.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters are meant; at least one, and never more than the line has.
    pub length: usize,
    /// The line.
    pub text: String,
}

impl Place {
    /// The place of a range of bytes in a text.
    pub(crate) fn of(file: &Path, text: &str, span: Range<usize>) -> Self {
        let start = text.floor_char_boundary(span.start.min(text.len()));
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let end = text.floor_char_boundary(span.end.clamp(start, line_end));
        Self {
            file: file.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            length: text[start..end].trim_end().chars().count().max(1),
            text: text[line_start..line_end].trim_end().to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        // A tab stays a tab, so that the caret stands under its character whatever a tab's width is.
        let indent: String =
            self.text.chars().take(self.column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        writeln!(formatter, "{margin}--> {}:{}:{}", self.file.display(), self.line, self.column)?;
        writeln!(formatter, "{margin} |")?;
        writeln!(formatter, "{number} | {}", self.text)?;
        write!(formatter, "{margin} | {indent}{}", "^".repeat(self.length))
    }
}

#[cfg(test)]
mod tests {
    use super::Place;
    use std::path::Path;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let text = "a = 1\nü = 'ß'\n";
        let place = Place::of(Path::new("f"), text, 11..15);
        assert_eq!((place.line, place.column, place.length), (2, 5, 3));
        assert_eq!(place.text, "ü = 'ß'");
    }

    #[test]
    fn a_place_behind_the_end_is_the_end() {
        let place = Place::of(Path::new("f"), "a = ", 90..91);
        assert_eq!((place.line, place.column, place.length), (1, 5, 1));
        assert_eq!(place.text, "a =");
    }

    #[test]
    fn a_caret_stands_under_its_character_behind_a_tab_too() {
        let place = Place::of(Path::new("f"), "\tkey = 1", 1..4);
        assert_eq!(place.to_string(), " --> f:1:2\n  |\n1 | \tkey = 1\n  | \t^^^");
    }
}
