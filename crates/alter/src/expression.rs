//! Expressions whose text becomes another when it is read again.
//!
//! `status IN ('a', 'b')` over a `varchar` is written by the server as `(status)::text = ANY ((ARRAY['a'::character varying,
//! ...])::text[])`; read again, the cast moves into the list, and what is the same would have two texts. It is written as it was meant
//! instead, from which the server makes the first text again.

/// The list that the cast is around.
const LIST: &str = "((ARRAY[";
const END: &str = "])::text[])";

/// The expression as somebody would write it, of which the server makes the same text.
pub(crate) fn readable(expression: &str) -> String {
    let mut text = expression.to_owned();
    let mut from = 0;
    while let Some((start, end, written)) = next(&text, from) {
        text.replace_range(start..end, &written);
        from = start + written.len();
    }
    text
}

/// The next comparison of that form, and what it is written as.
fn next(text: &str, from: usize) -> Option<(usize, usize, String)> {
    let mut from = from;
    loop {
        let place = from + text.get(from..)?.find(LIST)?;
        if let Some(found) = comparison(text, place) {
            return Some(found);
        }
        from = place + LIST.len();
    }
}

/// `(column)::text = ANY ((ARRAY['a'::character varying])::text[])` around a place where a list starts.
fn comparison(text: &str, place: usize) -> Option<(usize, usize, String)> {
    let before = &text[..place];
    let (before, word) = match before.strip_suffix("::text = ANY ") {
        Some(before) => (before, "IN"),
        None => (before.strip_suffix("::text <> ALL ")?, "NOT IN"),
    };
    let list_start = place + LIST.len();
    let list_end = list_start + text[list_start..].find(END)?;
    let list = &text[list_start..list_end];
    let is_of_text = list.split(", ").all(|value| value.ends_with("::character varying"));
    // Of a list of one value, `IN` would make a plain comparison.
    if !is_of_text || list.contains('[') || !list.contains(", ") {
        return None;
    }
    let start = opening(before)?;
    let subject = before[start..].strip_prefix('(')?.strip_suffix(')')?;
    Some((start, list_end + END.len(), format!("{subject} {word} ({list})")))
}

/// Where the parenthesis opens that closes at the end.
fn opening(text: &str) -> Option<usize> {
    if !text.ends_with(')') {
        return None;
    }
    let mut depth = 0;
    for (place, c) in text.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => {
                depth -= 1;
                if depth == 0 {
                    return Some(place);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn a_list_of_varchar_is_written_as_it_was_meant() {
        assert_eq!(
            readable(
                "CHECK (((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))"
            ),
            "CHECK ((status IN ('a'::character varying, 'b'::character varying)))"
        );
        assert_eq!(
            readable(
                "((lower((a)::text))::text <> ALL ((ARRAY['x'::character varying, 'y'::character varying])::text[]))"
            ),
            "(lower((a)::text) NOT IN ('x'::character varying, 'y'::character varying))"
        );
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        let others = [
            "(a = ANY (ARRAY[1, 2]))",
            "((a)::text = ANY ((ARRAY['x'::character varying])::text[]))",
            "((a)::text = ANY ((ARRAY[b, c])::text[]))",
            "now()",
        ];
        for text in others {
            assert_eq!(readable(text), text);
        }
    }
}
