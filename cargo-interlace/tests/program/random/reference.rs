//! What programs may do, step by step, by brute force.

use std::collections::{BTreeSet, HashSet};

use super::code::{CELLS, LOCKS, RWLOCKS, Step};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Status {
    New,
    Runs,
    /// It waits to be notified, under this lock.
    Waits(usize),
    /// It was, and takes the lock again.
    Returns(usize),
    Ended,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Thread {
    status: Status,
    line: usize,
    seen: Vec<u8>,
    has_token: bool,
    references: u8,
}

/// What stands for the history of an object: its last write, and the reads since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Past {
    write: u64,
    reads: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Lock {
    /// How many read, or less than none if one writes.
    holders: i8,
    value: u8,
    flag: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    threads: Vec<Thread>,
    cells: [u8; CELLS],
    locks: [Lock; LOCKS],
    references: u8,
    /// For classes: of threads, of cells and locks, and all that has happened.
    own: Vec<u64>,
    pasts: [Past; CELLS + LOCKS],
    class: u64,
}

/// All that a program may do.
#[derive(Debug, Default)]
pub(crate) struct All {
    pub(crate) ends: BTreeSet<String>,
    classes: HashSet<u64>,
}

impl All {
    pub(crate) fn classes(&self) -> u64 {
        self.classes.len() as u64
    }
}

struct Reference<'a> {
    code: &'a [Vec<Step>],
    is_counted: bool,
}

/// All that a program may do, with the number of its classes if that `is_counted`. Nothing if there are more
/// states than `limit`.
pub(crate) fn all(code: &[Vec<Step>], is_counted: bool, limit: usize) -> Option<All> {
    let reference = Reference { code, is_counted };
    let thread = |number: usize| Thread {
        status: if number == 0 {
            Status::Runs
        } else {
            Status::New
        },
        line: 0,
        seen: Vec::new(),
        has_token: false,
        references: u8::from(number == 0),
    };
    let first = State {
        threads: (0..code.len()).map(thread).collect(),
        cells: [0; CELLS],
        locks: [Lock::default(); LOCKS],
        references: 1,
        own: vec![0; code.len()],
        pasts: [Past::default(); CELLS + LOCKS],
        class: 0,
    };
    let mut found = All::default();
    let mut known = HashSet::from([first.clone()]);
    let mut left = vec![first];
    while let Some(state) = left.pop() {
        let threads = 0..code.len();
        let next: Vec<State> = threads
            .flat_map(|it| reference.steps_of(&state, it))
            .collect();
        if next.is_empty() {
            found.ends.insert(reference.end_of(&state));
            found.classes.insert(state.class);
        }
        for state in next {
            if known.insert(state.clone()) {
                left.push(state);
            }
        }
        if known.len() > limit {
            return None;
        }
    }
    Some(found)
}

fn mix(number: u64) -> u64 {
    let mixed = (number ^ (number >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 32)
}

impl Reference<'_> {
    fn end_of(&self, state: &State) -> String {
        let started = state.threads.iter().filter(|it| it.status != Status::New);
        if started.clone().all(|it| it.status == Status::Ended) {
            let seen: Vec<_> = state.threads.iter().map(|it| &it.seen).collect();
            return format!("{seen:?}");
        }
        let mut steps = state.threads.iter().zip(self.code);
        let is_in_loop = steps.any(|(thread, code)| {
            thread.status == Status::Runs && matches!(code[thread.line], Step::Await(..))
        });
        let name = if is_in_loop {
            "Livelocked"
        } else {
            "Deadlocked"
        };
        name.to_owned()
    }

    /// The states after the next step of this thread: several if it wakes one of several.
    fn steps_of(&self, state: &State, thread: usize) -> Vec<State> {
        match state.threads[thread].status {
            Status::New | Status::Ended | Status::Waits(_) => return Vec::new(),
            Status::Returns(lock) => {
                let mut next = state.clone();
                next.threads[thread].status = Status::Runs;
                return next.acquire(lock, -1).into_iter().collect();
            }
            Status::Runs => {}
        }
        let step = self.code[thread][state.threads[thread].line];
        let mut next = state.clone();
        next.threads[thread].line += 1;
        if let Step::Notify(lock, false) = step {
            let waits = |it: &usize| state.threads[*it].status == Status::Waits(lock);
            let woken: Vec<usize> = (0..self.code.len()).filter(waits).collect();
            let wake = |woken: &usize| {
                let mut next = next.clone();
                next.threads[*woken].status = Status::Returns(lock);
                next
            };
            return match woken[..] {
                [] => vec![next],
                _ => woken.iter().map(wake).collect(),
            };
        }
        if self.is_counted {
            next.note(thread, step);
        }
        next.take(thread, step)
            .map(|mut next| {
                if next.threads[thread].line == self.code[thread].len() {
                    next.threads[thread].status = Status::Ended;
                }
                next
            })
            .into_iter()
            .collect()
    }
}

impl State {
    /// Adds the step to the history.
    fn note(&mut self, thread: usize, step: Step) {
        let (object, is_write) = match step {
            Step::Load(cell) => (cell, false),
            Step::Store(cell, _) | Step::Add(cell, _) | Step::Swap(cell, _) => (cell, true),
            Step::Exchange(cell, ..) => (cell, true),
            Step::Lock(lock) | Step::Unlock(lock) => (CELLS + lock, true),
            _ => return,
        };
        let past = &mut self.pasts[object];
        let before = if is_write { past.reads } else { 0 };
        let before = mix(past.write ^ mix(before));
        let event = mix(self.own[thread].wrapping_add(mix(before ^ mix(thread as u64 + 1))));
        self.own[thread] = event;
        self.class = self.class.wrapping_add(mix(event));
        if is_write {
            *past = Past {
                write: event,
                reads: 0,
            };
        } else {
            past.reads = past.reads.wrapping_add(mix(event));
        }
    }

    fn acquire(mut self, lock: usize, change: i8) -> Option<State> {
        let holders = &mut self.locks[lock].holders;
        let is_free = *holders == 0 || change > 0 && *holders > 0;
        *holders += change;
        is_free.then_some(self)
    }

    fn release(&mut self, lock: usize) {
        let holders = &mut self.locks[lock].holders;
        *holders -= holders.signum();
    }

    /// What is there after the step, if it can be taken.
    fn take(mut self, thread: usize, step: Step) -> Option<State> {
        let own = &mut self.threads[thread];
        let last = own.seen.last().copied();
        match step {
            Step::Load(cell) => own.seen.push(self.cells[cell]),
            Step::Store(cell, value) => self.cells[cell] = value,
            Step::Add(cell, value) => {
                own.seen.push(self.cells[cell]);
                self.cells[cell] += value;
            }
            Step::Swap(cell, value) => {
                own.seen.push(self.cells[cell]);
                self.cells[cell] = value;
            }
            Step::Exchange(cell, from, to) => {
                own.seen.push(self.cells[cell]);
                if self.cells[cell] == from {
                    self.cells[cell] = to;
                }
            }
            Step::Jump(to) => own.line = to,
            Step::JumpUnless(value, to) if last != Some(value) => own.line = to,
            Step::JumpIf(value, to) if last == Some(value) => own.line = to,
            Step::JumpIfFlag(lock, to) if self.locks[lock].flag => own.line = to,
            Step::TryLock(lock, otherwise) => {
                let is_free = self.locks[lock].holders == 0;
                own.seen.push(is_free.into());
                if !is_free {
                    own.line = otherwise;
                    return Some(self);
                }
                return self.acquire(lock, -1);
            }
            Step::Lock(lock) => return self.acquire(lock, -1),
            Step::Read(lock) => return self.acquire(lock, 1),
            Step::Touch(lock) => {
                let value = &mut self.locks[lock].value;
                own.seen.push(*value);
                *value = value.wrapping_mul(2).wrapping_add(thread as u8 + 1);
            }
            Step::Await(cell, value) => return (self.cells[cell] == value).then_some(self),
            Step::GetMut => own
                .seen
                .push((own.references > 0 && self.references == 1).into()),
            Step::Count => own.seen.push(if own.references > 0 {
                self.references
            } else {
                0
            }),
            _ => return self.take_with_others(thread, step),
        }
        Some(self)
    }

    fn take_with_others(mut self, thread: usize, step: Step) -> Option<State> {
        let own = &mut self.threads[thread];
        let has_any = u8::from(own.references > 0);
        match step {
            Step::Unlock(lock) => self.release(lock),
            Step::SetFlag(lock) => self.locks[lock].flag = true,
            Step::Wait(lock) => {
                own.status = Status::Waits(lock);
                self.release(lock);
            }
            Step::Notify(lock, _) => {
                for other in &mut self.threads {
                    if other.status == Status::Waits(lock) {
                        other.status = Status::Returns(lock);
                    }
                }
            }
            Step::Park if !std::mem::take(&mut own.has_token) => return None,
            Step::Unpark(other) => self.threads[other].has_token = true,
            Step::Spawn(other) => {
                self.references += has_any;
                let other = &mut self.threads[other];
                (other.status, other.references) = (Status::Runs, has_any);
            }
            Step::Join(other) => {
                return (self.threads[other].status == Status::Ended).then_some(self);
            }
            Step::Clone => {
                own.references += has_any;
                self.references += has_any;
            }
            Step::Drop => {
                own.references -= has_any;
                self.references -= has_any;
            }
            Step::DropAll if own.references > 0 => {
                // One after the other.
                own.references -= 1;
                self.references -= 1;
                own.line -= usize::from(own.references > 0);
            }
            _ => {}
        }
        Some(self)
    }
}

const _: () = assert!(RWLOCKS.end == LOCKS);
