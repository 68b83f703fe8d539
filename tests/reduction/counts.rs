//! How many classes programs have whose markers declare what they touch.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use interlace::{Engine, Explorer, Report, Strategy, Verdict, marker, trace};

const ENGINES: [Engine; 2] = [Engine::Threads, Engine::Fibers];

type Cells = Vec<AtomicUsize>;

fn cells(count: usize) -> Cells {
    (0..count).map(|_| AtomicUsize::new(0)).collect()
}

fn read(cell: &AtomicUsize) -> usize {
    marker!("read", reads(cell));
    cell.load(SeqCst)
}

fn write(cell: &AtomicUsize, value: usize) {
    marker!("write", writes(cell));
    cell.store(value, SeqCst);
}

type Body = Box<dyn Fn(&Cells) + Send + Sync>;

/// A program with `count` cells and these threads.
fn program(count: usize, threads: Vec<Body>) -> Explorer<Cells> {
    let explorer = Explorer::new(move || cells(count)).keep_going();
    let numbered = threads.into_iter().enumerate();
    numbered.fold(explorer, |explorer, (number, body)| {
        explorer.thread(format!("t{number}"), body)
    })
}

fn of(count: usize, body: impl Fn(usize, &Cells) + Copy + Send + Sync + 'static) -> Vec<Body> {
    (0..count)
        .map(|number| {
            let body: Body = Box::new(move |cells| body(number, cells));
            body
        })
        .collect()
}

/// The reports of both engines, which are the same, with these classes.
fn check<S: Send + Sync + 'static>(
    name: &str,
    explorer: impl Fn() -> Explorer<S>,
    classes: u64,
) -> Report {
    let reports = ENGINES.map(|engine| {
        let [one, two] = [1, 2].map(|workers| explorer().engine(engine).workers(workers).explore());
        for report in [&one, &two] {
            assert_eq!(report.error(), None, "{name}, {engine:?}");
            assert_eq!(report.schedules(), classes, "{name}, {engine:?}");
            assert!(report.is_exhaustive(), "{name}, {engine:?}");
            let text = report.to_string();
            assert!(
                text.contains("one schedule of each was run"),
                "{name}, {engine:?}: {text}"
            );
        }
        assert_eq!(one.to_string(), two.to_string(), "{name}, {engine:?}");
        check_verified(&format!("{name}, {engine:?}"), &one, |workers| {
            let explorer = explorer().engine(engine).workers(workers);
            explorer.verify_accesses(true).explore()
        });
        one
    });
    let [threads, fibers] = reports;
    assert_eq!(threads.to_string(), fibers.to_string(), "{name}");
    threads
}

/// What the program declares is right, and to verify it adds one line to the report, the same for however many
/// workers.
fn check_verified(name: &str, unverified: &Report, verify: impl Fn(usize) -> Report) {
    // The regression test names the line that explored.
    let without_test = |report: &Report| {
        let text = report.to_string();
        let (text, _) = text.split_once("regression test").unwrap_or((&text, ""));
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let [verified, again] = [1, 2].map(|workers| without_test(&verify(workers)));
    assert_eq!(verified, again, "{name}");
    let (checked, others): (Vec<_>, Vec<_>) = verified
        .into_iter()
        .partition(|it| it.starts_with("declarations were checked on "));
    assert_eq!(
        (checked.len(), others),
        (1, without_test(unverified)),
        "{name}"
    );
}

#[test]
fn writers_and_readers() {
    for n in [1, 3, 5] {
        let own = || program(n, of(n, |t, cells| write(&cells[t], 1)));
        let _ = check("independent writers", own, 1);
    }
    for (n, classes) in [(2, 2), (3, 6), (4, 24)] {
        let one = || program(1, of(n, |t, cells| write(&cells[0], t)));
        let _ = check("writers of one cell", one, classes);
    }
    for n in [2, 8] {
        let readers = || {
            let mut threads = of(n, |_, cells| {
                read(&cells[0]);
            });
            threads.extend(of(1, |_, cells| write(&cells[0], 1)));
            program(1, threads)
        };
        let _ = check("one writer and n readers", readers, 1 << n);
    }
}

#[test]
fn updates() {
    for (n, classes) in [(2, 4), (3, 36)] {
        let update = || {
            program(
                1,
                of(n, |_, cells| {
                    let value = read(&cells[0]);
                    write(&cells[0], value + 1);
                }),
            )
            .outcome(|cells| cells[0].load(SeqCst))
        };
        let report = check("lost update", update, classes);
        let outcomes: Vec<_> = report.outcomes().collect();
        if n == 2 {
            // Each before the other, and both read before both write, in two orders.
            assert_eq!(outcomes, [("1", 2), ("2", 2)]);
        }
    }
    let message = || {
        let mut threads = of(1, |_, cells| {
            write(&cells[0], 1);
            write(&cells[1], 1);
        });
        threads.extend(of(1, |_, cells| {
            read(&cells[1]);
            read(&cells[0]);
        }));
        program(2, threads)
    };
    let _ = check("message passing", message, 3);
}

/// Thread j of 1..=n sets a[j] to a[j-1] + 1; the reader looks for the first 0 from the end.
#[test]
fn last_zero() {
    for (n, classes) in [(2, 5), (3, 12), (5, 64)] {
        let explorer = || {
            let mut threads = of(n, |t, cells| {
                let value = read(&cells[t]);
                write(&cells[t + 1], value + 1);
            });
            threads.extend(of(1, |_, cells| {
                for cell in cells.iter().rev() {
                    if read(cell) == 0 {
                        break;
                    }
                }
            }));
            program(n + 1, threads)
        };
        let _ = check("last zero", explorer, classes);
    }
}

/// Each takes two locks, in this order, and releases both at its end.
fn take(first: &Mutex<()>, second: &Mutex<()>) {
    marker!("first", acquires(first));
    let _first = first.lock().unwrap();
    marker!("second", acquires(second));
    let _second = second.lock().unwrap();
}

/// As [`take`], with a step for each release.
fn take_and_put_back(first: &Mutex<()>, second: &Mutex<()>) {
    marker!("first", acquires(first));
    let first_guard = first.lock().unwrap();
    marker!("second", acquires(second));
    let second_guard = second.lock().unwrap();
    marker!("put_second", releases(second));
    drop(second_guard);
    marker!("put_first", releases(first));
    drop(first_guard);
}

type Take = fn(&Mutex<()>, &Mutex<()>);

fn philosophers(n: usize, in_order: bool, take: Take) -> Explorer<Vec<Mutex<()>>> {
    let forks = move || (0..n).map(|_| Mutex::new(())).collect::<Vec<_>>();
    let explorer = Explorer::new(forks).keep_going();
    (0..n).fold(explorer, |explorer, left| {
        let right = (left + 1) % n;
        let (first, second) = if in_order {
            (left.min(right), left.max(right))
        } else {
            (left, right)
        };
        explorer.thread(format!("p{left}"), move |forks: &Vec<Mutex<()>>| {
            take(&forks[first], &forks[second]);
        })
    })
}

#[test]
fn philosophers_have_a_class_for_each_orientation_of_the_forks() {
    for n in 2..=5 {
        // Each fork goes to one of its two neighbours first. Of the two cyclic ways one is the deadlock,
        // and the other is impossible.
        for take in [take, take_and_put_back] {
            let left_first = || philosophers(n, false, take);
            let report = check("left fork first", left_first, (1 << n) - 1);
            let verdicts: Vec<_> = report.verdicts().collect();
            assert_eq!(
                verdicts,
                [(Verdict::Held, (1 << n) - 2), (Verdict::Deadlocked, 1)]
            );
            let in_order = || philosophers(n, true, take);
            let _ = check("in order", in_order, (1 << n) - 2);
        }
    }
}

#[trace]
fn section_then_own_work(lock: &Mutex<u32>, own: &AtomicUsize) {
    let mut guard = lock.lock().unwrap(); // interlace: lock acquires(lock)
    *guard += 1;
    drop(guard); // interlace: unlock releases(lock)
    own.store(1, SeqCst); // interlace: own writes(own)
    own.store(2, SeqCst); // interlace: again writes(own)
}

#[test]
fn what_comes_after_a_release_does_not_touch_the_lock() {
    type Shared = (Mutex<u32>, [AtomicUsize; 2]);
    let explorer = |body: fn(&Mutex<u32>, &AtomicUsize)| {
        move || {
            (0..2).fold(
                Explorer::new(Shared::default).keep_going(),
                |explorer, number| {
                    explorer.thread(format!("t{number}"), move |(lock, own): &Shared| {
                        body(lock, &own[number]);
                    })
                },
            )
        }
    };
    // Who has the lock first.
    let _ = check("two steps", explorer(section_then_own_work), 2);
    let in_one_step: fn(&Mutex<u32>, &AtomicUsize) = |lock, own| {
        marker!("section", releases(lock), acquires(lock));
        *lock.lock().unwrap() += 1;
        marker!("own", writes(own));
        own.store(1, SeqCst);
    };
    let _ = check("one step", explorer(in_one_step), 2);
    let untold: fn(&Mutex<u32>, &AtomicUsize) = |lock, own| {
        marker!("section", acquires(lock));
        *lock.lock().unwrap() += 1;
        marker!("own", writes(own));
        own.store(1, SeqCst);
    };
    // All steps touch the lock, since its own work may release it for all that is known: each of the
    // 4! / (2! 2!) orders is a class.
    let _ = check("untold", explorer(untold), 6);
}

#[test]
fn sections_of_one_lock() {
    fn section(lock: &Mutex<Vec<usize>>, number: usize) {
        marker!("section", acquires(lock));
        lock.lock().unwrap().push(number);
    }
    for (n, k, classes) in [(2, 1, 2), (3, 1, 6), (4, 1, 24), (2, 2, 6), (3, 2, 90)] {
        let explorer = || {
            let explorer = Explorer::new(Mutex::<Vec<usize>>::default).keep_going();
            let explorer = explorer.outcome(|log| log.lock().unwrap().clone());
            (0..n).fold(explorer, |explorer, number| {
                explorer.thread(format!("t{number}"), move |lock: &Mutex<_>| {
                    (0..k).for_each(|_| section(lock, number));
                })
            })
        };
        let report = check("sections", explorer, classes);
        assert_eq!(report.outcomes().count() as u64, classes);
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn started_threads() {
    // Each of two started threads updates the cell; starting and joining them orders nothing else.
    let explorer = || {
        let cell = || std::sync::Arc::new(AtomicUsize::new(0));
        Explorer::new(cell)
            .keep_going()
            .thread("main", |cell: &std::sync::Arc<AtomicUsize>| {
                let update = || {
                    let cell = std::sync::Arc::clone(cell);
                    thread::spawn(move || {
                        let value = read(&cell);
                        write(&cell, value + 1);
                    })
                };
                let both = [update(), update()];
                for it in both {
                    it.join().unwrap();
                }
            })
            .outcome(|cell| cell.load(SeqCst))
    };
    let report = check("lost update by started threads", explorer, 4);
    assert_eq!(report.outcomes().collect::<Vec<_>>(), [("1", 2), ("2", 2)]);
}

#[test]
fn shards_have_each_class_once() {
    let explorer = || {
        program(
            1,
            of(3, |_, cells| {
                let value = read(&cells[0]);
                write(&cells[0], value + 1);
            }),
        )
        .outcome(|cells| cells[0].load(SeqCst))
        .strategy(Strategy::Reduced)
        .engine(Engine::Fibers)
    };
    let whole = explorer().explore();
    for of in [2, 3] {
        let shards = (1..=of).map(|number| explorer().shard(number, of).explore());
        let shards = shards.map(|report| Report::from_json(&report.to_json()).unwrap());
        let merged = Report::merge(shards).unwrap();
        assert_eq!(merged.schedules(), 36, "{of} shards: {merged}");
        assert!(merged.outcomes().eq(whole.outcomes()), "{merged}");
        let head = "interlace: no failure in 36 classes of schedules; one schedule of each was run";
        assert!(merged.to_string().starts_with(head), "{merged}");
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn waits_that_may_time_out() {
    use std::sync::Condvar;
    use std::time::{Duration, Instant};
    type Bell = (Mutex<()>, Condvar);
    const SECOND: Duration = Duration::from_secs(1);
    fn wait((lock, bell): &Bell) {
        marker!("wait", writes(lock), writes(bell));
        let _woken = bell.wait_timeout(lock.lock().unwrap(), SECOND).unwrap();
    }
    let sleep = |_: &Bell| {
        marker!("sleep", reads());
        thread::sleep(SECOND);
    };
    let explorer = |threads: &[fn(&Bell)]| {
        (0..).zip(threads).fold(
            Explorer::new(Bell::default).keep_going(),
            |explorer, (number, body)| explorer.thread(format!("t{number}"), *body),
        )
    };
    let ring: fn(&Bell) = |(lock, bell)| {
        marker!("ring", writes(lock), writes(bell));
        bell.notify_one();
    };
    let look: fn(&Bell) = |_| {
        marker!("look", reads());
        let _now = Instant::now();
    };
    // The ring comes before the wait, during it, or after it has timed out.
    let _ = check("a wait and a ring", || explorer(&[wait, ring]), 3);
    // All steps touch the bell: the orders of two steps, two steps and one.
    let _ = check("two waits and a ring", || explorer(&[wait, wait, ring]), 30);
    // Each sleep begins and ends by the clock: the orders of two steps and two steps.
    let _ = check("two sleeps", || explorer(&[sleep, sleep]), 6);
    // The look comes before the sleep, during it, or after it.
    let _ = check("a sleep and a look", || explorer(&[sleep, look]), 3);
    // A ring with nobody there, and a sleep, have nothing in common.
    let _ = check("a sleep and a ring", || explorer(&[sleep, ring]), 1);
}

/// The wait for a lock ends otherwise than by a wake-up only if that was asked for.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_wait_that_could_be_spurious_and_never_is_ends_by_another_thread() {
    let add = |total: &Mutex<u32>| {
        marker!("lock", writes(total));
        let mut total = total.lock().unwrap();
        marker!("add", writes(*total));
        *total += 1;
    };
    let explorer = move || {
        Explorer::new(Mutex::default)
            .thread("a", add)
            .thread("b", add)
            .keep_going()
    };
    // Either comes first, and the other waits for it or not.
    check("a contended lock", explorer, 4).assert_ok();
}
