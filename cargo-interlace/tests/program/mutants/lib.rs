//! A place for one message at a time, and its tests. What they miss is in `tests/mutants.rs`.

use std::cell::UnsafeCell;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32};

const EMPTY: u8 = 0;
const WRITTEN: u8 = 1;
const FULL: u8 = 2;
const READ: u8 = 3;

/// The place.
#[derive(Default)]
pub struct Slot {
    state: AtomicU8,
    puts: AtomicU32,
    message: UnsafeCell<u32>,
}

// SAFETY: whoever has changed the state is alone with the message.
unsafe impl Sync for Slot {}

impl Slot {
    /// Whether there was no message yet.
    pub fn put(&self, message: u32) -> bool {
        let state = &self.state;
        if state
            .compare_exchange(EMPTY, WRITTEN, Acquire, Relaxed)
            .is_err()
        {
            return false;
        }
        unsafe { *self.message.get() = message };
        self.state.store(FULL, Release);
        self.puts.fetch_add(1, Relaxed);
        true
    }

    /// The message, if there is one.
    pub fn take(&self) -> Option<u32> {
        let state = &self.state;
        if state
            .compare_exchange(FULL, READ, Acquire, Relaxed)
            .is_err()
        {
            return None;
        }
        let message = unsafe { *self.message.get() };
        self.state.store(EMPTY, Release);
        Some(message)
    }

    /// How many messages there have been.
    pub fn puts(&self) -> u32 {
        self.puts.load(Relaxed)
    }

    /// Whether there is no message.
    pub fn is_empty(&self) -> bool {
        self.state.load(Relaxed) == EMPTY
    }
}

/// Lets others go on.
#[derive(Default)]
pub struct Door(AtomicBool);

impl Door {
    /// Opens it for ever.
    pub fn open(&self) {
        self.0.store(true, Release);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    /// Nobody puts or takes at the same time, and only one message is put.
    #[test]
    fn a_message_arrives() {
        interlace::model(|| {
            let slot = Arc::new(Slot::default());
            let own = Arc::clone(&slot);
            let other = thread::spawn(move || assert!(own.put(7)));
            let early = slot.take();
            other.join().unwrap();
            assert_eq!(early.or_else(|| slot.take()), Some(7));
        });
    }

    #[test]
    fn each_message_is_taken_once() {
        fn put_and_take(slot: &Slot) -> (u32, u32) {
            (slot.put(7).into(), slot.take().is_some().into())
        }
        interlace::model(|| {
            let slot = Arc::new(Slot::default());
            let own = Arc::clone(&slot);
            let other = thread::spawn(move || put_and_take(&own));
            let (puts, takes) = put_and_take(&slot);
            let (others_puts, others_takes) = other.join().unwrap();
            let puts = puts + others_puts;
            assert_eq!(slot.puts(), puts);
            assert_eq!(
                puts,
                takes + others_takes + u32::from(slot.take().is_some())
            );
            assert!(slot.put(8));
            assert_eq!(slot.take(), Some(8));
        });
    }

    /// Who takes first may put while the other one counts its message.
    #[test]
    fn each_message_is_counted() {
        interlace::model(|| {
            let slot = Arc::new(Slot::default());
            let own = Arc::clone(&slot);
            let other = thread::spawn(move || {
                own.take();
                own.put(8)
            });
            let puts = u32::from(slot.put(7));
            let puts = puts + u32::from(other.join().unwrap());
            assert_eq!(slot.puts(), puts);
        });
    }

    /// No search.
    #[test]
    fn it_is_empty_at_first() {
        assert!(Slot::default().is_empty());
    }

    #[test]
    fn a_door_can_be_opened() {
        interlace::model(|| {
            let door = Arc::new(Door::default());
            let own = Arc::clone(&door);
            let other = thread::spawn(move || own.open());
            door.open();
            other.join().unwrap();
        });
    }

    /// No search, and no end if nobody has opened it.
    #[test]
    fn a_door_stays_open() {
        let door = Door::default();
        door.open();
        while !door.0.load(Acquire) {}
    }

    #[test]
    #[ignore = "it fails"]
    fn there_is_a_message_at_first() {
        interlace::model(|| assert!(!Slot::default().is_empty()));
    }
}
