//! Values that are written as JSON; nodes of a document, which know their paths for errors.

use serde_json::Value;

use crate::error::{Error, ErrorKind};

/// A type that is written as JSON and read back.
pub(super) trait Json: Sized {
    fn write(&self) -> Value;

    fn read(node: &Node<'_>) -> Result<Self, Error>;
}

/// A value in a document, and the path that leads to it.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        let path = String::new();
        Node { value, path }
    }

    /// The field `name` of an object.
    pub(super) fn field(&self, name: &str) -> Result<Node<'a>, Error> {
        match self.value.get(name) {
            Some(value) => Ok(self.below(name, value)),
            None => Err(self.wrong(&format!("has no `{name}`"))),
        }
    }

    /// The value of the field `name` of an object, read.
    pub(super) fn read<T: Json>(&self, name: &str) -> Result<T, Error> {
        T::read(&self.field(name)?)
    }

    /// The node itself, unless it is null.
    pub(super) fn some(&self) -> Option<&Self> {
        Some(self).filter(|node| !node.value.is_null())
    }

    pub(super) fn text(&self) -> Result<&'a str, Error> {
        self.value.as_str().ok_or_else(|| self.wrong("is no text"))
    }

    pub(super) fn flag(&self) -> Result<bool, Error> {
        let flag = self.value.as_bool();
        flag.ok_or_else(|| self.wrong("is neither true nor false"))
    }

    /// A whole number that is not negative and fits the type.
    pub(super) fn number<T: TryFrom<u64>>(&self) -> Result<T, Error> {
        let number = self.value.as_u64().and_then(|it| T::try_from(it).ok());
        number.ok_or_else(|| self.wrong("is no whole number, or too large"))
    }

    pub(super) fn list(&self) -> Result<Vec<Node<'a>>, Error> {
        let list = self
            .value
            .as_array()
            .ok_or_else(|| self.wrong("is no list"))?;
        let items = list.iter().enumerate();
        Ok(items
            .map(|(at, item)| self.below(&at.to_string(), item))
            .collect())
    }

    /// The items of a list of exactly `N`.
    pub(super) fn items<const N: usize>(&self) -> Result<[Node<'a>; N], Error> {
        let items = self.list()?.try_into();
        items.map_err(|_| self.wrong(&format!("is no list of {N}")))
    }

    /// The fields of an object, with their names.
    pub(super) fn fields(&self) -> Result<Vec<(&'a str, Node<'a>)>, Error> {
        let object = self.value.as_object();
        let object = object.ok_or_else(|| self.wrong("is no object"))?;
        let fields = object.iter();
        Ok(fields
            .map(|(name, value)| (name.as_str(), self.below(name, value)))
            .collect())
    }

    /// The error for a name that is not known.
    #[cold]
    pub(super) fn unknown(&self) -> Error {
        self.wrong("is not known here; a newer interlace may have written it")
    }

    #[cold]
    pub(super) fn wrong(&self, how: &str) -> Error {
        let path = match self.path.as_str() {
            "" => "the document",
            path => path,
        };
        let text = format!("not a report of interlace: {path} {how}");
        Error::new(ErrorKind::BadReport, text)
    }

    fn below(&self, name: &str, value: &'a Value) -> Node<'a> {
        let path = match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        Node { value, path }
    }
}
