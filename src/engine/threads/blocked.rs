//! The threads of an execution that wait in the kernel, what for, and which of them could go on.

use std::sync::Arc;

use super::sight::{FutexWait, word};
use super::stand_in::StandIn;
use crate::engine::At;
use crate::engine::processor::Processor;
use crate::engine::state::State;
use crate::search::ThreadId;

/// The threads that wait in the kernel, in the execution under way.
#[derive(Debug)]
pub(super) struct Blocked {
    waits: Vec<Wait>,
    /// Where threads have waited, in the order in which that was first so. An address differs from
    /// run to run; its place here does not.
    places: Vec<Place>,
    /// Stand-ins with nothing to do.
    idle: Vec<StandIn>,
    processor: Arc<Processor>,
}

#[derive(Debug, Clone, Copy)]
struct Wait {
    thread: ThreadId,
    place: usize,
    futex: FutexWait,
}

#[derive(Debug)]
struct Place {
    address: usize,
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

    /// The running `thread` waits for `futex`, and is held.
    pub(super) fn add(&mut self, state: &mut State, thread: ThreadId, futex: FutexWait) {
        self.hear(state);
        let place = self.place(futex.address);
        if let Some(first) = self.waits.iter().find(|wait| wait.place == place).copied() {
            if !self.places[place].is_counted {
                self.places[place].is_counted = true;
                self.stand_in(first);
            }
            self.stand_in(Wait {
                thread,
                place,
                futex,
            });
        }
        self.waits.push(Wait {
            thread,
            place,
            futex,
        });
        state.block(thread, u32::try_from(place).unwrap_or(u32::MAX));
    }

    /// Finds out which of the threads could go on. A thread could if the word is not what it was
    /// when the thread went to wait, since then the kernel ends the wait at once; and, where several
    /// wait, if one was woken that has not gone on yet.
    #[cold]
    pub(super) fn hear(&mut self, state: &mut State) {
        let is_blocked = |at| matches!(at, At::Blocked(_) | At::Released(_));
        self.waits.retain(|wait| is_blocked(state.at(wait.thread)));
        for place in 0..self.places.len() {
            self.count(place);
        }
        for Wait {
            thread,
            place,
            futex,
        } in self.waits.iter().copied()
        {
            // Memory that is gone ends the wait, too.
            let has_changed = word(futex.address) != Some(futex.expected);
            state.set_released(thread, has_changed && self.lets_go(place));
        }
    }

    /// The first thread that could go on, when the execution is over.
    pub(super) fn released(&mut self, state: &mut State) -> Option<ThreadId> {
        self.hear(state);
        let mut threads = self.waits.iter().map(|wait| wait.thread);
        threads.find(|thread| matches!(state.at(*thread), At::Released(_)))
    }

    fn place(&mut self, address: usize) -> usize {
        let known = self
            .places
            .iter()
            .position(|place| place.address == address);
        known.unwrap_or_else(|| {
            self.places.push(Place {
                address,
                is_counted: false,
                stand_ins: Vec::new(),
            });
            self.places.len() - 1
        })
    }

    /// How many threads wait at a place.
    fn waiting(&self, place: usize) -> usize {
        self.waits.iter().filter(|wait| wait.place == place).count()
    }

    /// Sends a stand-in to where a thread waits. Without one the thread counts as woken.
    fn stand_in(&mut self, wait: Wait) {
        let idle = self.idle.pop();
        if let Some(mut stand_in) = idle.or_else(|| StandIn::start(&self.processor)) {
            if stand_in.stand(wait.futex) {
                self.places[wait.place].stand_ins.push(stand_in);
            } else {
                self.idle.push(stand_in);
            }
        }
    }

    /// Finds out which stand-ins were woken.
    fn count(&mut self, place: usize) {
        let waiting = self.waiting(place);
        let Place {
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
        let Place {
            is_counted,
            stand_ins,
            ..
        } = &self.places[place];
        !is_counted || self.waiting(place) > stand_ins.len()
    }
}
