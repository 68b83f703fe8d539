//! A value, or a text in its place.

/// A value; or the text that stands for it in a report of version 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ValueOrText<T> {
    Value(T),
    #[cfg_attr(
        not(feature = "json"),
        allow(dead_code, reason = "made only when a report is read")
    )]
    Text(String),
}

impl<T> ValueOrText<T> {
    pub(crate) fn value(&self) -> Option<&T> {
        match self {
            ValueOrText::Value(value) => Some(value),
            ValueOrText::Text(_) => None,
        }
    }
}

impl<T: Default> Default for ValueOrText<T> {
    fn default() -> Self {
        ValueOrText::Value(T::default())
    }
}
