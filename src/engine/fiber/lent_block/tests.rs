//! Blocks on fibers, without an engine.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::rc::Rc;

use super::*;
use crate::engine::baton::Grant;
use crate::engine::fiber::{Fiber, FirstTurn, TurnEnd, exit_thread};

const STACK_SIZE: usize = 64 << 10;

thread_local!(static COUNT: Cell<u32> = const { Cell::new(7) });

/// Runs `body` on a fiber with a block of its own, as two threads, one after the other.
fn run_twice(body: impl Fn() + 'static) {
    let life = move |first: FirstTurn| {
        assert_eq!(first.wait(), Grant::Resume);
        for _ in 0..2 {
            body();
            exit_thread(false);
        }
    };
    let mut fiber = Fiber::new("t", STACK_SIZE, LentBlock::take(), life).unwrap();
    assert_eq!(fiber.resume(), TurnEnd::FINISHED);
    fiber.end();
}

#[test]
fn each_thread_of_a_fiber_finds_its_block_as_new_and_the_carrier_keeps_its_own() {
    if !has_own_thread_locals() {
        return;
    }
    COUNT.set(1);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let note = Rc::clone(&seen);
    run_twice(move || note.borrow_mut().push(COUNT.replace(8)));
    assert_eq!((seen.take(), COUNT.get()), (vec![7, 7], 1));
}

#[test]
fn values_of_keys_are_destroyed_and_forgotten_when_a_thread_exits() {
    unsafe extern "C" fn count(counter: *mut libc::c_void) {
        // SAFETY: it is what `set` has passed, and lives as long as the fiber.
        unsafe { (*counter.cast::<Cell<u32>>()).update(|count| count + 1) };
    }
    if !has_own_thread_locals() {
        return;
    }
    let mut key = 0;
    // SAFETY: the destructor takes what the values are.
    let error = unsafe { libc::pthread_key_create(&raw mut key, Some(count)) };
    assert_eq!(error, 0);
    let counter = Rc::new(Cell::new(0));
    let set = Rc::clone(&counter);
    run_twice(move || {
        let value = ptr::from_ref(&*set).cast();
        // SAFETY: the key has been made, and the value lives as long as this closure.
        unsafe {
            assert!(libc::pthread_getspecific(key).is_null());
            assert_eq!(libc::pthread_setspecific(key, value), 0);
        }
    });
    assert_eq!(counter.get(), 2);
    // SAFETY: as above.
    assert!(unsafe { libc::pthread_getspecific(key) }.is_null());
}

#[test]
fn what_is_left_in_a_shared_block_is_seen_until_it_is_put_back() {
    if !has_own_thread_locals() {
        return;
    }
    let block = LentBlock::take().unwrap();
    let first = block.first();
    block.on(|| {
        first();
        block.keep();
    });
    let changes = |body: &dyn Fn()| {
        block.on(|| {
            body();
            block.has_changed()
        })
    };
    assert!(!changes(&|| COUNT.set(COUNT.get())));
    assert!(changes(&|| COUNT.set(5)));
    block.on(|| block.put_back());
    assert!(!changes(&|| assert_eq!(COUNT.get(), 7)));
    // Not a change of its own, but std makes a handle of the thread there.
    assert!(changes(&|| drop(std::thread::current())));
    block.on(exit_fiber);
}
