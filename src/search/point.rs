//! What a search sees of a scheduling point.

use crate::site::MarkerId;

/// A thread of the program under test: its place in the order in which threads were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ThreadId(u32);

impl ThreadId {
    /// The id of the thread that was added after `index` others.
    ///
    /// # Panics
    ///
    /// If there are more than 2^32 threads, which no operating system lets a test start.
    #[inline]
    pub(crate) fn new(index: usize) -> Self {
        ThreadId(u32::try_from(index).expect("fewer than 2^32 threads"))
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// The id whose [`number`](Self::number) this is.
    #[inline]
    pub(crate) fn of_number(number: u32) -> Self {
        ThreadId(number)
    }
}

/// A thread that could go on: from the marker at which it is paused, or, if it blocked after one and
/// what it waits for has come, from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) thread: ThreadId,
    pub(crate) marker: MarkerId,
}

impl Pending {
    /// Both in one number, to compare them at once.
    #[inline]
    pub(crate) fn bits(self) -> u64 {
        u64::from(self.thread.0) | u64::from(self.marker.number()) << 32
    }
}

/// A step that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) thread: ThreadId,
    pub(crate) marker: MarkerId,
    /// The thread's place among the ready, and how many they were.
    pub(crate) place: u32,
    pub(crate) among: u32,
    /// Whether the thread of the step before could have gone on instead.
    pub(crate) preempts: bool,
    /// Whether the step ended with the thread waiting: a task for its waker, a thread in the kernel.
    pub(crate) waits: bool,
    /// Whether the thread goes on from such a wait, and not from the marker.
    pub(crate) resumes: bool,
}

/// How many first steps a schedule must force for the execution to take all of `steps`: up to the
/// last one that does not follow the fixed order.
pub(crate) fn forced(steps: &[Event]) -> usize {
    let follows = |at: usize| {
        let last = at.checked_sub(1).map(|before| steps[before].thread);
        let goes_on = last == Some(steps[at].thread);
        goes_on || !steps[at].preempts && steps[at].place == 0
    };
    let is_forced = |at: &usize| !follows(*at);
    (0..steps.len()).rfind(is_forced).map_or(0, |at| at + 1)
}

/// A scheduling point: every live thread is paused or blocked, and one of the ready goes next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SchedulingPoint<'a> {
    /// The threads that could go on, at least one, in the order in which they were added.
    pub(crate) ready: &'a [Pending],
    /// The thread that took the last step.
    pub(crate) last: Option<ThreadId>,
    /// How many steps were taken before.
    pub(crate) step: usize,
}

impl SchedulingPoint<'_> {
    /// The index of the thread that the fixed order lets go on: the one that ran last if it can,
    /// else the first that can.
    pub(crate) fn default_choice(&self) -> usize {
        self.last_enabled().unwrap_or(0)
    }

    /// Whether letting the thread at `choice` go on takes the turn from one that could go on.
    pub(crate) fn preempts(&self, choice: usize) -> bool {
        self.last_enabled().is_some_and(|last| last != choice)
    }

    /// The index of the thread that took the last step, if it could go on.
    pub(crate) fn last_enabled(&self) -> Option<usize> {
        let last = self.last?;
        self.ready.iter().position(|ready| ready.thread == last)
    }
}
