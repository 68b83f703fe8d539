//! Wrong variants of the checks' rules, each of which a test has to catch.

/// A rule that is broken on purpose. In a build without tests all rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutant {
    /// What was tried is known by the operations behind it, whatever the state.
    StateForgotten,
    /// What was tried is known by the state, whatever the operations behind it.
    TakenForgotten,
    /// An operation that has not returned has not taken effect.
    PendingLeftOut,
    /// An operation may come after others that were called when it had returned.
    ReturnsIgnored,
    /// What an operation that was taken back has made of the state stays.
    StateKept,
}

impl Mutant {
    #[cfg(test)]
    pub(super) const ALL: [Mutant; 5] = [
        Mutant::StateForgotten,
        Mutant::TakenForgotten,
        Mutant::PendingLeftOut,
        Mutant::ReturnsIgnored,
        Mutant::StateKept,
    ];

    #[cfg(not(test))]
    #[allow(clippy::unused_self, reason = "in tests it is used")]
    pub(super) const fn is_on(self) -> bool {
        false
    }

    #[cfg(test)]
    pub(super) fn is_on(self) -> bool {
        ON.get() == Some(self)
    }

    /// What `run` returns while the rule is broken, on this thread only.
    #[cfg(test)]
    pub(super) fn during<T>(self, run: impl FnOnce() -> T) -> T {
        ON.set(Some(self));
        let result = run();
        ON.set(None);
        result
    }
}

#[cfg(test)]
thread_local! {
    static ON: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}
