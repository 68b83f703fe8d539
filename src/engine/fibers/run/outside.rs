//! What a carrier waits for outside of the program.

use std::time::{Duration, Instant};

use super::Run;
use crate::engine::Phase;
use crate::engine::external_wakers::{Pace, SETTLE, WakeStatus, ask_for};
use crate::engine::outside::Settled;
use crate::operation::ThreadId;

impl Run {
    /// Waits until the outside threads sleep that have to do with the program.
    #[inline]
    pub(super) fn settle(&self) {
        if !self.surroundings.is_quiet() {
            self.wait_for_sleep();
        }
        if let Some(grace) = self.grace {
            self.await_answers(grace);
        }
    }

    /// Waits until all threads could go on that wait for the world outside, or for the grace.
    #[cold]
    fn await_answers(&self, grace: Duration) {
        ask_for(grace, || !self.core.borrow_mut().awaits_answer());
    }

    /// Returns whether they sleep: otherwise the time of the execution is up.
    #[cold]
    fn wait_for_sleep(&self) -> bool {
        let phase = self.heartbeat.phase();
        let sleep = loop {
            let settled = self.surroundings.settle();
            let is_busy = matches!(settled, Settled::Busy(_));
            let mut core = self.core.borrow_mut();
            core.note_settled(settled);
            if !is_busy {
                break true;
            }
            if self.since().elapsed() >= self.timeout {
                if !core.is_over() || core.is_stuck() {
                    let end = core.timed_out();
                    core.fail(end);
                }
                break false;
            }
            // The watcher is to see a carrier at rest: this one looks at the clock itself.
            self.heartbeat.rest();
        };
        if let Some(phase) = phase {
            self.heartbeat.enter(phase);
        }
        sleep
    }

    /// When the run began to wait in this execution.
    fn since(&self) -> Instant {
        let since = self.since.get().unwrap_or_else(Instant::now);
        self.since.set(Some(since));
        since
    }

    /// When nobody can go on, waits for something outside of the program to change that, if it may.
    /// Returns whose turn comes next then.
    #[inline]
    pub(in crate::engine::fibers) fn wait_for_outside(&self) -> Option<ThreadId> {
        if !self.core.borrow().is_stuck() {
            return None;
        }
        self.heartbeat.rest();
        let turn = self.hear_outside();
        self.heartbeat.enter(Phase::Threads);
        turn
    }

    #[cold]
    fn hear_outside(&self) -> Option<ThreadId> {
        let since = self.since();
        let mut pace = Pace::new();
        let mut heard = None;
        loop {
            if !self.wait_for_sleep() {
                return None;
            }
            self.hear_wakes();
            let mut core = self.core.borrow_mut();
            let is_settled = heard.is_some_and(|since: Instant| since.elapsed() >= SETTLE);
            match core.news(is_settled, || self.wakes.are_new()) {
                WakeStatus::Woken => return self.next_turn(core, None),
                WakeStatus::Nothing => {
                    drop(core);
                    if self.surroundings.await_others() {
                        continue;
                    }
                    return None;
                }
                WakeStatus::Wait if since.elapsed() >= self.timeout => drop(core.give_up()),
                WakeStatus::Wait => {}
            }
            if core.has_heard() {
                heard.get_or_insert_with(Instant::now);
            }
            drop(core);
            if !self.surroundings.process_lock.let_interrupted_go() {
                self.wakes.wait(pace.next());
            }
        }
    }
}
