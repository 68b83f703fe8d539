//! Loops in which threads wait for others. Nothing is marked.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, mpsc};
use std::thread::{self, JoinHandle};

use crossbeam_queue::{ArrayQueue, SegQueue};
use crossbeam_utils::Backoff;
use interlace::{Engine, Explorer, FailureKind, Report, Strategy, Verdict};

fn leak<T>(new: T) -> &'static T {
    Box::leak(Box::new(new))
}

fn join<T>(threads: Vec<JoinHandle<T>>) -> Vec<T> {
    let threads = threads.into_iter();
    threads.map(|it| it.join().unwrap()).collect()
}

/// How `search` explores `body`, whose result is the outcome.
fn explore<T: Debug>(
    body: impl Fn() -> T + Copy + Send + Sync + 'static,
    search: impl FnOnce(Explorer<()>) -> Explorer<()>,
) -> Report {
    let outcome = leak(Mutex::new(String::new()));
    let explorer = Explorer::model(move || {
        let text = format!("{:?}", body());
        *outcome.lock().unwrap() = text;
    });
    let explorer = explorer.outcome(|()| outcome.lock().unwrap().clone());
    search(explorer.engine(Engine::Fibers).keep_going()).explore()
}

fn outcomes(report: &Report) -> BTreeSet<String> {
    report.outcomes().map(|(text, _)| text.to_owned()).collect()
}

/// How many classes `body` has. All hold, and their outcomes are those of random executions, of which no other
/// ends otherwise.
fn classes<T: Debug>(body: impl Fn() -> T + Copy + Send + Sync + 'static) -> (u64, usize) {
    let [one, two] = [1, 2].map(|workers| explore(body, |it| it.workers(workers)));
    assert!(one.is_exhaustive() && one.failing() == 0, "{one}");
    assert_eq!(
        (one.schedules(), outcomes(&one)),
        (two.schedules(), outcomes(&two))
    );
    let schedules = 3000;
    let sampled = explore(body, |it| it.strategy(Strategy::Random { schedules }));
    assert_eq!(sampled.failing(), 0, "{sampled}");
    assert_eq!(outcomes(&one), outcomes(&sampled));
    (one.schedules(), outcomes(&one).len())
}

/// A flag is set before it is looked at for the first time, before the loop is taken to wait, or after that.
/// Where there is a call in the loop, the compiler has the first look before it, at a site of its own: then
/// one more is made before the loop is taken to wait.
#[test]
fn a_flag() {
    fn wait(pause: impl Fn() + Copy + Send + Sync + 'static) -> (u64, usize) {
        classes(move || {
            let flag = leak(AtomicBool::new(false));
            let waits = thread::spawn(move || {
                while !flag.load(SeqCst) {
                    pause();
                }
            });
            flag.store(true, SeqCst);
            waits.join().unwrap();
        })
    }
    assert_eq!(wait(|| ()), (3, 1));
    assert_eq!(wait(spin_loop), (3, 1));
    assert_eq!(wait(thread::yield_now), (4, 1));
    // A fence as some make it: what it writes is a new variable in each round.
    let fence = || {
        let _ = AtomicUsize::new(0).compare_exchange(0, 1, SeqCst, SeqCst);
    };
    assert_eq!(wait(fence), (4, 1));
}

#[test]
fn a_flag_on_threads() {
    let report = explore(
        || {
            let flag = leak(AtomicBool::new(false));
            let waits = thread::spawn(|| while !flag.load(SeqCst) {});
            flag.store(true, SeqCst);
            waits.join().unwrap();
        },
        |it| it.engine(Engine::Threads),
    );
    assert_eq!(report.schedules(), 3);
    report.assert_ok();
}

/// Two threads that set one of two flags each, for a third.
#[test]
fn whichever_flag_is_first() {
    let (_, outcomes) = classes(|| {
        let flags = leak([(); 2].map(|()| AtomicUsize::new(0)));
        let waits = thread::spawn(|| {
            loop {
                let seen = flags.each_ref().map(|it| it.load(SeqCst));
                if seen != [0, 0] {
                    break seen;
                }
            }
        });
        join(
            flags
                .iter()
                .map(|it| thread::spawn(|| it.store(1, SeqCst)))
                .collect(),
        );
        waits.join().unwrap()
    });
    assert_eq!(outcomes, 3);
}

/// Threads that enter a section of `lock` one after the other, in the order in which they were there.
fn sections<const COUNT: usize>(
    acquire: impl Fn(&AtomicBool) + Copy + Send + Sync + 'static,
) -> (u64, usize) {
    classes(move || {
        let lock = leak(AtomicBool::new(false));
        let (order, next) = (
            leak([(); COUNT].map(|()| AtomicUsize::new(0))),
            leak(AtomicUsize::new(0)),
        );
        let threads = order.iter().map(|own| {
            thread::spawn(move || {
                acquire(lock);
                let number = next.load(SeqCst);
                own.store(number, SeqCst);
                next.store(number + 1, SeqCst);
                lock.store(false, SeqCst);
            })
        });
        join(threads.collect());
        order.each_ref().map(|it| it.load(SeqCst))
    })
}

/// Whoever comes second finds the lock released at once, when it tries again, or after it has waited.
#[test]
fn spin_locks() {
    fn exchange(lock: &AtomicBool) {
        while lock.compare_exchange(false, true, SeqCst, SeqCst).is_err() {}
    }
    assert_eq!(sections::<2>(exchange), (2 * 3, 2));
    assert_eq!(sections::<3>(exchange).1, 6);
    // To set it once more is a write, though it changes nothing.
    let swap = |lock: &AtomicBool| {
        while lock.swap(true, SeqCst) {
            thread::yield_now();
        }
    };
    assert_eq!(sections::<2>(swap).1, 2);
    assert_eq!(sections::<3>(swap).1, 6);
}

/// Who has the second ticket waits for one change, and finds it made at once, in the second look, or after it
/// has waited: 3. Who has the third waits for two, either of which may come at each of these: 9.
#[test]
fn ticket_locks() {
    fn tickets<const COUNT: usize>() -> (u64, usize) {
        classes(|| {
            let [next, serving] = [(); 2].map(|()| leak(AtomicUsize::new(0)));
            let threads = [(); COUNT].map(|()| {
                thread::spawn(|| {
                    let own = next.fetch_add(1, SeqCst);
                    while serving.load(SeqCst) != own {
                        spin_loop();
                    }
                    serving.store(own + 1, SeqCst);
                    own
                })
            });
            join(threads.into())
        })
    }
    assert_eq!(tickets::<2>(), (2 * 3, 2));
    assert_eq!(tickets::<3>(), (6 * 3 * 9, 6));
}

/// A loop that counts waits for nobody: each number of looks before the change is another class.
#[test]
fn a_loop_that_counts() {
    let counted = classes(|| {
        let value = leak(AtomicUsize::new(0));
        let reads = thread::spawn(|| [(); 4].map(|()| look(value)).iter().sum::<usize>());
        value.store(1, SeqCst);
        reads.join().unwrap()
    });
    assert_eq!(counted, (5, 5));
}

#[inline(never)]
fn look(value: &AtomicUsize) -> usize {
    value.load(SeqCst)
}

#[test]
fn a_loop_that_nobody_ends_is_a_livelock() {
    let report = explore(
        || {
            let flag = leak(AtomicUsize::new(7));
            thread::spawn(|| while flag.load(SeqCst) == 7 {})
                .join()
                .unwrap();
        },
        |it| it.workers(1),
    );
    assert_eq!(
        report.verdicts().collect::<Vec<_>>(),
        [(Verdict::Livelocked, 1)]
    );
    let failure = report.assert_fails();
    let FailureKind::Livelock(livelock) = failure.kind() else {
        panic!("{failure}");
    };
    let reads = livelock.reads().iter();
    let reads: Vec<_> = reads
        .map(|it| (it.thread(), it.place(), it.size(), it.value()))
        .collect();
    assert_eq!(reads, [("main/1", 1, 8, 7)]);
    let text = failure.to_string();
    assert!(
        text.contains("livelock: threads wait in loops for what nobody will change"),
        "{text}"
    );
    assert!(
        text.contains("main/1 finds 7 in place 1 of 8 bytes, by "),
        "{text}"
    );
}

#[test]
fn queues_of_crossbeam() {
    let pushes = classes(|| {
        let queue = leak(ArrayQueue::new(2));
        let pushed = join(
            [1, 2]
                .map(|it| thread::spawn(move || queue.push(it)))
                .into(),
        );
        (pushed, queue.pop(), queue.pop())
    });
    assert_eq!(pushes, (6, 2));
    let both = classes(|| {
        let queue = leak(ArrayQueue::new(2));
        let pushes = thread::spawn(|| [queue.push(1), queue.push(2)]);
        let pops = thread::spawn(|| [queue.pop(), queue.pop()]);
        (pushes.join().unwrap(), pops.join().unwrap(), queue.pop())
    });
    assert_eq!(both.1, 4);
    let unbounded = classes(|| {
        let queue = leak(SegQueue::new());
        let (pushes, pops) = (
            thread::spawn(|| queue.push(1)),
            thread::spawn(|| queue.pop()),
        );
        pushes.join().unwrap();
        (pops.join().unwrap(), queue.pop())
    });
    assert_eq!(unbounded, (10, 2));
}

/// It yields when it has spun for a while, and tells then that its caller should wait otherwise.
#[test]
fn a_back_off() {
    let waits = classes(|| {
        let flag = leak(AtomicBool::new(false));
        let waits = thread::spawn(|| {
            let backoff = Backoff::new();
            while !flag.load(SeqCst) {
                backoff.snooze();
            }
        });
        flag.store(true, SeqCst);
        waits.join().unwrap();
    });
    // As with `yield_now` above.
    assert_eq!(waits, (4, 1));
    let (_, outcomes) = classes(|| {
        let flag = leak(AtomicBool::new(false));
        let waits = thread::spawn(|| {
            let (backoff, mut has_parked) = (Backoff::new(), false);
            while !flag.load(SeqCst) {
                if backoff.is_completed() {
                    has_parked = true;
                    thread::park();
                } else {
                    backoff.snooze();
                }
            }
            has_parked
        });
        flag.store(true, SeqCst);
        waits.thread().unpark();
        waits.join().unwrap()
    });
    assert_eq!(outcomes, 2);
}

#[test]
fn locks_of_parking_lot() {
    fn pushes<const COUNT: usize>() -> (u64, usize) {
        classes(|| {
            let list = leak(parking_lot::Mutex::new(Vec::new()));
            let push = |it| thread::spawn(move || list.lock().push(it));
            join((0..COUNT).map(push).collect());
            list.lock().clone()
        })
    }
    // The order of the sections.
    assert_eq!(pushes::<2>(), (2, 2));
    assert_eq!(pushes::<3>(), (6, 6));
}

#[test]
fn a_channel() {
    let (_, outcomes) = classes(|| {
        let (sender, receiver) = mpsc::channel();
        let sends = thread::spawn(move || sender.send(1));
        let received = receiver.recv();
        sends.join().unwrap().unwrap();
        received
    });
    assert_eq!(outcomes, 1);
}

/// There are more classes than can be run: the receiver may give up spinning at any time, and park.
#[test]
fn a_channel_of_two() {
    let schedules = 3000;
    let search = |it: Explorer<()>| it.strategy(Strategy::Random { schedules });
    let receives = || {
        let (sender, receiver) = mpsc::channel();
        let sends = [1, 2].map(|it| {
            let sender = sender.clone();
            thread::spawn(move || sender.send(it).unwrap())
        });
        let received = [receiver.recv().unwrap(), receiver.recv().unwrap()];
        join(sends.into());
        received
    };
    let report = explore(receives, search);
    report.assert_ok();
    assert_eq!(outcomes(&report).len(), 2);
}

/// When the execution has failed, a thread goes on alone, without points, and yields there until it is left: that is
/// no reason to give up classes. Before that it has not begun, or is anywhere that it is in `a_flag`.
#[test]
fn who_yields_when_the_execution_is_over_decides_nothing() {
    let report = explore(
        || {
            let flag = leak(AtomicBool::new(false));
            thread::spawn(|| {
                while !flag.load(SeqCst) {
                    thread::yield_now();
                }
            });
            assert!(flag.load(SeqCst), "nobody sets it");
        },
        |it| it.workers(1),
    );
    assert!(!report.to_string().contains("no classes"), "{report}");
    assert_eq!((report.schedules(), report.failing()), (1 + 4, 5), "{report}");
}
