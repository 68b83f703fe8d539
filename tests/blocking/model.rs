//! A model of `std::sync::Mutex` on Linux, and every execution of programs made of such locks.
//!
//! A lock is a word: 0 is free, 1 is taken, 2 is taken and somebody may wait. Who finds it taken
//! makes it 2 and waits in the queue of the word. Who frees it wakes the first in the queue if it was
//! 2. Whoever is woken can go on; and if another was faster, it makes the word 2 and waits again, at
//! the end of the queue: that is a step, too.

use std::ops::AddAssign;

/// What one thread does with the locks, by number. A marker stands before each segment.
pub(crate) type Body = Vec<Vec<Act>>;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Lock(usize),
    Unlock(usize),
}

/// How many executions end in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Ends {
    pub(crate) held: u64,
    pub(crate) deadlocked: u64,
}

impl AddAssign for Ends {
    fn add_assign(&mut self, other: Self) {
        self.held += other.held;
        self.deadlocked += other.deadlocked;
    }
}

#[derive(Debug, Clone)]
struct State {
    words: Vec<u8>,
    /// Who waits for a lock and has not been woken, whoever came first in front.
    queue: Vec<(usize, usize)>,
    threads: Vec<Place>,
}

/// Where a thread is in its body, and the lock at which it waits.
#[derive(Debug, Clone, Copy)]
struct Place {
    segment: usize,
    act: usize,
    waits: Option<usize>,
}

/// Who is held back by a lock that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Who waits, until woken.
    Queue,
    /// And who is about to take it.
    Declared,
    /// Who waits, whatever the word.
    Taken,
}

/// Runs every execution of `bodies`.
pub(crate) fn every(bodies: &[Body], locks: usize) -> Ends {
    start(bodies, locks, Rule::Queue)
}

/// As `every`, of locks of files: who waits can go on when the lock is free, and only then.
pub(crate) fn every_of_files(bodies: &[Body], locks: usize) -> Ends {
    start(bodies, locks, Rule::Taken)
}

/// As `every`, where markers say which lock the segment begins by taking: a thread is ready there
/// only while that is free.
pub(crate) fn every_declared(bodies: &[Body], locks: usize) -> Ends {
    start(bodies, locks, Rule::Declared)
}

fn start(bodies: &[Body], locks: usize, rule: Rule) -> Ends {
    let start = Place {
        segment: 0,
        act: 0,
        waits: None,
    };
    let state = State {
        words: vec![0; locks],
        queue: Vec::new(),
        threads: vec![start; bodies.len()],
    };
    explore(bodies, &state, rule)
}

fn explore(bodies: &[Body], state: &State, rule: Rule) -> Ends {
    let mut ends = Ends::default();
    let is_ready = |thread: &usize| {
        let place = state.threads[*thread];
        let Some(segment) = bodies[*thread].get(place.segment) else {
            return false;
        };
        let is_shut = matches!(segment.first(), Some(&Act::Lock(lock)) if state.words[lock] > 0);
        let waits = place.waits.is_some_and(|lock| match rule {
            Rule::Taken => state.words[lock] > 0,
            Rule::Queue | Rule::Declared => state.queue.contains(&(*thread, lock)),
        });
        let is_held_back = rule == Rule::Declared && is_shut;
        !(waits || is_held_back)
    };
    let ready: Vec<usize> = (0..bodies.len()).filter(is_ready).collect();
    for &thread in &ready {
        let mut next = state.clone();
        next.step(&bodies[thread], thread);
        ends += explore(bodies, &next, rule);
    }
    if ready.is_empty() {
        let is_held = (0..bodies.len()).all(|it| state.threads[it].segment == bodies[it].len());
        ends.held += u64::from(is_held);
        ends.deadlocked += u64::from(!is_held);
    }
    ends
}

impl State {
    /// Lets the thread go on to its next marker, its end, or a lock that is taken.
    fn step(&mut self, body: &Body, thread: usize) {
        let place = &mut self.threads[thread];
        let mut was_waiting = place.waits.take().is_some();
        // Of a file's lock, which has no queue.
        self.queue.retain(|(other, _)| *other != thread);
        for act in &body[place.segment][place.act..] {
            match *act {
                Act::Unlock(lock) => {
                    let first = self.queue.iter().position(|(_, other)| *other == lock);
                    if let Some(first) = first.filter(|_| self.words[lock] == 2) {
                        self.queue.remove(first);
                    }
                    self.words[lock] = 0;
                }
                Act::Lock(lock) if self.words[lock] == 0 => {
                    // Who has waited does not know whether others do.
                    self.words[lock] = if was_waiting { 2 } else { 1 };
                }
                Act::Lock(lock) => {
                    self.words[lock] = 2;
                    place.waits = Some(lock);
                    self.queue.push((thread, lock));
                    return;
                }
            }
            was_waiting = false;
            place.act += 1;
        }
        place.segment += 1;
        place.act = 0;
    }
}
