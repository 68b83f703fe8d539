//! What steps touch: what their markers declare, and what the calls in them are known to do.

use super::{Access, ExecutionState, Footprint, Object, Pending, ThreadId, in_32_bits};
use crate::operation::Knowledge;

impl ExecutionState {
    /// `thread`, which is running, is about to reach a marker that declares what it gates.
    pub(crate) fn declare(&mut self, thread: ThreadId, footprint: Footprint) {
        self.footprints.declare(thread, footprint);
    }

    /// `thread`, which is running, is about to stop before `access`, which it does not tell of.
    #[cfg(interlace)]
    pub(crate) fn declare_access(&mut self, thread: ThreadId, access: Access) {
        self.loops.leave(thread);
        self.footprints.declare_accesses(thread, [access]);
    }

    /// The step under way has touched this.
    #[inline]
    pub(crate) fn touch(&mut self, access: Access) {
        if cfg!(interlace) {
            self.leave_loops_to(&access);
        }
        self.note_touched(access);
    }

    #[inline]
    pub(super) fn note_touched(&mut self, access: Access) {
        if self.taken > self.known {
            let step = &mut self.steps[self.taken - 1];
            let is_order = matches!(
                access.object,
                Object::Thread(_) | Object::Loop(_) | Object::Scope(_)
            );
            step.has_called |= !is_order;
            self.accesses.push(access);
            step.accesses_end = in_32_bits(self.accesses.len());
        }
    }

    /// `thread`, which is running, begins a wait that may time out, where others wake it at `queue`, if they do.
    pub(crate) fn begin_timed_wait(&mut self, thread: ThreadId, queue: Option<Access>) {
        self.footprints.begin_timed_wait(thread, queue);
    }

    /// The step under way has found this count where it has changed one.
    #[cfg(interlace)]
    pub(crate) fn note_count(&mut self, found: u64) {
        if self.taken > self.known {
            let before = self.taken.checked_sub(2);
            let begin = before.map_or(0, |before| self.steps[before].accesses_end);
            let mut own = self.accesses[begin as usize..].iter_mut().rev();
            if let Some(access) = own.find(|it| it.is_count()) {
                access.found = found;
            }
        }
    }

    /// Whether `thread` was woken is looked at or changed in the step under way.
    pub(super) fn touch_waker(&mut self, thread: ThreadId) {
        self.note_touched(Access::write(Object::Waker(thread)));
    }

    /// By the step under way `thread`, which waited, can go on.
    pub(super) fn touch_thread(&mut self, thread: ThreadId) {
        self.note_touched(Access::write(Object::Thread(thread)));
    }

    /// What comes next depends on more than on what steps touch: by the step under way, or by the last that was
    /// taken, a wait begins or ends that may also end otherwise, or is held back.
    pub(crate) fn note_conditional(&mut self) {
        let step = self.taken.saturating_sub(1);
        self.conditional_step.get_or_insert(step);
    }

    /// Forgets what the steps that are to be repeated have touched. If that was anything, it is noted
    /// again: it may be at other addresses.
    pub(super) fn forget_accesses(&mut self) {
        let has_any = !self.accesses.is_empty() || !self.footprints.is_empty();
        self.accesses.clear();
        self.known = if has_any { 0 } else { self.steps.len() };
    }

    /// The execution is over, unless a thread can go on after all.
    pub(crate) fn note_end(&mut self) {
        self.accesses_at_end = self.accesses.len();
    }

    /// Forgets what threads have touched since the execution [ended](Self::note_end), which they do in
    /// no step: they were unwound.
    pub(crate) fn forget_touched_since_end(&mut self) {
        self.accesses.truncate(self.accesses_at_end);
        if let Some(last) = self.steps[..self.taken].last_mut() {
            last.accesses_end = last.accesses_end.min(in_32_bits(self.accesses_at_end));
        }
    }

    /// The step that begins with `pending` is being repeated: notes what is known of it, again.
    #[cold]
    pub(super) fn note_again(&mut self, pending: Pending) {
        self.steps[self.taken - 1].accesses_end = in_32_bits(self.accesses.len());
        if !self.footprints.is_empty() {
            self.note_footprint(pending);
        }
    }

    /// The step that begins with `pending` is the last taken: notes what is known of it.
    #[cfg_attr(interlace, inline)]
    #[cfg_attr(not(interlace), cold)]
    pub(super) fn note_footprint(&mut self, pending: Pending) {
        let is_one = cfg!(interlace) && self.footprints.take_one(pending, &mut self.accesses);
        let knowledge = if is_one {
            Knowledge::Declared
        } else {
            self.pass(pending)
        };
        // Each by itself: to load a step as a whole just after its parts were stored stalls the load.
        let step = &mut self.steps[self.taken - 1];
        step.knowledge = knowledge;
        step.has_called = false;
        step.accesses_end = in_32_bits(self.accesses.len());
    }

    /// The step that begins with `pending` is being taken. Returns what is known of it.
    #[cfg_attr(interlace, inline(never))]
    fn pass(&mut self, pending: Pending) -> Knowledge {
        let knowledge = self.footprints.touched_by(pending, &mut self.accesses);
        if pending.operation.is_marker() || self.footprints.is_one_step(pending) {
            self.footprints.pass(pending.thread);
        }
        self.footprints.have_begun(pending.thread);
        knowledge
    }
}
