//! What is known of the threads that wait inside of calls to the system.

use super::ready_check::ReadyCheck;
use super::real_time::RealTime;
use crate::operation::ThreadId;

/// What is known of the threads that are inside of calls.
#[derive(Debug, Default)]
pub(super) struct CallWaits {
    /// What those wait for that wait for the world outside.
    pub(super) checks: Vec<(ThreadId, ReadyCheck)>,
    /// The threads that can unwind from where they wait, by id.
    pub(super) can_unwind: Vec<ThreadId>,
    /// The threads that were told to unwind, and those that can neither go on nor unwind.
    pub(super) unwinding: Vec<ThreadId>,
    pub(super) left: Vec<ThreadId>,
    /// How often each thread has yielded since it last waited, by id.
    pub(super) yields: Vec<u8>,
    /// How often threads have gone on at once from a wait with a time-out, since the execution is over.
    pub(super) hurried: usize,
    /// How many accesses threads have made since the execution is over, where they are seen.
    pub(super) accesses_since_end: usize,
    pub(super) real_time: RealTime,
}

impl CallWaits {
    /// Of an execution that begins now.
    pub(super) fn new(is_time_real: bool) -> Self {
        CallWaits {
            real_time: RealTime::begin(is_time_real),
            ..CallWaits::default()
        }
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        self.checks.clear();
        self.can_unwind.clear();
        self.unwinding.clear();
        self.left.clear();
        self.yields.clear();
        self.hurried = 0;
        self.accesses_since_end = 0;
        self.real_time = RealTime::begin(self.real_time.is_real());
    }
}
