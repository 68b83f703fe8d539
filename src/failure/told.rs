//! A value, or words in its place.

/// A value; or the words that stand for it in a report of version 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told<T> {
    Value(T),
    #[cfg_attr(
        not(feature = "json"),
        allow(dead_code, reason = "only reports are read")
    )]
    Text(String),
}

impl<T> Told<T> {
    pub(crate) fn value(&self) -> Option<&T> {
        match self {
            Told::Value(value) => Some(value),
            Told::Text(_) => None,
        }
    }
}

impl<T: Default> Default for Told<T> {
    fn default() -> Self {
        Told::Value(T::default())
    }
}
