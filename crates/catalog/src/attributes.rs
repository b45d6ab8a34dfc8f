//! What a fact is like, attribute by attribute.

use std::fmt;
use std::sync::Arc;

/// Attributes and the server's text of each, in the order of their names.
///
/// A large schema has some hundred thousand facts of a few attributes each: a sorted list takes a fraction of a map's memory, and all
/// facts of a kind share the names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attributes(Vec<(Arc<str>, String)>);

impl Attributes {
    /// The text of an attribute.
    pub fn get(&self, name: &str) -> Option<&String> {
        self.place(name).ok().map(|place| &self.0[place].1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is such an attribute.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Sets the text of an attribute.
    pub fn insert(&mut self, name: impl AsRef<str> + Into<Arc<str>>, text: String) {
        match self.place(name.as_ref()) {
            Ok(place) => self.0[place].1 = text,
            Err(place) => self.0.insert(place, (name.into(), text)),
        }
    }

    /// Takes an attribute out.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        self.place(name).ok().map(|place| self.0.remove(place).1)
    }

    /// Keeps those of which this is true.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&str, &str) -> bool) {
        self.0.retain(|(name, text)| is_kept(name, text));
    }

    /// The names, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// The names with their texts, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &String)> {
        self.0.iter().map(|(name, text)| (&**name, text))
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        // They come in order, for the most part.
        if self.0.last().is_none_or(|(last, _)| **last < *name) {
            return Err(self.0.len());
        }
        self.0.binary_search_by(|(other, _)| (**other).cmp(name))
    }
}

impl<N: AsRef<str> + Into<Arc<str>>> FromIterator<(N, String)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (N, String)>>(texts: I) -> Self {
        let mut attributes = Self::default();
        for (name, text) in texts {
            attributes.insert(name, text);
        }
        attributes
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Attributes;

    #[test]
    fn attributes_are_found_and_stand_in_order_however_they_came() {
        let mut attributes: Attributes =
            [("type", "text"), ("nullable", "true"), ("default", "now()"), ("type", "integer")]
                .map(|(name, text)| (name, text.to_owned()))
                .into_iter()
                .collect();
        assert_eq!(attributes.keys().collect::<Vec<_>>(), ["default", "nullable", "type"]);
        assert_eq!(attributes.get("type").map(String::as_str), Some("integer"), "the last one holds");
        assert_eq!(attributes.remove("default").as_deref(), Some("now()"));
        assert!(!attributes.contains_key("default") && attributes.get("collation").is_none());
        attributes.retain(|name, text| (name, text) != ("nullable", "true"));
        assert_eq!(format!("{attributes:?}"), r#"{"type": "integer"}"#);
    }
}
