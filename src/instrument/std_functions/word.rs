//! The words by which std's functions synchronise.

use std::sync::atomic::{AtomicU32, Ordering as AtomicOrdering};
use std::time::Duration;

use super::super::point::{Operation, touch, written};
use super::super::races;
use crate::engine::call::Hook;
use crate::memory::Done;
use crate::races::MemoryOrder;
pub(super) use crate::races::MemoryOrder::{Acquire, Relaxed, Release};
use crate::system::futex;

/// A word of std, looked at or changed by one call of a function of std.
#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    atomic: &'a AtomicU32,
    /// The address to which the call returns.
    caller: usize,
    /// Whether its value is put back at the end of an execution.
    is_put_back: bool,
}

impl Word<'_> {
    /// # Safety
    ///
    /// At this address lies a word of std, which lives as long as the call.
    pub(super) unsafe fn at(address: usize, caller: usize) -> Self {
        let place = std::ptr::with_exposed_provenance_mut(address);
        // SAFETY: as the caller promises. All access it atomically.
        let atomic = unsafe { AtomicU32::from_ptr(place) };
        Word {
            atomic,
            caller,
            is_put_back: true,
        }
    }

    /// The same, of what threads change too that no run controls, and std by code that is not seen. What was there in
    /// the middle of that must not be put back.
    pub(super) fn kept(self) -> Self {
        Word {
            is_put_back: false,
            ..self
        }
    }

    /// A point before a write. Of several in one call each has a number, less than the call has bytes: an
    /// address within the call tells its place in the code as well as the one behind it.
    pub(super) fn stop(self, name: &'static str, number: usize) {
        Operation::write(name).point_of_std(self.atomic.as_ptr(), self.caller - number);
    }

    /// As [`stop`](Self::stop), before a lock with this word is acquired: until it is free.
    pub(super) fn stop_to_lock(self, number: usize) {
        Operation::write("lock").point_of_lock(self.atomic.as_ptr(), self.caller - number);
    }

    pub(super) fn address(self) -> usize {
        self.atomic.as_ptr().addr()
    }

    /// What is there, to decide whether the call is one of the program at all.
    pub(super) fn peek(self) -> u32 {
        self.atomic.load(AtomicOrdering::SeqCst)
    }

    /// The ordering is that of std, here and below: others need not be told of anything that it does not order.
    pub(super) fn load(self, order: MemoryOrder) -> u32 {
        touch(self.atomic.as_ptr(), false);
        let found = self.atomic.load(AtomicOrdering::SeqCst);
        self.tell(Done::Load(found.into()), order);
        found
    }

    pub(super) fn swap(self, value: u32, order: MemoryOrder) -> u32 {
        self.write(order, |_| Some(value)).unwrap_or(value)
    }

    pub(super) fn fetch_add(self, value: u32, order: MemoryOrder) -> u32 {
        let add = |found: u32| Some(found.wrapping_add(value));
        self.write(order, add).unwrap_or(value)
    }

    /// Returns what was there, as an error if it is another value than `expected`. That is found by a load with
    /// the same ordering, but for what it releases.
    pub(super) fn replace(self, expected: u32, value: u32, order: MemoryOrder) -> Result<u32, u32> {
        self.write(order, |found| (found == expected).then_some(value))
    }

    /// Has another value take the place of what is there, if there is one. Returns what was there, as an error if
    /// there is none.
    fn write(self, order: MemoryOrder, change: impl Fn(u32) -> Option<u32>) -> Result<u32, u32> {
        let place = self.atomic.as_ptr();
        touch(place, true);
        if self.is_put_back {
            written(place.addr(), size_of::<u32>());
        }
        let strongest = AtomicOrdering::SeqCst;
        let changed = self.atomic.fetch_update(strongest, strongest, &change);
        self.tell(
            match changed {
                Ok(found) => Done::Update([found, change(found).unwrap_or(found)].map(u64::from)),
                Err(found) => Done::Load(found.into()),
            },
            order,
        );
        changed
    }

    fn tell(self, done: Done, order: MemoryOrder) {
        races::tell(self.atomic.as_ptr(), done, order, self.caller);
    }

    /// Waits while the word is `expected`, until woken. Returns whether it did not time out.
    pub(super) fn wait(self, expected: u32, timeout: Option<Duration>) -> bool {
        let here = 0;
        // SAFETY: what is further up is the caller of the function of std, and what stands in for that owns
        // nothing where it waits.
        unsafe {
            let hook = Hook::at(&here);
            futex::wait(self.atomic.as_ptr().addr(), expected, timeout, hook)
        }
    }

    /// Wakes those that wait. Returns how many.
    pub(super) fn wake(self, most: usize) -> usize {
        futex::wake(self.atomic.as_ptr().addr(), most)
    }
}
