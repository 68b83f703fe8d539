//! A marker's place in the source, as failures name it.

use std::borrow::Cow;
use std::fmt;

use crate::getters::getters;
use crate::site::MarkerId;

/// A marker: its name and its place in the source. `start` and `join`, which stand for steps of
/// threads that the program starts, have no place: their file is empty.
///
/// ```
/// use interlace::{Explorer, Schedule, marker};
///
/// let execution = Explorer::new(|| ())
///     .thread("a", |()| marker!("hello"))
///     .replay(&Schedule::default());
/// let marker = execution.timeline().steps()[0].marker();
/// assert_eq!(marker.name(), "hello");
/// assert_eq!(marker.to_string(), format!("hello ({}:{})", marker.file(), marker.line()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MarkerSite {
    pub(crate) name: Cow<'static, str>,
    pub(crate) file: Cow<'static, str>,
    pub(crate) line: u32,
}

getters! { MarkerSite {
    /// Returns the name of the marker.
    name: &str,
    /// Returns the source file; empty if there is none.
    file: &str,
    /// Returns the line, counted from 1.
    line: copy u32,
} }

impl From<MarkerId> for MarkerSite {
    fn from(marker: MarkerId) -> Self {
        let site = marker.site();
        MarkerSite {
            name: site.name().into(),
            file: site.file().into(),
            line: site.line(),
        }
    }
}

/// The name, file and line; only the name if there is no file.
impl fmt::Display for MarkerSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MarkerSite { name, file, line } = self;
        match &**file {
            "" => f.write_str(name),
            file => write!(f, "{name} ({file}:{line})"),
        }
    }
}
