//! The examples of a Markdown file, and putting others in their place.
//!
//! Must not run anything.

/// How an example is written.
pub(super) const FORM: &str =
    "write `<!-- run: cargo xtask db status -->`, a block fenced by ```text and ```, and `<!-- end -->`";

const MARKER: &str = "<!-- run: ";
const MARKER_END: &str = " -->";
const END: &str = "<!-- end -->";
const FENCE: &str = "```";

/// An example.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line of its marker, counted from 1.
    pub(super) line: usize,
    /// The command that it is the output of.
    pub(super) command: String,
    /// What stands between the fences, without the line of the command.
    pub(super) text: String,
    /// How many lines it takes, from its marker to its end.
    lines: usize,
}

/// Every example, in order; else the line of one that is not complete.
pub(super) fn read(text: &str) -> Result<Vec<Block>, usize> {
    let lines: Vec<&str> = text.lines().collect();
    let markers = lines.iter().enumerate().filter_map(|(index, line)| Some((index, command_of(line)?)));
    markers.map(|(index, command)| read_block(&lines[index..], command, index + 1).ok_or(index + 1)).collect()
}

/// The text with what the commands say now.
pub(super) fn replace(text: &str, blocks: &[Block], said: &[String]) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut written = Vec::new();
    let mut next = 0;
    for (block, said) in blocks.iter().zip(said) {
        written.extend(lines[next..block.line].iter().map(|line| (*line).to_owned()));
        let Block { command, .. } = block;
        written.push(format!("{FENCE}text\n$ {command}\n{said}\n{FENCE}\n{END}"));
        next = block.line - 1 + block.lines;
    }
    written.extend(lines[next..].iter().map(|line| (*line).to_owned()));
    written.join("\n") + "\n"
}

fn command_of(line: &str) -> Option<&str> {
    line.trim().strip_prefix(MARKER)?.strip_suffix(MARKER_END)
}

fn read_block(lines: &[&str], command: &str, line: usize) -> Option<Block> {
    let end = lines.iter().position(|line| line.trim() == END)?;
    let inside = lines[1..end].iter().map(|line| line.trim_end());
    let mut inside = inside.skip_while(|line| line.is_empty());
    let opens = inside.next().is_none_or(|line| line.starts_with(FENCE));
    let mut text: Vec<&str> = inside.collect();
    let closes = text.is_empty() || text.pop() == Some(FENCE);
    let is_command = |line: &&str| line.strip_prefix("$ ") == Some(command);
    let text: Vec<&str> = text.into_iter().skip_while(is_command).collect();
    let block = Block { line, command: command.to_owned(), text: text.join("\n"), lines: end + 1 };
    (opens && closes).then_some(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Shop\n\n<!-- run: cargo xtask db status -->\n```text\n$ cargo xtask db status\n2 \
                        pending\n\nauth 1\n```\n<!-- end -->\n\nMore.\n";

    #[test]
    fn an_example_is_its_command_and_what_it_says() {
        let blocks = read(TEXT).unwrap();
        assert_eq!(blocks.len(), 1);
        assert_eq!((blocks[0].line, blocks[0].command.as_str()), (3, "cargo xtask db status"));
        assert_eq!(blocks[0].text, "2 pending\n\nauth 1");
    }

    #[test]
    fn writing_the_same_again_changes_nothing() {
        let blocks = read(TEXT).unwrap();
        let said: Vec<String> = blocks.iter().map(|block| block.text.clone()).collect();
        assert_eq!(replace(TEXT, &blocks, &said), TEXT);
    }

    #[test]
    fn an_empty_example_is_filled() {
        let text = "<!-- run: cargo xtask db up -->\n<!-- end -->\nMore.\n";
        let blocks = read(text).unwrap();
        let written = replace(text, &blocks, &["done".to_owned()]);
        let block = "```text\n$ cargo xtask db up\ndone\n```\n";
        assert_eq!(written, format!("<!-- run: cargo xtask db up -->\n{block}<!-- end -->\nMore.\n"));
    }

    #[test]
    fn an_example_without_an_end_or_a_fence_is_named_by_its_line() {
        assert_eq!(read("Hello\n<!-- run: cargo xtask db up -->\n```text\nx\n```\n"), Err(2));
        assert_eq!(read("<!-- run: cargo xtask db up -->\nx\n<!-- end -->\n"), Err(1));
    }
}
