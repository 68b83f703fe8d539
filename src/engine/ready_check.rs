//! Whether what a thread waits for in the world outside has come.

use std::fmt;

/// Asks whether a call would go on, without making it.
pub(crate) struct ReadyCheck(Box<dyn FnMut() -> bool + Send>);

impl ReadyCheck {
    /// `is_ready` must not run code of the program, and must not wait.
    pub(crate) fn new(is_ready: impl FnMut() -> bool + Send + 'static) -> Self {
        ReadyCheck(Box::new(is_ready))
    }

    pub(super) fn is_ready(&mut self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for ReadyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadyCheck")
    }
}
