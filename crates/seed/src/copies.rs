//! Copies of a file's rows for load tests: the same for the same number, on every machine.
//!
//! In the columns that are declared under `scale`, copy 7 of a text ends in `-7` (of an address, before the `@`, in `+7`), and
//! copy 7 of a UUID has 7 added to its first group, so that a column which refers to another one that is numbered, too, refers to
//! the copy of the same number.

use crate::rows::Value;
use crate::table::Column;

/// Whether a column of this type can be numbered.
pub(crate) fn can_be_numbered(column: &Column) -> bool {
    let name = column.data_type.as_str();
    name == "uuid" || name == "text" || name.starts_with("character varying") || name.ends_with("citext")
}

/// The value that copy `number` of a row has in a column that is numbered.
pub(crate) fn numbered(value: &Value, column: &Column, number: u32) -> Option<String> {
    let text = value.to_text(column.form)?;
    if let Some(copy) = uuid(&text, number) {
        return Some(copy);
    }
    Some(match text.split_once('@') {
        Some((name, host)) => format!("{name}+{number}@{host}"),
        None => format!("{text}-{number}"),
    })
}

/// A UUID may stand in a column of texts, too.
fn uuid(text: &str, number: u32) -> Option<String> {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let is_uuid =
        groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let (first, rest) = text.split_once('-').filter(|_| is_uuid)?;
    let first = u32::from_str_radix(first, 16).ok()?;
    Some(format!("{:08x}-{rest}", first.wrapping_add(number)))
}

#[cfg(test)]
mod tests {
    use super::{can_be_numbered, numbered};
    use crate::rows::Value;
    use crate::table::Column;

    fn copy(value: &str, data_type: &str) -> String {
        let column = Column::plain("c", data_type);
        assert!(can_be_numbered(&column));
        numbered(&Value::Text(value.to_owned()), &column, 10).unwrap()
    }

    #[test]
    fn a_copy_is_numbered_where_its_type_allows() {
        assert_eq!(copy("ren-shen", "text"), "ren-shen-10");
        assert_eq!(copy("ada@example.org", "character varying(80)"), "ada+10@example.org");
        let id = "00000001-0000-4000-8000-000000000101";
        assert_eq!(copy(id, "uuid"), "0000000b-0000-4000-8000-000000000101");
        assert_eq!(copy(id, "text"), copy(id, "uuid"), "what refers to it as a text refers to the same copy");
    }
}
