//! What holds for every place that an error names: it is in the text.
//!
//! Must not know whose error it is.

/// A line and a column, both from 1, and the line's text as the error shows it.
pub(crate) struct Place<'a> {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) shown: &'a str,
}

impl Place<'_> {
    /// Panics unless the text has such a line, the line so many columns, and its beginning is what is shown.
    pub(crate) fn is_in(&self, text: &str) {
        let line = self.line.checked_sub(1).and_then(|index| text.split('\n').nth(index));
        let line = line.expect("the line is one of the text's");
        assert!(self.column >= 1, "columns count from 1");
        assert!(self.column <= line.chars().count() + 1, "the column is in the line");
        // A byte-order mark is nothing that people see.
        let visible = line.strip_prefix('\u{feff}').unwrap_or(line);
        let is_shown = [line, visible].iter().any(|line| line.starts_with(self.shown));
        assert!(is_shown, "the line is {line:?}, and {:?} is shown", self.shown);
    }
}
