//! A panic of the code under test: its message and place.

use std::any::Any;
use std::fmt;
use std::panic::PanicHookInfo;

use super::NotLinearizable;

/// A panic of the code under test.
///
/// ```
/// use interlace::{Explorer, FailureKind, marker};
///
/// let report = Explorer::new(|| ())
///     .thread("t", |()| { marker!("x"); panic!("out of luck") })
///     .explore();
/// let FailureKind::Panic(failure) = report.assert_fails().kind() else {
///     panic!("not a panic");
/// };
/// let panic = failure.panic();
/// assert_eq!(panic.message(), "out of luck");
/// assert!(panic.file().is_some() && panic.line().is_some());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    // Boxed, so that values that may hold a panic stay small.
    pub(crate) details: Box<PanicDetails>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PanicDetails {
    pub(crate) message: String,
    pub(crate) place: Option<PanicSite>,
    /// What the code panicked with, if it was this library's assertion.
    pub(crate) not_linearizable: Option<NotLinearizable>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PanicSite {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Panic {
    /// Returns the message of the panic.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.details.message
    }

    /// Returns the source file in which the code panicked, if it is known.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.details.place.as_ref().map(|place| place.file.as_str())
    }

    /// Returns the line on which the code panicked, counted from 1, if it is known.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        self.details.place.as_ref().map(|place| place.line)
    }

    /// Returns the column at which the code panicked, counted from 1, if it is known.
    #[must_use]
    pub fn column(&self) -> Option<u32> {
        self.details.place.as_ref().map(|place| place.column)
    }

    /// Whether `other` is the same failure: a panic at the same place, whatever its message; or, if
    /// both places are unknown, one with the same message.
    pub(crate) fn is_like(&self, other: &Panic) -> bool {
        match (&self.details.place, &other.details.place) {
            (None, None) => self.details.message == other.details.message,
            (here, there) => here == there,
        }
    }

    /// Reads the message from a payload, which does not tell the place.
    pub(crate) fn from_payload(payload: &(dyn Any + Send)) -> Self {
        let not_linearizable = payload.downcast_ref::<NotLinearizable>().cloned();
        let message = if let Some(failure) = &not_linearizable {
            failure.to_string()
        } else if let Some(text) = payload.downcast_ref::<&str>() {
            (*text).to_owned()
        } else if let Some(text) = payload.downcast_ref::<String>() {
            text.clone()
        } else {
            "a panic whose payload is no text".to_owned()
        };
        Panic {
            details: Box::new(PanicDetails {
                message,
                place: None,
                not_linearizable,
            }),
        }
    }

    pub(crate) fn from_hook(info: &PanicHookInfo<'_>) -> Self {
        let mut panic = Panic::from_payload(info.payload());
        panic.details.place = info.location().map(|location| PanicSite {
            file: location.file().to_owned(),
            line: location.line(),
            column: location.column(),
        });
        panic
    }
}

/// The message, and the place on a line of its own.
impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.details.message)?;
        match &self.details.place {
            Some(PanicSite { file, line, column }) => write!(f, "\nat {file}:{line}:{column}"),
            None => Ok(()),
        }
    }
}
