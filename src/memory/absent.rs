//! In place of all that, where accesses are not seen: memory is as the system gives it.

/// The thread of the program, or the code around it, that memory belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner;

impl Owner {
    pub(crate) const NOBODY: Self = Owner;
    pub(crate) const HOOKS: Self = Owner;

    pub(crate) fn declared(_: usize) -> Self {
        Owner
    }

    #[cfg_attr(not(feature = "system"), allow(dead_code))]
    pub(crate) fn started() -> Self {
        Owner
    }

    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(crate) fn run<T>(self, body: impl FnOnce() -> T) -> T {
        let Owner = self;
        body()
    }

    #[inline]
    #[cfg_attr(not(feature = "system"), allow(dead_code))]
    pub(crate) fn is_started(self, _: usize) {
        let Owner = self;
    }

    #[inline]
    pub(crate) fn last_run<T>(body: impl FnOnce() -> T) -> T {
        body()
    }
}

#[inline]
pub(crate) fn outside<T>(body: impl FnOnce() -> T) -> T {
    body()
}

#[derive(Debug)]
pub(crate) struct Back;

#[inline]
pub(crate) fn step_out() -> Back {
    Back
}

#[inline]
pub(crate) fn step_aside() {}

#[inline]
pub(crate) fn come_back() {}

#[inline]
#[cfg_attr(not(feature = "system"), allow(dead_code))]
pub(crate) fn forget(_: usize, _: usize) {}

#[inline]
pub(crate) fn begin_execution() {}

#[inline]
pub(crate) fn end_execution() {}

#[inline]
pub(crate) fn leave_execution() {}

#[inline]
pub(crate) fn look_for_races(_: bool) {}

#[inline]
pub(crate) fn wakes(_: usize) {}

#[inline]
#[cfg_attr(not(feature = "system"), allow(dead_code))]
pub(crate) fn joined(_: usize) {}

#[inline]
#[cfg_attr(not(feature = "system"), allow(dead_code))]
pub(crate) fn acquired(_: usize) {}

#[inline]
#[cfg_attr(not(feature = "system"), allow(dead_code))]
pub(crate) fn released(_: usize) {}

#[inline]
#[cfg_attr(not(feature = "system"), allow(dead_code))]
pub(crate) fn heard_from_outside() {}
