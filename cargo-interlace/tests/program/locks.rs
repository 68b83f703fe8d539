//! Locks and counts of references: how many classes they have, and that these have all outcomes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::thread::{self, JoinHandle};

use interlace::{Engine, Explorer, Report, Strategy};
use shared::add;

fn outcomes_of(explorer: Explorer<AtomicU64>) -> (Report, BTreeSet<String>) {
    let report = explorer.keep_going().explore();
    let outcomes = report.outcomes().map(|(outcome, _)| outcome.to_owned());
    let outcomes = outcomes.collect();
    (report, outcomes)
}

/// Explores what `body` does, which returns the number of its outcome: the same on both engines, with one
/// worker and with two, and with the outcomes that executions have which are chosen at random.
fn explore(body: impl Fn() -> u64 + Copy + Send + Sync + 'static) -> Report {
    let model = || {
        let explorer = Explorer::new(AtomicU64::default);
        let explorer = explorer.thread("main", move |end| end.store(body(), SeqCst));
        explorer.outcome(|end| end.load(SeqCst).to_string())
    };
    let [one, two] = [1, 2].map(|workers| {
        outcomes_of(model().engine(Engine::Fibers).workers(workers))
    });
    assert!(one.0.error().is_none() && one.0.is_exhaustive(), "{}", one.0);
    assert_eq!((one.0.to_string(), &one.1), (two.0.to_string(), &two.1));
    let threads = outcomes_of(model().engine(Engine::Threads).workers(1));
    let counts = |(report, outcomes): &(Report, BTreeSet<String>)| {
        (report.schedules(), report.failing(), outcomes.clone())
    };
    assert_eq!(counts(&one), counts(&threads));
    let random = Strategy::Pos { schedules: 3000 };
    let sample = model().engine(Engine::Fibers).strategy(random).seed(1);
    let (sampled, outcomes) = outcomes_of(sample);
    assert_eq!((one.1, one.0.failing() > 0), (outcomes, sampled.failing() > 0));
    one.0
}

fn join<T>(threads: impl IntoIterator<Item = JoinHandle<T>>) {
    for thread in threads {
        thread.join().unwrap();
    }
}

/// What `new` makes, for one execution: nothing that is global to the process is put back.
fn leak<T>(new: T) -> &'static T {
    Box::leak(Box::new(new))
}

/// The number of an order of threads, of which each has pushed its own number.
fn number_of(order: &[u64]) -> u64 {
    order.iter().fold(0, |all, own| all * 3 + own)
}

/// The order of `COUNT` threads, each of which does `section` with a list and its number.
fn sections<const COUNT: usize>(
    section: impl Fn(u64) + Copy + Send + 'static,
) {
    let mut number = 0;
    join([(); COUNT].map(|()| {
        let own = number;
        number += 1;
        thread::spawn(move || section(own))
    }));
}

#[test]
fn threads_that_take_one_lock_have_as_many_classes_as_orders() {
    fn std<const COUNT: usize>() -> u64 {
        let report = explore(|| {
            let order = leak(Mutex::new(Vec::new()));
            sections::<COUNT>(|own| order.lock().unwrap().push(own));
            number_of(&order.lock().unwrap())
        });
        report.assert_ok();
        report.schedules()
    }
    fn parking_lot<const COUNT: usize>() -> u64 {
        let report = explore(|| {
            let order = leak(parking_lot::Mutex::new(Vec::new()));
            sections::<COUNT>(|own| order.lock().push(own));
            number_of(&order.lock())
        });
        report.assert_ok();
        report.schedules()
    }
    assert_eq!([std::<2>(), std::<3>()], [2, 6]);
    assert_eq!([parking_lot::<2>(), parking_lot::<3>()], [2, 6]);
}

/// Two threads that take two locks in opposite orders and then do this with the guards: either has both
/// first, or each has one.
#[test]
fn two_locks_in_opposite_orders() {
    type Guard = MutexGuard<'static, ()>;
    fn opposite(release: fn(Guard, Guard)) -> Report {
        explore(move || {
            let (a, b) = (leak(Mutex::new(())), leak(Mutex::new(())));
            let first = leak(AtomicUsize::new(0));
            let both = |one: &'static Mutex<()>, other: &'static Mutex<()>, number| {
                thread::spawn(move || {
                    let one = one.lock().unwrap();
                    let other = other.lock().unwrap();
                    let _ = first.compare_exchange(0, number, SeqCst, SeqCst);
                    release(one, other);
                })
            };
            join([both(a, b, 1), both(b, a, 2)]);
            first.load(SeqCst) as u64
        })
    }
    let released: [fn(Guard, Guard); 2] = [
        |one, other| {
            drop(one);
            drop(other);
        },
        |one, other| {
            drop(other);
            drop(one);
        },
    ];
    for release in released {
        let report = opposite(release);
        assert_eq!((report.schedules(), report.failing()), (2 + 1, 1));
        let text = report.assert_fails().to_string();
        assert!(text.contains("main/1 waits for main/2, main/2 waits for main/1"), "{text}");
    }
}

/// An attempt fails while another thread has the lock, and does not wait: before the section, inside of it, and
/// after it.
#[test]
fn an_attempt_may_fail() {
    let std = explore(|| {
        let (lock, failed) = (leak(Mutex::new(())), leak(AtomicUsize::new(0)));
        let holder = thread::spawn(|| drop(lock.lock().unwrap()));
        let tries = thread::spawn(|| failed.store(usize::from(lock.try_lock().is_err()), SeqCst));
        join([holder, tries]);
        failed.load(SeqCst) as u64
    });
    // If it succeeds first, the other waits for its release.
    assert_eq!(std.schedules(), 3);
}

/// The lock is a word with a call of the system, of which nothing is known but what it does; and an attempt is
/// made by the same code.
#[test]
fn a_lock_of_the_programs_own_is_learnt() {
    unsafe extern "C" {
        fn syscall(number: i64, ...) -> i64;
    }
    const FUTEX: i64 = if cfg!(target_arch = "x86_64") { 202 } else { 98 };
    const PRIVATE: i32 = 128;
    struct Lock(AtomicU32);
    impl Lock {
        fn lock(&self) {
            while self.0.compare_exchange(0, 1, SeqCst, SeqCst).is_err() {
                // SAFETY: a futex is waited for, without a time.
                unsafe { syscall(FUTEX, &raw const self.0, PRIVATE, 1_u32, 0_usize) };
            }
        }

        fn unlock(&self) {
            self.0.store(0, SeqCst);
            // SAFETY: all that wait for it are woken.
            unsafe { syscall(FUTEX, &raw const self.0, PRIVATE | 1, i32::MAX) };
        }
    }
    let report = explore(|| {
        let (lock, order) = (leak(Lock(AtomicU32::new(0))), leak(AtomicU64::new(0)));
        sections::<2>(|own| {
            lock.lock();
            order.store(order.load(SeqCst) * 3 + own, SeqCst);
            lock.unlock();
        });
        order.load(SeqCst)
    });
    report.assert_ok();
    // Either is first. Its call, which wakes nobody, comes before the other acquires the lock, before that
    // releases it, before that has called too, or last.
    assert_eq!(report.schedules(), 2 * 4);
}

/// Readers share a lock, and a writer comes where none of them has it.
#[test]
fn a_writer_comes_between_readers() {
    fn readers<const COUNT: usize>() -> u64 {
        let report = explore(|| {
            let (lock, seen) = (leak(RwLock::new(0)), leak([0; 3].map(AtomicU64::new)));
            let writer = thread::spawn(|| *lock.write().unwrap() += 1);
            sections::<COUNT>(|own| {
                let value = *lock.read().unwrap();
                seen[usize::try_from(own).unwrap()].store(value, SeqCst);
            });
            join([writer]);
            number_of(&[0, 1, 2].map(|own: usize| seen[own].load(SeqCst)))
        });
        report.schedules()
    }
    // Each comes before the writer or after it. In which order readers share the lock, nobody can tell.
    let found = [readers::<1>(), readers::<2>(), readers::<3>()];
    assert_eq!(found, [2, 2 * 2, 2 * 2 * 2]);
}

/// A writer that waits keeps further readers out, so whoever reads twice may wait for ever.
#[test]
fn who_reads_twice_deadlocks_with_a_writer() {
    let report = explore(|| {
        let lock = leak(RwLock::new(0));
        let writer = thread::spawn(|| *lock.write().unwrap() += 1);
        let first = lock.read().unwrap();
        drop(lock.read().unwrap());
        drop(first);
        join([writer]);
        0
    });
    assert!(report.failing() > 0, "{report}");
}

/// Each thread reads, writes and drops its `Arc`: (n!)² orders of reads and writes. The thread that joins them
/// drops last.
#[test]
fn dropping_references_adds_no_classes() {
    fn updates<const COUNT: usize>() -> u64 {
        let report = explore(|| {
            let value = Arc::new(AtomicUsize::new(0));
            join([(); COUNT].map(|()| {
                let value = Arc::clone(&value);
                thread::spawn(move || {
                    add(&value);
                })
            }));
            value.load(SeqCst) as u64
        });
        report.schedules()
    }
    assert_eq!([updates::<2>(), updates::<3>()], [4, 36]);
}

/// Each of three threads may be the last to drop, and so run the destructor.
#[test]
fn who_drops_last_matters() {
    struct Last(&'static AtomicU64);
    thread_local!(static OWN: std::cell::Cell<u64> = const { std::cell::Cell::new(0) });
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.store(OWN.get(), SeqCst);
        }
    }
    let report = explore(|| {
        let last = leak(AtomicU64::new(0));
        let value = Arc::new(Last(last));
        let threads = [1, 2, 3].map(|own| {
            let value = Arc::clone(&value);
            thread::spawn(move || {
                OWN.set(own);
                drop(value);
            })
        });
        drop(value);
        join(threads);
        last.load(SeqCst)
    });
    // The main thread may be the last, too: it drops before it joins.
    assert_eq!(report.schedules(), 4);
}

/// Who looks at the number of references sees whether the other has dropped its own.
#[test]
fn looking_at_a_count_is_no_counting() {
    let looks: BTreeSet<u64> = [0, 1, 2, 3]
        .map(|look| {
            let report = explore(move || {
                let mut value = Arc::new(0);
                let other = Arc::clone(&value);
                let other = thread::spawn(move || drop(other));
                let weak = Arc::downgrade(&value);
                let seen = match look {
                    0 => Arc::strong_count(&value) == 1,
                    1 => {
                        drop(weak);
                        Arc::get_mut(&mut value).is_some()
                    }
                    2 => Arc::try_unwrap(value).is_ok(),
                    _ => {
                        drop(value);
                        weak.upgrade().is_some()
                    }
                };
                join([other]);
                u64::from(seen)
            });
            report.assert_ok();
            report.schedules()
        })
        .into();
    assert!(looks.iter().all(|it| *it >= 2), "{looks:?}");
}

/// A number that is returned and used is none that counts references.
#[test]
fn a_ticket_is_no_count() {
    let report = explore(|| {
        let tickets = leak(AtomicUsize::new(0));
        let drawn = leak(AtomicU64::new(0));
        sections::<2>(|own| {
            let ticket = tickets.fetch_add(1, SeqCst) as u64;
            drawn.fetch_or(own << ticket, SeqCst);
        });
        drawn.load(SeqCst)
    });
    report.assert_ok();
    // The order of the tickets, and that of the notes.
    assert_eq!(report.schedules(), 2 * 2);
}
