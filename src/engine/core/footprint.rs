//! What steps touch: what their markers declare, and what the calls in them are known to do.

use super::{Access, Event, ExecutionState, Footprint, Object, Pending, ThreadId, in_32_bits};

impl ExecutionState {
    /// `thread`, which is running, is about to reach a marker that declares what it gates.
    pub(crate) fn declare(&mut self, thread: ThreadId, footprint: Footprint) {
        self.footprints.declare(thread, footprint);
    }

    /// The step under way has touched this.
    #[inline]
    pub(crate) fn touch(&mut self, access: Access) {
        // What a repeated step touches is known.
        if self.taken > self.repeated {
            self.accesses.push(access);
            self.steps[self.taken - 1].accesses_end = in_32_bits(self.accesses.len());
        }
    }

    /// Whether `thread` was woken is looked at or changed in the step under way.
    pub(super) fn touch_waker(&mut self, thread: ThreadId) {
        self.touch(Access::write(Object::Waker(thread)));
    }

    /// By the step under way `thread`, which waited, can go on.
    pub(super) fn touch_thread(&mut self, thread: ThreadId) {
        self.touch(Access::write(Object::Thread(thread)));
    }

    /// The step under way begins or ends a wait that may also end otherwise than by a step of another
    /// thread.
    pub(crate) fn note_conditional(&mut self) {
        let step = self.taken.saturating_sub(1);
        self.conditional_step.get_or_insert(step);
    }

    /// The step that begins with `pending` has just been added: notes what is known of it.
    #[cold]
    pub(super) fn note_footprint(&mut self, pending: Pending) {
        let knowledge = self.footprints.touched_by(pending, &mut self.accesses);
        if pending.operation.is_marker() {
            self.footprints.pass(pending.thread);
        }
        if let Some(step) = self.steps.last_mut() {
            *step = Event {
                knowledge,
                accesses_end: in_32_bits(self.accesses.len()),
                ..*step
            };
        }
    }
}
