//! Two texts of many lines: only those that differ.

/// The lines in which two texts differ, old ones before new ones; nothing where both are a single line.
pub(super) fn differing_lines(from: &str, to: &str) -> Option<String> {
    if !from.contains('\n') && !to.contains('\n') {
        return None;
    }
    let (from, to): (Vec<&str>, Vec<&str>) = (from.lines().collect(), to.lines().collect());
    let start = from.iter().zip(&to).take_while(|(old, new)| old == new).count();
    let backwards = from[start..].iter().rev().zip(to[start..].iter().rev());
    let end = backwards.take_while(|(old, new)| old == new).count();
    let mut text = String::new();
    for line in &from[start..from.len() - end] {
        text += &format!("    - {line}\n");
    }
    for line in &to[start..to.len() - end] {
        text += &format!("    + {line}\n");
    }
    Some(text)
}
