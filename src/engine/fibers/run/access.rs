//! Accesses to memory: the fiber that makes one decides itself who comes next.

use super::Run;
use crate::engine::access_begin::AccessBegin;
use crate::engine::core::Reach;
use crate::engine::execution_core::ExecutionCore;
use crate::engine::fiber::TurnEnd;
use crate::engine::fibers::turn_record::TurnRecord;
use crate::operation::ThreadId;
use crate::site::MarkerId;

impl Run {
    /// The running thread stops before an access.
    pub(super) fn arrive(&self, reach: &Reach) -> AccessBegin {
        let mut core = self.core.borrow_mut();
        let thread = self.heartbeat.running();
        let begin = core.arrive(thread, reach);
        self.alert_if_called(&core);
        match begin {
            AccessBegin::Pauses if self.goes_on(&mut core, thread, reach.site) => {
                AccessBegin::GoesOn
            }
            begin => begin,
        }
    }

    /// The running thread stops at `marker`: decides who goes on, if that can be done on its stack. Returns
    /// whether it is the thread itself.
    #[inline]
    fn goes_on(&self, core: &mut ExecutionCore, thread: ThreadId, marker: MarkerId) -> bool {
        let is_as_usual = self.on_fiber.is_new.get()
            && !self.has_invariants
            && !self.wakes.has_any()
            && self.surroundings.is_still_quiet();
        if !is_as_usual || core.is_over() || core.has_questions() {
            return false;
        }
        let end = TurnEnd::at_marker(marker);
        self.heartbeat.reach(thread, end);
        core.state.pause(thread, marker);
        let next = core.turn();
        if next.thread() == Some(thread) {
            let mut turns = self.on_fiber.turns.borrow_mut();
            turns.push(TurnRecord::new(thread, end));
            return true;
        }
        self.on_fiber.next.set(Some(next));
        false
    }
}
