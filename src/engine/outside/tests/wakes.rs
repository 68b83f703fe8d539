//! Outside threads that wake threads of a run.

use std::hint;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Weak};

use super::waits::{address, set, wait_while};
use super::{LONG, SHORT, search, start_stranger};
use crate::engine::outside::{
    ModelWaiter, OutsideWake, Relation, Settled, has_model_waiters, register, wake_from_outside,
};

/// A run of which some threads wait in one queue.
struct Run {
    queue: usize,
    waiters: AtomicUsize,
    relation: Relation,
}

impl Run {
    fn new(queue: usize, waiters: usize) -> Arc<Self> {
        Arc::new(Run {
            queue,
            waiters: waiters.into(),
            relation: search(),
        })
    }
}

impl OutsideWake for Run {
    fn wake(&self, queue: usize, count: usize, _mask: u32) -> usize {
        assert_eq!(queue, self.queue);
        let wake = |waiters: usize| Some(waiters - waiters.min(count));
        let before = self.waiters.fetch_update(SeqCst, SeqCst, wake);
        before.unwrap().min(count)
    }

    fn has_waiter(&self, queue: usize) -> bool {
        queue == self.queue && self.waiters.load(SeqCst) > 0
    }

    fn relation(&self) -> &Relation {
        &self.relation
    }
}

fn weak(run: &Arc<Run>) -> Weak<dyn OutsideWake> {
    let run: Weak<Run> = Arc::downgrade(run);
    run
}

#[test]
fn as_many_are_woken_as_are_asked_for() {
    let word = AtomicU32::new(0);
    let queue = address(&word);
    let runs = [2, 3].map(|waiters| Run::new(queue, waiters));
    let registrations = runs.each_ref().map(|run| register(weak(run)));
    assert_eq!(wake_from_outside(queue + 4, 9, u32::MAX), 0);
    assert_eq!(wake_from_outside(queue, 4, u32::MAX), 4);
    assert_eq!(wake_from_outside(queue, 4, u32::MAX), 1);
    assert_eq!(wake_from_outside(queue, 4, u32::MAX), 0);
    drop(registrations);
    runs[0].waiters.store(1, SeqCst);
    assert_eq!(wake_from_outside(queue, 4, u32::MAX), 0);
}

#[test]
fn who_wakes_the_program_or_waits_where_it_waits_is_connected() {
    for is_wake in [true, false] {
        let word = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let run = Run::new(address(&word.0), 1);
        let (_registration, waiter) = (register(weak(&run)), ModelWaiter::begin());
        assert!(has_model_waiters());
        let stranger = start_stranger({
            let word = Arc::clone(&word);
            move || {
                if is_wake {
                    word.0.store(1, SeqCst);
                    assert_eq!(wake_from_outside(address(&word.0), 1, u32::MAX), 1);
                } else {
                    wait_while(&word.0, 0);
                }
                word.1.store(1, SeqCst);
                while word.1.load(SeqCst) == 1 {
                    hint::spin_loop();
                }
            }
        });
        if !is_wake {
            while run.relation.connect_sleepers_at(address(&word.0)) == 0 {}
            set(&word.0, 1);
        }
        while word.1.load(SeqCst) == 0 {
            hint::spin_loop();
        }
        assert!(matches!(run.relation.settle(SHORT), Settled::Busy(_)));
        word.1.store(2, SeqCst);
        assert!(matches!(run.relation.settle(LONG), Settled::Asleep { .. }));
        stranger.join().unwrap();
        drop(waiter);
    }
}
