//! What each thread knows of the others.

use super::access::{Access, Passed};
use super::mutant::Mutant;
use super::order::MemoryOrder;
use super::vector_clock::VectorClock;

/// What each thread knows of the others.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    /// More than there are threads may be kept from an earlier execution.
    threads: Vec<Thread>,
    /// How many there are.
    count: usize,
}

#[derive(Debug, Default)]
struct Thread {
    /// What happens before what the thread does now.
    clock: VectorClock,
    /// Its own part of it.
    own: u32,
    /// What happens before that from its next acquire fence on.
    read: VectorClock,
    /// What its relaxed stores release: all that came before its last release fence.
    fenced: VectorClock,
    /// Stores that it has read, and that do not happen before what it does.
    passed: Vec<(Stamp, Access, MemoryOrder)>,
}

/// A store.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub(super) thread: usize,
    clock: u32,
    site: usize,
    order: MemoryOrder,
}

/// How many stores are kept that a thread has read so.
const PASSED: usize = 8;

impl Clocks {
    pub(super) fn reset(&mut self) {
        self.count = 0;
    }

    /// How often a thread has released, plus one.
    #[inline]
    pub(super) fn own(&mut self, thread: usize) -> u32 {
        self.thread(thread).own
    }

    /// The same, if anything is known of the thread.
    #[inline]
    pub(super) fn own_if_known(&self, thread: usize) -> Option<u32> {
        let thread = self.threads.get(thread).filter(|_| thread < self.count);
        thread.map(|it| it.own)
    }

    #[inline]
    pub(super) fn clock(&self, thread: usize) -> &VectorClock {
        &self.threads[thread].clock
    }

    #[inline]
    fn thread(&mut self, thread: usize) -> &mut Thread {
        if thread >= self.count {
            self.add(thread);
        }
        &mut self.threads[thread]
    }

    #[inline(never)]
    fn add(&mut self, thread: usize) {
        if self.threads.len() <= thread {
            self.threads.resize_with(thread + 1, Thread::default);
        }
        for number in self.count..=thread {
            self.threads[number].begin(number);
        }
        self.count = thread + 1;
    }

    /// Both of two threads.
    fn both(&mut self, one: usize, other: usize) -> [&mut Thread; 2] {
        self.thread(one.max(other));
        let both = self.threads.get_disjoint_mut([one, other]);
        both.expect("a thread is not ordered with itself")
    }

    pub(super) fn spawn(&mut self, parent: usize, child: usize) {
        self.thread(child).begin(child);
        if !Mutant::StartsOrderNothing.is_on() {
            self.order(parent, child);
        }
    }

    pub(super) fn order(&mut self, before: usize, after: usize) {
        if before != after {
            let [before_it, after_it] = self.both(before, after);
            after_it.clock.join(&before_it.clock);
            before_it.tick(before);
        }
    }

    /// `thread` reads what may have been released after all that every thread has done so far.
    #[cold]
    pub(super) fn read_all(&mut self, thread: usize, order: MemoryOrder) {
        for other in (0..self.count).filter(|it| *it != thread) {
            let [other_it, own] = self.both(other, thread);
            let known = if order.acquires() {
                &mut own.clock
            } else {
                &mut own.read
            };
            known.join(&other_it.clock);
            other_it.tick(other);
        }
    }

    /// `thread` reads what was released with this clock.
    pub(super) fn acquire(&mut self, thread: usize, released: &VectorClock, order: MemoryOrder) {
        let own = self.thread(thread);
        if order.acquires() || Mutant::RelaxedAcquires.is_on() {
            own.clock.join(released);
        } else {
            own.read.join(released);
        }
    }

    /// `thread` writes what others may read, who then acquire what is added to this clock.
    pub(super) fn release(
        &mut self,
        thread: usize,
        released: &mut VectorClock,
        order: MemoryOrder,
    ) {
        let own = self.thread(thread);
        if order.releases() {
            released.join(&own.clock);
            own.tick(thread);
        } else if Mutant::FencesCoverLater.is_on() && own.fenced != VectorClock::default() {
            released.join(&own.clock);
        } else {
            released.join(&own.fenced);
        }
    }

    pub(super) fn fence(&mut self, thread: usize, order: MemoryOrder) {
        let own = self.thread(thread);
        if order.acquires() && !Mutant::AcquireFencesIgnored.is_on() {
            own.clock.join(&own.read);
        }
        if order.releases() && !Mutant::ReleaseFencesIgnored.is_on() {
            own.fenced.clone_from(&own.clock);
            own.tick(thread);
        }
    }

    /// The store that `thread` makes now.
    pub(super) fn stamp(&mut self, thread: usize, site: usize, order: MemoryOrder) -> Stamp {
        Stamp {
            thread,
            clock: self.own(thread),
            site,
            order,
        }
    }

    /// `thread` has read what this store has left.
    #[inline]
    pub(super) fn note_load(
        &mut self,
        thread: usize,
        store: Option<Stamp>,
        load: Access,
        order: MemoryOrder,
    ) {
        if let Some(store) = store
            && store.thread != thread
            && self.thread(thread).clock.of(store.thread) < store.clock
        {
            let passed = &mut self.threads[thread].passed;
            passed.retain(|(known, ..)| known.site != store.site);
            if passed.len() == PASSED {
                passed.remove(0);
            }
            passed.push((store, load, order));
        }
    }

    /// The last store of `other` that `thread` has read without being ordered after it, if `other` has made that
    /// at this time or later.
    pub(super) fn passed(&self, thread: usize, other: usize, clock: u32) -> Option<Passed> {
        let mut passed = self.threads[thread].passed.iter().rev();
        let (store, load, order) =
            passed.find(|(store, ..)| store.thread == other && store.clock >= clock)?;
        Some(Passed {
            store: store.site,
            store_order: store.order,
            load: load.site,
            load_order: *order,
        })
    }
}

impl Thread {
    /// Nothing is known to happen before what it does.
    fn begin(&mut self, number: usize) {
        self.clock.clear();
        self.read.clear();
        self.fenced.clear();
        self.passed.clear();
        self.own = 0;
        self.tick(number);
    }

    /// What the thread does from now on does not happen before what reads what it has released so far.
    fn tick(&mut self, number: usize) {
        if self.own == 0 || !Mutant::TimeStandsStill.is_on() {
            self.own += 1;
        }
        self.clock.set(number, self.own);
    }
}
