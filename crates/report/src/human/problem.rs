//! A problem, as text.

use std::fmt::Write as _;

use super::style::{BAD, STRONG, paint};
use crate::problem::{Place, Problem, as_called};

/// What went wrong, where, why, what is changed, what to do next.
///
/// `program` is how the user calls crosstrack.
pub fn problem(problem: &Problem, program: &str) -> String {
    let mut text = format!("{} {}\n", paint(BAD, "error:"), as_called(&problem.message, program));
    text += &place_and_causes(problem, program);
    if let Some(changed) = &problem.changed {
        line(&mut text, "changed", &as_called(changed, program));
    }
    for hint in &problem.hints {
        line(&mut text, "next", &as_called(hint, program));
    }
    text
}

/// Where and why.
pub(super) fn place_and_causes(problem: &Problem, program: &str) -> String {
    let mut text = problem.place.as_ref().map_or(String::new(), snippet);
    for cause in &problem.causes {
        line(&mut text, "because", &as_called(cause, program));
    }
    text
}

fn line(text: &mut String, word: &str, said: &str) {
    let indented = said.trim_end().replace('\n', "\n           ");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {}: {indented}", paint(STRONG, &format!("{word:>7}")));
}

/// The place, its line, and a caret under the column.
fn snippet(place: &Place) -> String {
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    // Tabs stay tabs, so that the caret stands under its column whatever a tab is wide.
    let before: String = place
        .text
        .chars()
        .take(place.column.saturating_sub(1))
        .map(|letter| if letter == '\t' { '\t' } else { ' ' })
        .collect();
    format!(
        " {margin}--> {}:{}:{}\n {margin} |\n {number} | {}\n {margin} | {before}{}\n",
        place.path.display(),
        place.line,
        place.column,
        place.text,
        paint(BAD, &"^".repeat(place.length)),
    )
}
