//! Threads that wait in loops until a cell is not zero.

use super::super::program::{Code, cell};
use super::Machine;
use crate::operation::{Access, Object, StepEnd, ThreadId, ThreadState, WaitSite};

impl Machine<'_> {
    /// The thread looks at what it awaits, and waits if that is not there.
    pub(super) fn enter_loop(&mut self, thread: usize, cells: &[usize]) -> StepEnd {
        if self.leave_loop(thread) {
            self.arrive(thread);
            return StepEnd::Paused;
        }
        let id = ThreadId::new(thread);
        let reads = cells.iter().map(|it| Access::read(cell(*it)));
        let again = reads.chain([Access::read(Object::Loop(id))]).collect();
        self.execution.footprints.declare_after_wait(id, again);
        self.in_loops.push(thread);
        *self.state(thread) = ThreadState::Blocked(WaitSite::unknown());
        StepEnd::Waits
    }

    /// The cells that the thread awaits, if it is about to.
    fn awaited(&self, thread: usize) -> Vec<usize> {
        match self.next_code(thread) {
            Some(Code::Await(cells)) => cells.clone(),
            _ => Vec::new(),
        }
    }

    /// The last step has changed cells: those may go on that wait for them.
    pub(super) fn let_go_of_loops(&mut self, before: &[u64]) {
        for thread in self.in_loops.clone() {
            let mut awaited = self.awaited(thread).into_iter();
            if awaited.any(|it| self.cells[it] != before[it]) {
                self.touch(Access::write(Object::Loop(ThreadId::new(thread))));
                *self.state(thread) = ThreadState::Unblocked(WaitSite::unknown());
            }
        }
    }

    /// The thread reads what it awaits. Returns whether that is there.
    pub(super) fn leave_loop(&mut self, thread: usize) -> bool {
        let awaited = self.awaited(thread);
        let has_come = awaited.iter().any(|it| self.cells[*it] != 0);
        if has_come {
            self.registers[self.code[thread]] = self.cells[awaited[0]];
            self.line[thread] += 1;
        }
        has_come
    }
}
