//! Places in a script, as people and as PostgreSQL count them.
//!
//! It must not know what stands there: lines and characters only.

/// The most characters of a line that a [`Position`] keeps.
const TEXT_LIMIT: usize = 240;

/// A place in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters. A tab is one character, a byte-order mark none.
    pub column: usize,
    /// The line's text without its line ending, tabs kept, cut to 240 characters: the column may lie behind its end.
    pub text: String,
}

/// The place of a byte.
///
/// An offset behind the end means the end, an offset inside a character means that character.
pub fn position_of_byte(sql: &str, offset: usize) -> Position {
    let offset = sql.floor_char_boundary(offset);
    let (before, after) = sql.split_at(offset);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = after.find('\n').map_or(sql.len(), |newline| offset + newline);
    let line = without_mark(&sql[line_start..line_end]);
    let text = line.strip_suffix('\r').unwrap_or(line);
    Position {
        line: count_lines(before) + 1,
        column: without_mark(&before[line_start..]).chars().count() + 1,
        text: text.chars().take(TEXT_LIMIT).collect(),
    }
}

/// The place of a character, counted from 1 as PostgreSQL does when it reports the position of an error.
pub fn position_of_character(sql: &str, character: usize) -> Position {
    let offset = sql.char_indices().nth(character.saturating_sub(1)).map_or(sql.len(), |(offset, _)| offset);
    position_of_byte(sql, offset)
}

/// How many lines end in the text.
pub(crate) fn count_lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

fn without_mark(line: &str) -> &str {
    line.strip_prefix('\u{feff}').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::{position_of_byte, position_of_character};

    fn byte(sql: &str, offset: usize) -> (usize, usize, String) {
        let position = position_of_byte(sql, offset);
        (position.line, position.column, position.text)
    }

    #[test]
    fn lines_and_columns_start_at_one() {
        assert_eq!(byte("", 0), (1, 1, String::new()));
        assert_eq!(byte("select 1", 0), (1, 1, "select 1".into()));
        assert_eq!(byte("select 1\nfrom a", 9), (2, 1, "from a".into()));
        assert_eq!(byte("select 1\nfrom a", 14), (2, 6, "from a".into()));
    }

    #[test]
    fn the_newline_belongs_to_the_line_it_ends() {
        assert_eq!(byte("a\nb\n", 1), (1, 2, "a".into()));
        assert_eq!(byte("a\nb\n", 4), (3, 1, String::new()));
        assert_eq!(byte("a\r\nb\r\n", 3), (2, 1, "b".into()));
        assert_eq!(byte("a\r\nb\r\n", 1), (1, 2, "a".into()));
    }

    #[test]
    fn a_column_counts_characters_and_a_tab_is_kept() {
        assert_eq!(byte("\tär x", 5), (1, 5, "\tär x".into()));
        assert_eq!(position_of_character("ä€😀x", 4).column, 4);
        assert_eq!(position_of_character("ä\n😀x", 4), position_of_byte("ä\n😀x", 7));
    }

    #[test]
    fn an_offset_inside_a_character_means_that_character() {
        assert_eq!(byte("a😀b", 3), (1, 2, "a😀b".into()));
    }

    #[test]
    fn a_place_behind_the_end_means_the_end() {
        assert_eq!(byte("ab", 99), (1, 3, "ab".into()));
        assert_eq!(position_of_character("ab\nc", 99).line, 2);
        assert_eq!(position_of_character("ab", 0).column, 1);
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        assert_eq!(byte("\u{feff}select", 3), (1, 1, "select".into()));
        assert_eq!(position_of_character("\u{feff}select", 2).column, 1);
    }

    #[test]
    fn a_very_long_line_is_cut() {
        let position = position_of_byte(&"x".repeat(1_000_000), 999_999);
        assert_eq!((position.column, position.text.len()), (1_000_000, 240));
    }
}
