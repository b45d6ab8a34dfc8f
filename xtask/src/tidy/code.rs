//! Rust text with its code and its comments apart, and what stands in quotes left out of both.
//!
//! Must not parse: it knows comments, string and character literals, and lines.

/// One line of Rust.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Its number, counted from 1.
    pub(super) number: usize,
    /// Its code; literals are reduced to their quotes.
    pub(super) code: String,
    /// Its comment, without the slashes.
    pub(super) comment: String,
}

/// The lines of a Rust file.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut reader = Reader { rest: text, inside: Inside::Code, line: Line { number: 1, ..Line::default() } };
    let mut lines = Vec::new();
    while let Some(letter) = reader.rest.chars().next() {
        if letter == '\n' {
            lines.push(reader.end_line());
        } else {
            reader.step(letter);
        }
    }
    lines.push(reader.line);
    lines
}

#[derive(Clone, Copy)]
enum Inside {
    Code,
    LineComment,
    /// How many of them are open.
    BlockComment(usize),
    Text,
    /// With how many `#`.
    RawText(usize),
}

struct Reader<'text> {
    rest: &'text str,
    inside: Inside,
    line: Line,
}

impl Reader<'_> {
    fn end_line(&mut self) -> Line {
        self.rest = &self.rest[1..];
        if matches!(self.inside, Inside::LineComment) {
            self.inside = Inside::Code;
        }
        let next = Line { number: self.line.number + 1, ..Line::default() };
        std::mem::replace(&mut self.line, next)
    }

    fn step(&mut self, letter: char) {
        match self.inside {
            Inside::Code => self.step_in_code(letter),
            Inside::LineComment => self.take_comment(letter),
            Inside::BlockComment(depth) => self.step_in_block_comment(letter, depth),
            Inside::Text if self.rest.starts_with("\\\n") => self.skip(1),
            Inside::Text if letter == '\\' => self.skip_escaped(),
            Inside::Text => self.step_in_text(letter, "\""),
            Inside::RawText(hashes) => self.step_in_text(letter, &format!("\"{}", "#".repeat(hashes))),
        }
    }

    fn step_in_code(&mut self, letter: char) {
        if self.rest.starts_with("//") {
            self.skip(2);
            self.inside = Inside::LineComment;
        } else if self.rest.starts_with("/*") {
            self.skip(2);
            self.inside = Inside::BlockComment(1);
        } else if letter == '"' {
            self.inside = raw_hashes(&self.line.code).map_or(Inside::Text, Inside::RawText);
            self.take_code(letter);
        } else if letter == '\'' {
            self.skip(character_length(self.rest));
        } else {
            self.take_code(letter);
        }
    }

    fn step_in_block_comment(&mut self, letter: char, depth: usize) {
        if self.rest.starts_with("*/") {
            self.skip(2);
            self.inside = if depth == 1 { Inside::Code } else { Inside::BlockComment(depth - 1) };
        } else if self.rest.starts_with("/*") {
            self.skip(2);
            self.inside = Inside::BlockComment(depth + 1);
        } else {
            self.take_comment(letter);
        }
    }

    fn step_in_text(&mut self, letter: char, end: &str) {
        if self.rest.starts_with(end) {
            self.line.code.push_str(end);
            self.skip(end.len());
            self.inside = Inside::Code;
        } else {
            self.skip(letter.len_utf8());
        }
    }

    /// A backslash and the letter after it.
    fn skip_escaped(&mut self) {
        self.skip(1 + self.rest[1..].chars().next().map_or(0, char::len_utf8));
    }

    fn take_code(&mut self, letter: char) {
        self.line.code.push(letter);
        self.skip(letter.len_utf8());
    }

    fn take_comment(&mut self, letter: char) {
        self.line.comment.push(letter);
        self.skip(letter.len_utf8());
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }
}

/// The number of `#` when the code before a quote opens a raw string: `r##`, `br#`, `cr`.
fn raw_hashes(code: &str) -> Option<usize> {
    let without = code.trim_end_matches('#');
    let before = without.strip_suffix('r')?;
    let before = before.strip_suffix(['b', 'c']).unwrap_or(before);
    let inside_word = before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    (!inside_word).then(|| code.len() - without.len())
}

/// The bytes of a character literal, or those of the quote of a lifetime.
fn character_length(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => {
            letters.next();
            letters.find(|(_, letter)| *letter == '\'').map_or(1, |(at, _)| at + 1)
        }
        _ => letters.next().filter(|(_, letter)| *letter == '\'').map_or(1, |(at, _)| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(text: &str) -> Vec<String> {
        lines(text).into_iter().map(|line| line.code).collect()
    }

    #[test]
    fn comments_are_not_code() {
        let lines = lines("let a = 1; // one\n/* two /* nested */ still */ let b;\n");
        assert_eq!(lines[0].code, "let a = 1; ");
        assert_eq!(lines[0].comment, " one");
        assert_eq!(lines[1].code, " let b;");
        assert_eq!(lines[1].comment, " two  nested  still ");
    }

    #[test]
    fn what_stands_in_quotes_is_neither_code_nor_comment() {
        assert_eq!(code_of(r#"say("// no \" comment"); x"#), [r#"say(""); x"#]);
        assert_eq!(code_of("say(r##\"a \"# // b\"##); x"), ["say(r##\"\"##); x"]);
        assert_eq!(code_of("say(\"one\ntwo\"); x"), ["say(\"", "\"); x"]);
        assert_eq!(code_of("say(\"one\\\n two\"); x"), ["say(\"", "\"); x"]);
    }

    #[test]
    fn a_quote_in_a_character_opens_no_text() {
        assert_eq!(code_of("if c == '\"' { x }"), ["if c ==  { x }"]);
        assert_eq!(code_of(r"if c == '\'' { x }"), ["if c ==  { x }"]);
        assert_eq!(code_of("fn f<'a>(x: &'a str)"), ["fn f<a>(x: &a str)"]);
    }

    #[test]
    fn lines_are_counted_from_one() {
        assert_eq!(lines("a\nb").iter().map(|line| line.number).collect::<Vec<_>>(), [1, 2]);
    }
}
