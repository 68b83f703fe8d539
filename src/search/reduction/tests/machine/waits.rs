//! Threads that wait until woken, or until a time.

use super::super::program::{Code, queue};
use super::Machine;
use crate::operation::{Access, Object, ThreadId, ThreadState, WaitSite};

impl Machine<'_> {
    pub(super) fn wait(&mut self, thread: usize, code: &Code) {
        match *code {
            Code::WaitFor(number, time) => {
                self.queues[number].push(thread);
                self.wait_for(thread, time, Some(queue(number)));
            }
            Code::Sleep(time) => self.wait_for(thread, time, None),
            Code::Wait(queue) => {
                self.queues[queue].push(thread);
                *self.state(thread) = ThreadState::Blocked(WaitSite::unknown());
            }
            _ => unreachable!("it does not wait"),
        }
    }

    pub(super) fn wake(&mut self, queue: usize) {
        if self.queues[queue].is_empty() {
            return;
        }
        let woken = self.queues[queue].remove(0);
        *self.state(woken) = ThreadState::Unblocked(WaitSite::unknown());
        if !self.deadlines.contains_key(&woken) {
            self.touch(Access::write(Object::Thread(ThreadId::new(woken))));
        }
    }

    pub(super) fn look(&mut self) -> u64 {
        self.touch(Access::write(Object::Clock));
        self.time += 1;
        self.time
    }

    fn wait_for(&mut self, thread: usize, time: u64, queue: Option<Access>) {
        let deadline = self.look() + time;
        self.deadlines.insert(thread, deadline);
        let footprints = &mut self.execution.footprints;
        footprints.begin_timed_wait(ThreadId::new(thread), queue);
        *self.state(thread) = ThreadState::MayGoOn(WaitSite::unknown());
    }

    pub(super) fn time_out(&mut self, thread: usize) {
        let own = self.code[thread];
        self.queues
            .iter_mut()
            .for_each(|it| it.retain(|it| *it != thread));
        self.time = self.time.max(self.deadlines[&thread]);
        self.registers[own] = self.time;
    }
}
