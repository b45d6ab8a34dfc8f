//! Options as the catalog has them: `fillfactor=70, user_catalog_table=true`.

/// `key=value, key=value` as what the server keeps it as, as pairs of texts; a comma in a value is told from one between pairs by
/// the equals sign that follows the latter.
pub(crate) fn options(text: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for piece in text.split(", ") {
        match piece.split_once('=') {
            Some((key, value)) if is_plain(key) => pairs.push((key.to_owned(), value.to_owned())),
            _ => {
                if let Some((_, value)) = pairs.last_mut() {
                    *value += ", ";
                    *value += piece;
                }
            }
        }
    }
    pairs
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn options_are_pairs() {
        let pairs = options("fillfactor=70, search_path=a, b, user_catalog_table=true");
        let texts: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        assert_eq!(texts, ["fillfactor:70", "search_path:a, b", "user_catalog_table:true"]);
    }
}
