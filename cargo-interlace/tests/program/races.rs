//! Small programs, and whether they have a data race by the standard: each with a mistake beside its twin without.
//!
//! A body returns whether what may race has happened, as when the flag was seen that publishes something. A program
//! is right if that happens in some execution, and none has a race; it is wrong if all executions have one in which
//! it happens, and no other has.

#![allow(unsafe_code, reason = "safe code has no data races")]

use std::cell::{Cell, UnsafeCell};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, fence};
use std::sync::mpsc::{channel, sync_channel};
use std::sync::{Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock};
use std::thread;

use interlace::saved::Nowhere;
use interlace::{Engine, Explorer, FailureKind, Report, Verdict};

/// A value without a lock.
#[derive(Default)]
struct Plain<T>(UnsafeCell<T>);

unsafe impl<T: Send> Sync for Plain<T> {}

impl<T: Copy> Plain<T> {
    fn get(&self) -> T {
        unsafe { *self.0.get() }
    }

    fn set(&self, value: T) {
        unsafe { *self.0.get() = value }
    }
}

/// What the threads of a program share, for one execution.
#[derive(Default)]
struct Shared {
    data: Plain<u32>,
    flag: AtomicU32,
    other: AtomicU32,
    lock: Mutex<u32>,
    bell: Condvar,
}

fn shared() -> &'static Shared {
    Box::leak(Box::default())
}

fn explore(engine: Engine, body: impl Fn() -> bool + Copy + Send + Sync + 'static) -> Report {
    let explorer = Explorer::new(AtomicBool::default);
    let explorer = explorer.thread("main", move |end| end.store(body(), SeqCst));
    let explorer = explorer.outcome(|end| end.load(SeqCst));
    let explorer = explorer.engine(engine).workers(1).saved(Nowhere);
    let report = explorer.keep_going().explore();
    assert!(report.error().is_none() && report.is_exhaustive(), "{report}");
    report
}

fn ends(report: &Report) -> BTreeSet<&str> {
    report.outcomes().map(|(outcome, _)| outcome).collect()
}

fn right(name: &str, body: impl Fn() -> bool + Copy + Send + Sync + 'static) {
    for engine in [Engine::Fibers, Engine::Threads] {
        let report = explore(engine, body);
        assert_eq!(report.failing(), 0, "{name}: {report}");
        assert!(ends(&report).contains("true"), "{name}: {report}");
    }
}

fn wrong(name: &str, body: impl Fn() -> bool + Copy + Send + Sync + 'static) {
    for engine in [Engine::Fibers, Engine::Threads] {
        let report = explore(engine, body);
        let raced = report.verdicts().filter(|it| it.0 == Verdict::Raced);
        let raced: u64 = raced.map(|it| it.1).sum();
        assert!(raced > 0 && raced == report.failing(), "{name}: {report}");
        assert!(!ends(&report).contains("true"), "{name}: {report}");
    }
}

fn check(name: &str, is_right: bool, body: impl Fn() -> bool + Copy + Send + Sync + 'static) {
    if is_right {
        right(name, body);
    } else {
        wrong(name, body);
    }
}

/// A thread does `write`, and `main` does `read`.
fn two<T: Sync>(shared: &'static T, write: fn(&T), read: impl FnOnce(&T) -> bool) -> bool {
    let writer = thread::spawn(move || write(shared));
    let happened = read(shared);
    writer.join().unwrap();
    happened
}

#[test]
fn publication() {
    for (store, load, is_right) in [
        (Release, Acquire, true),
        (SeqCst, SeqCst, true),
        (Release, SeqCst, true),
        (Relaxed, Acquire, false),
        (Release, Relaxed, false),
        (Relaxed, SeqCst, false),
        (SeqCst, Relaxed, false),
    ] {
        check(&format!("{store:?} {load:?}"), is_right, move || {
            let all = shared();
            let writer = thread::spawn(move || {
                all.data.set(1);
                all.flag.store(1, store);
            });
            let seen = all.flag.load(load) == 1 && all.data.get() == 1;
            writer.join().unwrap();
            seen
        });
    }
}

/// What is done after the second store of a thread, or of another, is read: only a read-modify-write continues the
/// release sequence.
#[test]
fn release_sequences() {
    let program = |second: fn(&Shared), is_of_other: bool| {
        move || {
            let all = shared();
            let first = thread::spawn(move || {
                all.data.set(1);
                all.flag.store(1, Release);
                if !is_of_other {
                    second(all);
                }
            });
            let other = thread::spawn(move || {
                if is_of_other && all.flag.load(Relaxed) == 1 {
                    second(all);
                }
            });
            let seen = all.flag.load(Acquire) == 2 && all.data.get() == 1;
            first.join().unwrap();
            other.join().unwrap();
            seen
        }
    };
    let update: fn(&Shared) = |all| _ = all.flag.fetch_add(1, Relaxed);
    let exchange: fn(&Shared) = |all| _ = all.flag.compare_exchange(1, 2, Relaxed, Relaxed);
    let store: fn(&Shared) = |all| all.flag.store(2, Relaxed);
    right("an update", program(update, false));
    right("an update of another thread", program(update, true));
    right("an exchange of another thread", program(exchange, true));
    wrong("a store", program(store, false));
    wrong("a store of another thread", program(store, true));
}

#[test]
fn fences() {
    type Part = fn(&Shared);
    let publish: Part = |all| all.flag.store(1, Relaxed);
    let fenced: Part = |all| {
        fence(Release);
        publish_after(all);
    };
    fn publish_after(all: &Shared) {
        all.flag.store(1, Relaxed);
    }
    let strongly: Part = |all| {
        fence(SeqCst);
        all.flag.fetch_add(1, Relaxed);
    };
    let too_late: Part = |all| {
        all.flag.store(1, Relaxed);
        fence(Release);
    };
    let of_wrong_kind: Part = |all| {
        fence(Acquire);
        all.flag.store(1, Relaxed);
    };
    type Look = fn(&Shared) -> bool;
    let look: Look = |all| all.flag.load(Relaxed) == 1;
    let acquires: Look = |all| all.flag.load(Acquire) == 1;
    let fenced_look: Look = |all| {
        let seen = all.flag.load(Relaxed) == 1;
        fence(Acquire);
        seen
    };
    let strong_look: Look = |all| {
        let seen = all.flag.load(Relaxed) == 1;
        fence(SeqCst);
        seen
    };
    let too_early: Look = |all| {
        fence(Acquire);
        all.flag.load(Relaxed) == 1
    };
    let look_of_wrong_kind: Look = |all| {
        let seen = all.flag.load(Relaxed) == 1;
        fence(Release);
        seen
    };
    for (name, write, read, is_right) in [
        ("both", fenced, fenced_look, true),
        ("a release fence", fenced, acquires, true),
        ("SeqCst", strongly, strong_look, true),
        ("none", publish, look, false),
        ("no acquire fence", fenced, look, false),
        ("no release fence", publish, fenced_look, false),
        ("before the load", fenced, too_early, false),
        ("behind the store", too_late, fenced_look, false),
        ("an acquire fence to release", of_wrong_kind, acquires, false),
        ("a release fence to acquire", fenced, look_of_wrong_kind, false),
    ] {
        check(name, is_right, move || {
            let all = shared();
            let writer = thread::spawn(move || {
                all.data.set(1);
                write(all);
            });
            let seen = read(all) && all.data.get() == 1;
            writer.join().unwrap();
            seen
        });
    }
}

#[test]
fn exchanges() {
    for (store, found, failed, is_right) in [
        (Release, Acquire, Relaxed, true),
        (AcqRel, AcqRel, Relaxed, true),
        (Relaxed, Acquire, Relaxed, false),
        (Release, Release, Relaxed, false),
    ] {
        check(&format!("{store:?} {found:?}"), is_right, move || {
            let all = shared();
            let writer = thread::spawn(move || {
                all.data.set(1);
                all.flag.swap(1, store);
            });
            let taken = all.flag.compare_exchange(1, 2, found, failed);
            let seen = taken.is_ok() && all.data.get() == 1;
            writer.join().unwrap();
            seen
        });
    }
    // One that fails is a load, with the second ordering.
    for (failed, is_right) in [(Acquire, true), (Relaxed, false)] {
        check(&format!("fails {failed:?}"), is_right, move || {
            let all = shared();
            let writer = thread::spawn(move || {
                all.data.set(1);
                all.flag.store(1, Release);
            });
            let taken = all.flag.compare_exchange(0, 2, AcqRel, failed);
            let seen = taken.is_err() && all.data.get() == 1;
            writer.join().unwrap();
            seen
        });
    }
}

/// A home-made count of references: the last to give one up frees.
#[test]
fn counts_of_references() {
    struct Counted {
        count: AtomicU32,
        data: Plain<u32>,
    }
    fn give_up(counted: *mut Counted, order: Ordering, has_fence: bool) -> bool {
        let is_last = {
            let counted = unsafe { &*counted };
            counted.data.get() == 7 && counted.count.fetch_sub(1, order) == 1
        };
        if is_last {
            if has_fence {
                fence(Acquire);
            }
            drop(unsafe { Box::from_raw(counted) });
        }
        is_last
    }
    for (name, order, has_fence, is_right) in [
        ("Release and a fence", Release, true, true),
        ("AcqRel", AcqRel, false, true),
        ("Relaxed", Relaxed, true, false),
        ("no fence", Release, false, false),
    ] {
        check(name, is_right, move || {
            let counted = Box::into_raw(Box::new(Counted {
                count: AtomicU32::new(2),
                data: Plain(7.into()),
            }));
            let shared = AtomicPtr::new(counted);
            let other = thread::spawn(move || give_up(shared.into_inner(), order, has_fence));
            give_up(counted, order, has_fence) | other.join().unwrap()
        });
    }
}

#[test]
fn double_checked_locking() {
    for (load, store, is_right) in [
        (Acquire, Release, true),
        (Relaxed, Release, false),
        (Acquire, Relaxed, false),
    ] {
        check(&format!("{load:?} {store:?}"), is_right, move || {
            let all = shared();
            let get = move || {
                let is_made = all.flag.load(load) == 1;
                if !is_made {
                    let _held = all.lock.lock().unwrap();
                    if all.flag.load(Relaxed) == 0 {
                        all.data.set(1);
                        all.flag.store(1, store);
                    }
                }
                // Who has had the lock is ordered by it.
                is_made && all.data.get() == 1
            };
            let other = thread::spawn(get);
            get() | other.join().unwrap()
        });
    }
}

#[test]
fn starts_and_joins() {
    for is_right in [true, false] {
        check("start", is_right, move || {
            let all = shared();
            if is_right {
                all.data.set(1);
            }
            let other = thread::spawn(move || all.data.get());
            if !is_right {
                all.data.set(1);
            }
            other.join().unwrap() < 2
        });
        check("join", is_right, move || {
            let all = shared();
            let other = thread::spawn(move || all.data.set(1));
            if is_right {
                other.join().unwrap();
                all.data.get() == 1
            } else {
                let _ = all.data.get();
                other.join().is_ok()
            }
        });
        check("another's join", is_right, move || {
            let all = shared();
            let writer = thread::spawn(move || all.data.set(1));
            let joins = thread::spawn(move || writer.join().unwrap());
            if is_right {
                joins.join().unwrap();
                return all.data.get() == 1;
            }
            all.data.set(2);
            joins.join().is_ok()
        });
        check("scope", is_right, move || {
            let mut values = [0; 2];
            let shared = Plain::default();
            thread::scope(|scope| {
                let [one, other] = &mut values;
                scope.spawn(|| *one = 1);
                scope.spawn(|| {
                    *other = 2;
                    shared.set(1);
                });
                if !is_right {
                    shared.set(2);
                }
            });
            values == [1, 2] && shared.get() == 1
        });
    }
}

/// Locks of one's own.
#[test]
fn spin_locks() {
    for (acquire, release, is_right) in [
        (Acquire, Release, true),
        (Acquire, Relaxed, false),
        (Relaxed, Release, false),
    ] {
        check(&format!("{acquire:?} {release:?}"), is_right, move || {
            let all = shared();
            let add = move || {
                while all.flag.compare_exchange(0, 1, acquire, Relaxed).is_err() {
                    std::hint::spin_loop();
                }
                all.data.set(all.data.get() + 1);
                all.flag.store(0, release);
            };
            let other = thread::spawn(add);
            add();
            other.join().unwrap();
            all.data.get() == 2
        });
    }
}

#[test]
fn locks_of_std() {
    for is_right in [true, false] {
        check("Mutex", is_right, move || {
            let all = shared();
            let other = thread::spawn(move || {
                let _held = all.lock.lock().unwrap();
                all.data.set(1);
            });
            if is_right {
                let _held = all.lock.lock().unwrap();
                all.data.set(2);
            } else {
                all.data.set(2);
            }
            other.join().is_ok()
        });
        check("RwLock", is_right, move || {
            let all = shared();
            let lock: &RwLock<()> = Box::leak(Box::default());
            let other = thread::spawn(move || {
                let _held = is_right.then(|| lock.write().unwrap());
                all.data.set(1);
            });
            let seen = {
                let _held = lock.read().unwrap();
                all.data.get() < 2
            };
            other.join().unwrap();
            seen
        });
        check("readers", is_right, move || {
            let all = shared();
            let lock: &RwLock<()> = Box::leak(Box::default());
            let set = move |value| {
                if is_right {
                    let _held = lock.write().unwrap();
                    all.data.set(value);
                } else {
                    let _held = lock.read().unwrap();
                    all.data.set(value);
                }
            };
            let other = thread::spawn(move || set(1));
            set(2);
            other.join().is_ok()
        });
        check("Condvar", is_right, move || {
            let all = shared();
            let other = thread::spawn(move || {
                if is_right {
                    all.data.set(1);
                }
                *all.lock.lock().unwrap() = 1;
                all.bell.notify_one();
                if !is_right {
                    all.data.set(1);
                }
            });
            let held = all.lock.lock().unwrap();
            drop(all.bell.wait_while(held, |it| *it == 0).unwrap());
            let seen = all.data.get() < 2;
            other.join().unwrap();
            seen
        });
        check("Barrier", is_right, move || {
            let all = shared();
            let barrier: &Barrier = Box::leak(Box::new(Barrier::new(2)));
            let other = thread::spawn(move || {
                if is_right {
                    all.data.set(1);
                }
                barrier.wait();
                if !is_right {
                    all.data.set(1);
                }
            });
            barrier.wait();
            let seen = all.data.get() < 2;
            other.join().unwrap();
            seen
        });
    }
}

#[test]
fn what_is_done_once() {
    for is_right in [true, false] {
        check("Once", is_right, move || {
            let all = shared();
            let once: &Once = Box::leak(Box::new(Once::new()));
            let other = thread::spawn(move || once.call_once(|| all.data.set(1)));
            if is_right {
                once.call_once(|| all.data.set(1));
            }
            let seen = all.data.get() < 2;
            other.join().unwrap();
            seen
        });
        check("OnceLock", is_right, move || {
            let all = shared();
            let cell: &OnceLock<u32> = Box::leak(Box::default());
            let other = thread::spawn(move || {
                cell.get_or_init(|| {
                    all.data.set(1);
                    1
                });
                if !is_right {
                    all.data.set(2);
                }
            });
            let seen = cell.get().is_some() && all.data.get() > 0;
            other.join().unwrap();
            seen
        });
    }
    static LAZY: LazyLock<Box<u32>> = LazyLock::new(|| Box::new(1));
    right("LazyLock", || {
        let other = thread::spawn(|| **LAZY);
        **LAZY + other.join().unwrap() == 2
    });
}

#[test]
fn channels_and_tokens() {
    for is_right in [true, false] {
        check("channel", is_right, move || {
            let all = shared();
            let (sender, receiver) = channel();
            let other = thread::spawn(move || {
                if is_right {
                    all.data.set(1);
                }
                sender.send(()).unwrap();
                if !is_right {
                    all.data.set(1);
                }
                // To drop it would order what came before that.
                std::mem::forget(sender);
            });
            receiver.recv().unwrap();
            let seen = all.data.get() < 2;
            other.join().unwrap();
            seen
        });
        // Who sends goes on when the other has received.
        check("rendezvous", is_right, move || {
            let all = shared();
            let (sender, receiver) = sync_channel(0);
            let other = thread::spawn(move || {
                sender.send(()).unwrap();
                all.data.set(1);
            });
            if is_right {
                all.data.set(2);
            }
            receiver.recv().unwrap();
            if !is_right {
                all.data.set(2);
            }
            // If the sender has ended when the receiver gives up its handle of that, as the last, it is ordered.
            other.join().is_ok() && is_right
        });
        check("park", is_right, move || {
            let all = shared();
            let main = thread::current();
            let other = thread::spawn(move || {
                if is_right {
                    all.data.set(1);
                }
                main.unpark();
                if !is_right {
                    all.data.set(1);
                }
            });
            thread::park();
            let seen = all.data.get() < 2;
            other.join().unwrap();
            seen
        });
    }
}

#[test]
fn bytes_and_copies() {
    for is_right in [true, false] {
        let number = usize::from(!is_right);
        check("bytes", is_right, move || {
            let bytes: &[Plain<u8>; 8] = Box::leak(Box::default());
            let other = thread::spawn(move || bytes[1].set(1));
            bytes[number].set(2);
            other.join().is_ok()
        });
        check("copies", is_right, move || {
            let bytes: &Plain<[u8; 128]> = Box::leak(Box::new(Plain([0; 128].into())));
            let from = std::hint::black_box([7; 64]);
            let copy = move |start: usize| unsafe {
                let to = bytes.0.get().cast::<u8>().add(start);
                to.copy_from_nonoverlapping(from.as_ptr(), 64);
            };
            let other = thread::spawn(move || copy(64));
            copy(number * 60);
            other.join().is_ok()
        });
        check("static", is_right, move || {
            static VALUE: Plain<u32> = Plain(UnsafeCell::new(0));
            let other = thread::spawn(|| VALUE.set(VALUE.get() + 1));
            if is_right {
                other.join().unwrap();
                return VALUE.get() == 1;
            }
            VALUE.set(VALUE.get() + 1);
            other.join().is_ok()
        });
        check("free", is_right, move || {
            let block = Box::into_raw(Box::new(1_u32));
            let shared = AtomicPtr::new(block);
            let other = thread::spawn(move || unsafe { shared.into_inner().read() });
            if is_right {
                let read = other.join().unwrap();
                drop(unsafe { Box::from_raw(block) });
                return read == 1;
            }
            drop(unsafe { Box::from_raw(block) });
            other.join().is_ok()
        });
        // An atomic that is accessed as what it is, or by its address.
        check("mixed", is_right, move || {
            let all = shared();
            let other = thread::spawn(move || all.flag.fetch_add(1, SeqCst));
            if is_right {
                all.flag.store(2, Relaxed);
            } else {
                unsafe { all.flag.as_ptr().write(2) };
            }
            other.join().is_ok()
        });
    }
}

/// What a thread does at its end happens before who has joined it goes on.
#[test]
fn destructors_of_thread_locals() {
    struct Last(Cell<Option<&'static Shared>>);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.take().inspect(|all| all.data.set(1));
        }
    }
    thread_local! {
        static LAST: Last = const { Last(Cell::new(None)) };
    }
    for is_right in [true, false] {
        check("destructor", is_right, move || {
            let all = shared();
            let other = thread::spawn(move || LAST.with(|it| it.0.set(Some(all))));
            if is_right {
                other.join().unwrap();
                return all.data.get() == 1;
            }
            all.data.set(2);
            other.join().is_ok()
        });
    }
}

/// Under sequential consistency at most one of the two comes in, so nothing races.
#[test]
fn exclusion_without_an_order() {
    right("Dekker", || {
        let all = shared();
        let enter = |own: &AtomicU32, others: &AtomicU32| {
            own.store(1, SeqCst);
            others.load(SeqCst) == 0 && {
                all.data.set(1);
                true
            }
        };
        let other = thread::spawn(move || enter(&all.other, &all.flag));
        enter(&all.flag, &all.other) | other.join().unwrap()
    });
}

#[test]
fn a_race_says_who_and_where_and_what_would_order_them() {
    let publish = |all: &Shared| {
        all.data.set(1);
        all.flag.store(1, Relaxed);
    };
    let report = explore(Engine::Fibers, move || {
        two(shared(), publish, |all| {
            all.flag.load(Acquire) == 1 && all.data.get() == 1
        })
    });
    let FailureKind::DataRace(race) = report.assert_fails().kind() else {
        panic!("{report}");
    };
    let [first, second] = [race.first(), race.second()];
    assert_eq!((first.thread(), second.thread()), ("main/1", "main"));
    assert_eq!((first.size(), second.size()), (4, 4));
    assert_eq!((first.site().name(), second.site().name()), ("set.write", "get.read"));
    let passed = race.passed().unwrap();
    assert_eq!(passed.store_order().to_string(), "Relaxed");
    assert_eq!(passed.load_order().to_string(), "Acquire");
    let text = race.to_string();
    assert!(text.ends_with("what would: to store with Release"), "{text}");
    // Markers would keep a test that passes.
    let failure = report.assert_fails();
    assert!(failure.markers().is_empty() && failure.marked_regression().is_none());
    let words = "markers cannot keep this as a test of a plain `cargo test`:\na plain build does not see plain accesses";
    assert!(failure.to_string().contains(words), "{failure}");
    // It need not be looked for; the report says so.
    let body = || _ = two(shared(), |all| all.data.set(1), |all| all.data.get() < 2);
    let report = Explorer::model(body).data_races(false).explore();
    report.assert_ok();
    assert!(report.to_string().contains("Data races were not looked for"), "{report}");
}
