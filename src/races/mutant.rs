//! Wrong variants of the rules, each of which a test has to catch.

/// A rule that is broken on purpose. In a build without tests all rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutant {
    /// A store does not end the release sequence that there was.
    StoresKeep,
    /// The same, for a store of the thread that has stored last: as in C++11.
    OwnStoresKeep,
    /// A read-modify-write ends the release sequence that it reads from.
    UpdatesEnd,
    /// One that releases does.
    ReleasesReplace,
    /// A relaxed load acquires.
    RelaxedAcquires,
    AcquireFencesIgnored,
    /// Who ends to share a lock happens before those who begin to.
    SharersOrdered,
    ReleaseFencesIgnored,
    /// A relaxed store releases what came after the last release fence, too.
    FencesCoverLater,
    /// To start a thread orders nothing.
    StartsOrderNothing,
    /// What a thread does after a release is taken for what it did before.
    TimeStandsStill,
    /// Accesses to the same eight bytes are to the same bytes.
    BytesConfused,
    /// Two atomic accesses race.
    AtomicsRace,
    /// The last access to a byte stands for all before it.
    LastAccessOnly,
}

impl Mutant {
    #[cfg(not(test))]
    #[allow(clippy::unused_self, reason = "in tests it is used")]
    #[inline]
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
