//! What fails a test in which a result was forgotten.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

/// Panics with its words when it is dropped, unless it was [used](Self::note_use).
///
/// The compiler warns of some values that nobody uses, and only warns: the test passes, and shows nothing. Of
/// others it cannot know.
pub(crate) struct MustUse {
    /// Empty if there is nothing to tell.
    words: Box<str>,
    is_used: AtomicBool,
}

impl MustUse {
    pub(crate) fn or_tell(words: impl Into<Box<str>>) -> Self {
        MustUse {
            words: words.into(),
            is_used: AtomicBool::new(false),
        }
    }

    pub(crate) fn note_use(&self) {
        self.is_used.store(true, Relaxed);
    }
}

/// Nothing to tell.
impl Default for MustUse {
    fn default() -> Self {
        Self::or_tell("")
    }
}

impl Drop for MustUse {
    fn drop(&mut self) {
        // What fails anyway has words of its own.
        let is_fine = self.is_used.load(Relaxed) || self.words.is_empty() || thread::panicking();
        assert!(is_fine, "{}", self.words);
    }
}

/// Whoever copies it looks at it, and has nothing left to look at.
impl Clone for MustUse {
    fn clone(&self) -> Self {
        self.note_use();
        Self::default()
    }
}

impl fmt::Debug for MustUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note_use();
        f.write_str("MustUse")
    }
}

/// Always equal; whoever compares looks at both.
impl PartialEq for MustUse {
    fn eq(&self, other: &Self) -> bool {
        self.note_use();
        other.note_use();
        true
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    fn told(forget: impl FnOnce(MustUse) + std::panic::UnwindSafe) -> Option<String> {
        let panic = catch_unwind(|| forget(MustUse::or_tell("forgotten"))).err()?;
        panic.downcast().ok().map(|words| *words)
    }

    #[test]
    fn what_nobody_has_used_tells_so() {
        assert_eq!(told(drop).as_deref(), Some("forgotten"));
        drop(MustUse::default());
        for is_used in [
            MustUse::note_use,
            |it: &MustUse| drop(it.clone()),
            |it: &MustUse| drop(format!("{it:?}")),
            |it: &MustUse| assert_eq!(*it, MustUse::or_tell("it too")),
        ] {
            assert_eq!(told(|it| is_used(&it)), None);
        }
    }

    #[test]
    fn a_panic_comes_first() {
        let panic = catch_unwind(|| {
            let _it = MustUse::or_tell("forgotten");
            panic!("first");
        });
        let words = panic.unwrap_err().downcast::<&str>();
        assert_eq!(*words.unwrap(), "first");
    }
}
