//! Why a search ran every schedule where markers declare what their code touches.

use std::fmt;

/// Why there were no classes, if some markers have declared what their code touches, and no strategy was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NoClasses(pub(crate) Option<String>);

impl fmt::Display for NoClasses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(reason) => write!(f, "\nno classes of schedules were told: {reason}"),
            None => Ok(()),
        }
    }
}
