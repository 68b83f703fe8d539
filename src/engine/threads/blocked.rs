//! The threads of an execution that wait in the kernel, what for, and which of them could go on.

use std::sync::Arc;

use super::kernel::FutexWait;
use super::sleep::{Place, Sleep};
use super::stand_in::StandIn;
use crate::engine::core::ExecutionState;
use crate::engine::processor::Processor;
use crate::operation::{FileKind, SystemCall, ThreadId, ThreadState, WaitSite};

/// The threads that wait in the kernel, in the execution under way.
#[derive(Debug)]
pub(super) struct Blocked {
    waits: Vec<Wait>,
    /// Where threads have waited, in the order in which that was first so. An address differs from
    /// run to run; its place here does not.
    places: Vec<Queue>,
    /// Stand-ins with nothing to do.
    idle: Vec<StandIn>,
    processor: Arc<Processor>,
}

#[derive(Debug, Clone, Copy)]
struct Wait {
    thread: ThreadId,
    place: usize,
    sleep: Sleep,
}

/// Those who wait at one place.
#[derive(Debug)]
struct Queue {
    place: Place,
    /// Whether threads that wait here go on only in the number in which stand-ins were woken.
    is_counted: bool,
    /// Those that nobody has woken.
    stand_ins: Vec<StandIn>,
}

impl Blocked {
    pub(super) fn new(processor: &Arc<Processor>) -> Self {
        Blocked {
            waits: Vec::new(),
            places: Vec::new(),
            idle: Vec::new(),
            processor: Arc::clone(processor),
        }
    }

    /// Forgets the execution before. To be called while what it left is still there: a stand-in
    /// that waits at memory that another lock gets would take its wake-ups.
    pub(super) fn clear(&mut self) {
        self.waits.clear();
        for place in self.places.drain(..) {
            place.stand_ins.iter().for_each(StandIn::recall);
            self.idle.extend(place.stand_ins);
        }
    }

    /// As [`clear`](Self::clear), when the team is left behind: its stand-ins are no use any more.
    /// They end when what is returned is dropped, which takes a moment.
    pub(super) fn dismiss(&mut self) -> Vec<StandIn> {
        self.clear();
        std::mem::take(&mut self.idle)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waits.is_empty()
    }

    /// Whether a thread is here that sleeps in a call.
    pub(super) fn sleeps_in_calls(&self) -> bool {
        self.waits.iter().any(|wait| wait.sleep.is_call())
    }

    /// Whether a thread sleeps in a call that would not go on, as far as was heard.
    pub(super) fn awaits_calls(&self, state: &ExecutionState) -> bool {
        self.in_call(state).is_some()
    }

    /// The first such thread.
    pub(super) fn in_call(&self, state: &ExecutionState) -> Option<ThreadId> {
        let mut calls = self.waits.iter().filter(|wait| wait.sleep.is_call());
        let shut = calls.find(|wait| matches!(state.state(wait.thread), ThreadState::Blocked(_)));
        shut.map(|wait| wait.thread)
    }

    /// The running `thread` waits as it was seen, and is held.
    pub(super) fn add(&mut self, state: &mut ExecutionState, thread: ThreadId, sleep: Sleep) {
        self.hear(state);
        let (place, call) = self.place(sleep);
        if let Sleep::Futex(futex) = sleep {
            self.keep_count(place, futex);
        }
        self.waits.push(Wait {
            thread,
            place,
            sleep,
        });
        let number = u32::try_from(place).unwrap_or(u32::MAX);
        state.block(thread, WaitSite { number, call });
    }

    /// Where another waits already, how many were woken is counted from now on.
    fn keep_count(&mut self, place: usize, futex: FutexWait) {
        let Some(first) = self.waits.iter().find(|wait| wait.place == place) else {
            return;
        };
        if let (Sleep::Futex(first), false) = (first.sleep, self.places[place].is_counted) {
            self.places[place].is_counted = true;
            self.stand_in(place, first);
        }
        self.stand_in(place, futex);
    }

    /// Finds out which of the threads could go on. A thread could if the word is not what it was
    /// when the thread went to wait, since then the kernel ends the wait at once; and, where several
    /// wait, if one was woken that has not gone on yet. Or, if it sleeps in a call, if that would not
    /// sleep now.
    #[cold]
    pub(super) fn hear(&mut self, state: &mut ExecutionState) {
        let is_blocked = |at| matches!(at, ThreadState::Blocked(_) | ThreadState::Unblocked(_));
        self.waits
            .retain(|wait| is_blocked(state.state(wait.thread)));
        for place in 0..self.places.len() {
            self.count(place);
        }
        for Wait {
            thread,
            place,
            sleep,
        } in self.waits.iter().copied()
        {
            state.set_unblocked(thread, sleep.is_over() && self.lets_go(place));
        }
    }

    /// The first thread that could go on, when the execution is over.
    pub(super) fn released(&mut self, state: &mut ExecutionState) -> Option<ThreadId> {
        self.hear(state);
        let mut threads = self.waits.iter().map(|wait| wait.thread);
        threads.find(|thread| matches!(state.state(*thread), ThreadState::Unblocked(_)))
    }

    /// The number of a place, and what a report says of it.
    fn place(&mut self, sleep: Sleep) -> (usize, Option<(SystemCall, FileKind)>) {
        let (place, said) = sleep.place();
        let known = self.places.iter().position(|it| it.place == place);
        let number = known.unwrap_or_else(|| {
            self.places.push(Queue {
                place,
                is_counted: false,
                stand_ins: Vec::new(),
            });
            self.places.len() - 1
        });
        (number, said)
    }

    /// How many threads wait at a place.
    fn waiting(&self, place: usize) -> usize {
        self.waits.iter().filter(|wait| wait.place == place).count()
    }

    /// Sends a stand-in to where a thread waits. Without one the thread counts as woken.
    fn stand_in(&mut self, place: usize, futex: FutexWait) {
        let idle = self.idle.pop();
        if let Some(mut stand_in) = idle.or_else(|| StandIn::start(&self.processor)) {
            if stand_in.stand(futex) {
                self.places[place].stand_ins.push(stand_in);
            } else {
                self.idle.push(stand_in);
            }
        }
    }

    /// Finds out which stand-ins were woken.
    fn count(&mut self, place: usize) {
        let waiting = self.waiting(place);
        let Queue {
            is_counted,
            stand_ins,
            ..
        } = &mut self.places[place];
        let woken = stand_ins.extract_if(.., |stand_in| !stand_in.stands());
        self.idle.extend(woken);
        *is_counted &= waiting > 0;
    }

    /// Whether one of those who wait at a place was woken.
    fn lets_go(&self, place: usize) -> bool {
        let Queue {
            is_counted,
            stand_ins,
            ..
        } = &self.places[place];
        !is_counted || self.waiting(place) > stand_ins.len()
    }
}
