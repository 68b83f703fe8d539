//! Two executions of one schedule are the same: what one has made or changed has no part in the next.

use std::cell::Cell;
use std::collections::HashMap;
use std::env;
use std::fmt::Debug;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock};
use std::thread;

use interlace::{Engine, Explorer, Repeats, Report, Strategy};

/// What an execution says of itself at its end.
#[derive(Default)]
struct Log(Mutex<String>);

impl Log {
    fn note(&self, what: impl Debug) {
        *self.0.lock().unwrap() += &format!("{what:?}");
    }
}

fn address<T>(place: &T) -> usize {
    (&raw const *place).addr()
}

/// Draws as many schedules twice, the same ones, and compares what the executions have said. A part of them is
/// replayed.
fn draw_on(engine: Engine, count: u64, body: fn(&Log)) -> Report {
    let explorer = || {
        let explorer = Explorer::new(Log::default).thread("main", body);
        let explorer = explorer.outcome(|log| log.0.lock().unwrap().clone());
        let strategy = Strategy::Random { schedules: count };
        explorer.engine(engine).strategy(strategy).seed(7)
    };
    let [one, other] = [(); 2].map(|()| explorer().keep_going().explore());
    assert!(one.error().is_none() && one.failing() == 0, "{one}");
    assert!(one.outcomes().eq(other.outcomes()));
    assert!(one.outcome_examples().eq(other.outcome_examples()));
    for (_, schedule) in one.outcome_examples().take(30) {
        assert_eq!(explorer().replay(schedule).schedule(), schedule);
    }
    one
}

/// The same on both engines, where a thread has the same addresses in both. Returns how many ends there were.
fn draw(body: fn(&Log)) -> usize {
    let fibers = draw_on(Engine::Fibers, 300, body);
    let threads = draw_on(Engine::Threads, 100, body);
    assert_eq!((fibers.schedules(), threads.schedules()), (300, 100));
    fibers.outcomes().count()
}

fn join(bodies: [impl FnOnce() + Send + 'static; 2]) {
    for thread in bodies.map(thread::spawn) {
        thread.join().unwrap();
    }
}

/// Who comes second sees what the first has written, and makes more blocks: two ends.
#[test]
fn addresses_and_what_is_sorted_by_their_hash() {
    thread_local!(static COUNT: Cell<u32> = const { Cell::new(0) });
    let ends = draw(|log| {
        let shared = Arc::new(AtomicUsize::new(0));
        let threads = [1, 2].map(|value| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                COUNT.set(COUNT.get() + 1);
                let before = shared.swap(value, SeqCst);
                let blocks: Vec<_> = (0..=before).map(Box::new).collect();
                (COUNT.get(), address(&*blocks[0]), Box::new(5))
            })
        });
        let [one, other] = threads.map(|it| it.join().unwrap());
        COUNT.set(COUNT.get() + 1);
        assert_eq!([one.0, other.0, COUNT.get()], [1; 3]);
        let keys = [one.1, other.1, address(&*one.2), address(&*shared)];
        let map: HashMap<_, _> = keys.into_iter().map(|it| (it, ())).collect();
        log.note(map.keys().collect::<Vec<_>>());
    });
    assert_eq!(ends, 2);
}

/// What the program frees is used again: last in, first out, by whoever has freed it.
#[test]
fn freed_blocks_are_used_again() {
    let ends = draw(|log| {
        let [first, second] = [Box::new([1_u64; 5]), Box::new([2; 5])];
        let addresses = [address(&*first), address(&*second)];
        drop(first);
        drop(second);
        let [third, fourth] = [Box::new([3_u64; 5]), Box::new([4; 5])];
        assert_eq!(addresses, [address(&*fourth), address(&*third)]);
        let own = thread::spawn(move || {
            let before = address(&*third);
            drop(third);
            let next = Box::new([5_u64; 5]);
            assert_eq!(address(&*next), before);
            before
        });
        log.note(own.join().unwrap());
    });
    assert_eq!(ends, 1);
}

#[test]
fn a_mutex_is_not_poisoned_in_the_next_execution() {
    static LOCK: Mutex<u32> = Mutex::new(0);
    fn poison() {
        let mut guard: MutexGuard<'_, u32> = LOCK.lock().unwrap();
        *guard += 7;
        panic!("with the lock");
    }
    let ends = draw(|log| {
        let threads = [(); 2].map(|()| thread::spawn(poison));
        drop(threads.map(|it| it.join().unwrap_err()));
        // The second has found it poisoned, whoever that was.
        log.note(**LOCK.lock().unwrap_err().get_ref());
    });
    assert_eq!(ends, 1);
    assert!(!LOCK.is_poisoned());
    assert_eq!(*LOCK.lock().unwrap(), 0);
}

/// Either thread makes either: four ends.
#[test]
fn what_is_made_once_is_made_in_each_execution() {
    static CELL: OnceLock<Box<usize>> = OnceLock::new();
    static LAZY: LazyLock<Box<String>> = LazyLock::new(|| {
        MADE.fetch_add(1, SeqCst);
        Box::new("made".to_owned())
    });
    static OTHER: once_cell::sync::Lazy<Box<usize>> = once_cell::sync::Lazy::new(|| Box::new(3));
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let ends = draw(|log| {
        assert!(CELL.get().is_none() && MADE.load(SeqCst) == 0);
        join([1, 2].map(|it| {
            move || {
                assert_eq!(LAZY.len(), 4);
                CELL.get_or_init(|| Box::new(it + **OTHER));
            }
        }));
        assert_eq!(MADE.load(SeqCst), 1);
        log.note((address(&**LAZY), CELL.get()));
    });
    assert_eq!(ends, 4);
    assert!(CELL.get().is_none() && MADE.load(SeqCst) == 0);
}

/// What was there before an execution is there after it, even if the execution has freed it.
#[test]
fn blocks_from_before_are_there_afterwards() {
    static TEXTS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    TEXTS.lock().unwrap().push("before".to_owned());
    let ends = draw(|log| {
        let mut texts = TEXTS.lock().unwrap();
        assert_eq!(*texts, ["before"]);
        texts[0].push_str(" and now");
        texts.extend(vec!["another".to_owned(); 20]);
        let first = texts.remove(0);
        log.note((first, address(&texts[0])));
    });
    assert_eq!(ends, 1);
    assert_eq!(*TEXTS.lock().unwrap(), ["before"]);
}

#[test]
fn crossbeam_epoch() {
    use crossbeam_epoch::{Atomic, Owned, pin};
    draw(|log| {
        let shared = Arc::new(Atomic::new(1_u32));
        join([2, 3].map(|value| {
            let shared = Arc::clone(&shared);
            move || {
                for turn in 0..3 {
                    let guard = pin();
                    let before = shared.swap(Owned::new(value + turn), SeqCst, &guard);
                    // SAFETY: it was taken out.
                    unsafe { guard.defer_destroy(before) };
                }
            }
        }));
        let guard = pin();
        let last = shared.load(SeqCst, &guard);
        // SAFETY: it is there, and pinned.
        log.note((last.as_raw().addr(), unsafe { last.as_ref() }));
    });
}

#[test]
fn parking_lot() {
    static LOCK: parking_lot::Mutex<Vec<u32>> = parking_lot::Mutex::new(Vec::new());
    let ends = draw(|log| {
        join([1, 2].map(|value| {
            move || {
                LOCK.lock().push(value);
                LOCK.lock().push(value);
            }
        }));
        let all = LOCK.lock();
        log.note((address(&all[0]), &*all));
    });
    // Any order of two and two.
    assert_eq!(ends, 6);
}

#[test]
fn tokio_sync() {
    draw(|log| {
        let shared = Arc::new(tokio::sync::Mutex::new(Vec::new()));
        let (sender, mut receiver) = tokio::sync::mpsc::channel(2);
        join([1, 2].map(|value| {
            let (shared, sender) = (Arc::clone(&shared), sender.clone());
            move || {
                shared.blocking_lock().push(value);
                sender.blocking_send(value).unwrap();
            }
        }));
        drop(sender);
        let mut all = Vec::new();
        while let Some(value) = receiver.blocking_recv() {
            all.push(value);
        }
        let shared = shared.blocking_lock();
        log.note((&*shared, address(&shared[0]), all));
    });
}

#[test]
fn a_rayon_pool() {
    draw(|log| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
        let make = || address(&*Box::new(1));
        log.note(pool.unwrap().install(|| rayon::join(make, make)));
    });
}

#[test]
fn a_tokio_runtime() {
    draw(|log| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).build().unwrap();
        let shared = Arc::new(tokio::sync::Mutex::new(Vec::new()));
        let tasks = [1, 2].map(|value| {
            let shared = Arc::clone(&shared);
            runtime.spawn(async move { shared.lock().await.push(value) })
        });
        runtime.block_on(async {
            for task in tasks {
                task.await.unwrap();
            }
        });
        let shared = runtime.block_on(shared.lock());
        log.note((&*shared, address(&shared[0])));
    });
}

/// std guards the environment by a lock of the process, which threads that no run controls take at the same time.
#[test]
fn the_environment_is_read_beside_other_threads() {
    let is_over = Arc::new(AtomicBool::new(false));
    let own = Arc::clone(&is_over);
    let outside = thread::spawn(move || {
        while !own.load(SeqCst) {
            let _ = env::var_os("PATH");
        }
    });
    // On a thread of its own, so that the one outside has nothing to do with the search.
    let search = thread::spawn(|| {
        let read = || (0..200).for_each(|_| drop(env::var_os("PATH")));
        let body = move || join([read, read]);
        let strategy = Strategy::Random { schedules: 100 };
        Explorer::model(body).strategy(strategy).explore().assert_ok();
    });
    search.join().unwrap();
    is_over.store(true, SeqCst);
    outside.join().unwrap();
    // Nobody has the lock any more, or else this would wait for ever.
    // SAFETY: nobody reads the environment by other means than std.
    unsafe { env::set_var("IDENTITY_TEST", "set") };
}

/// Executions that end well, by a panic, and by a deadlock: none leaves anything in memory.
#[test]
fn memory_stays_as_it_is() {
    static ONE: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    static OTHER: Mutex<u32> = Mutex::new(0);
    let run = |schedules| {
        let body = || {
            let other = thread::spawn(|| {
                let mut one = ONE.lock().unwrap();
                one.push(1);
                let other = OTHER.lock().unwrap();
                assert!(*other == 0, "it was second");
            });
            let mut second = OTHER.lock().unwrap();
            *second += 1;
            ONE.lock().unwrap().push(2);
            drop(second);
            let _ = other.join();
        };
        let strategy = Strategy::Random { schedules };
        let explorer = Explorer::model(body).engine(Engine::Fibers);
        let report = explorer.strategy(strategy).keep_going().explore();
        assert!(report.error().is_none() && report.failing() > schedules / 10, "{report}");
    };
    run(5_000);
    // What other tests of this process take meanwhile counts too, but not each time.
    let more = [(); 4].map(|()| {
        let before = resident();
        run(20_000);
        resident().saturating_sub(before)
    });
    let least = more.into_iter().min().unwrap();
    assert!(least < 1 << 20, "{more:?} bytes for 20 000 executions each");
    assert!(ONE.lock().unwrap().is_empty());
}

/// How many bytes of the process are in memory.
fn resident() -> usize {
    let text = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// The setup runs on a thread of Interlace, which makes many maps, one in each execution.
#[test]
fn a_map_of_the_setup_has_the_same_order_in_each_execution() {
    for engine in [Engine::Threads, Engine::Fibers] {
        let explorer = || {
            let state = || (HashMap::from([1, 2, 3, 4].map(|it| (it, ()))), Log::default());
            let note = |(map, log): &(HashMap<i32, ()>, Log)| log.note(map.keys().next());
            let explorer = Explorer::new(state).thread("one", note).thread("other", note);
            let explorer = explorer.outcome(|(_, log)| log.0.lock().unwrap().clone());
            explorer.engine(engine).repeats(Repeats::Each)
        };
        let [one, other] = [(); 2].map(|()| explorer().explore());
        one.assert_exhaustive();
        assert!(one.repeats() > 0 && one.outcomes().count() == 1, "{one}");
        assert!(one.outcomes().eq(other.outcomes()));
    }
}
