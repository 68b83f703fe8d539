//! Faults of the code under test, one after the other in one process: each is reported as what it
//! is, and the exploration after it is right.

use std::any::Any;
use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use interlace::{Engine, Explorer, FailureKind, Report, Verdict, marker, schedule};

#[interlace::trace]
fn increment(value: &AtomicU32) {
    let temp = value.load(SeqCst); // interlace: read
    value.store(temp + 1, SeqCst); // interlace: write
}

/// Where and by how many a fault is searched for.
#[derive(Debug, Clone, Copy)]
struct Place {
    engine: Engine,
    workers: usize,
}

const PLACES: [Place; 4] = [
    Place {
        engine: Engine::Threads,
        workers: 1,
    },
    Place {
        engine: Engine::Threads,
        workers: 2,
    },
    Place {
        engine: Engine::Fibers,
        workers: 1,
    },
    Place {
        engine: Engine::Fibers,
        workers: 2,
    },
];

impl Place {
    fn explore<S: Send + Sync + 'static>(self, explorer: Explorer<S>) -> Report {
        let explorer = explorer.engine(self.engine).workers(self.workers);
        explorer.keep_going().explore()
    }
}

/// In each place the same, side by side.
fn in_all_places(body: impl Fn(Place) + Sync) {
    thread::scope(|scope| {
        for place in PLACES {
            let body = &body;
            scope.spawn(move || body(place));
        }
    });
}

/// Two increments have 4! / (2! 2!) = 6 schedules, of which 4 lose one and the second is the first
/// to do so; three have 6! / (2! 2! 2!) = 90, of which 6 lose none: one for each order of threads.
#[track_caller]
fn assert_all_is_right(place: Place) {
    let two = || {
        Explorer::new(AtomicU32::default)
            .thread("a", increment)
            .thread("b", increment)
    };
    let report = place.explore(two().check(|value| assert_eq!(value.load(SeqCst), 2)));
    assert_eq!((report.schedules(), report.failing()), (6, 4));
    assert!(report.is_exhaustive());
    let failure = report.assert_fails();
    assert_eq!(failure.index(), 2);
    assert_eq!(failure.schedule(), &schedule![a: read, b: read]);
    assert!(failure.is_proved_minimal() && failure.is_reproduced());

    let three = two().thread("c", increment);
    let report = place.explore(three.check(|value| assert_eq!(value.load(SeqCst), 3)));
    assert_eq!((report.schedules(), report.failing()), (90, 84));
}

/// A program of one marker in each of two threads, with two schedules.
fn two_markers() -> Explorer<()> {
    Explorer::new(|| ())
        .thread("a", |()| marker!("x"))
        .thread("b", |()| marker!("y"))
}

/// A fault: where it is, how executions end, and a part of what the first failure says.
struct Fault {
    name: &'static str,
    explore: fn(Place) -> Report,
    verdicts: &'static [(Verdict, u64)],
    says: &'static str,
}

struct PanicsOnDrop(&'static str);

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

/// A payload whose destructor panics with such a payload.
struct Endless;

impl Drop for Endless {
    fn drop(&mut self) {
        panic::resume_unwind(Box::new(Endless));
    }
}

fn throws(payload: fn() -> Box<dyn Any + Send>) -> Explorer<()> {
    two_markers().thread("c", move |()| panic::resume_unwind(payload()))
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "the setup panics",
        explore: |place| {
            let set_up = || panic!("not made");
            place.explore(Explorer::new(set_up).thread("a", |()| marker!("x")))
        },
        verdicts: &[(Verdict::Panicked, 1)],
        says: "the setup panicked: not made",
    },
    Fault {
        name: "a thread panics before its first marker",
        explore: |place| place.explore(two_markers().thread("c", |()| panic!("at once"))),
        verdicts: &[(Verdict::Panicked, 1)],
        says: "thread `c` panicked: at once",
    },
    Fault {
        name: "a thread panics after its last marker",
        explore: |place| {
            place.explore(
                Explorer::new(AtomicBool::default)
                    .thread("a", |_| marker!("x"))
                    .thread("b", |_| {
                        marker!("y");
                        panic!("after y")
                    }),
            )
        },
        verdicts: &[(Verdict::Panicked, 2)],
        says: "thread `b` panicked: after y",
    },
    Fault {
        name: "a task panics while another waits",
        explore: |place| {
            let explorer = Explorer::new(|| ())
                .task("waits", async |()| std::future::pending().await)
                .task("panics", async |()| {
                    marker!("x");
                    panic!("in a task")
                });
            place.explore(explorer)
        },
        verdicts: &[(Verdict::Panicked, 1)],
        says: "thread `panics` panicked: in a task",
    },
    Fault {
        name: "a check panics",
        explore: |place| place.explore(two_markers().check(|()| panic!("unchecked"))),
        verdicts: &[(Verdict::CheckFailed, 2)],
        says: "the check failed: unchecked",
    },
    Fault {
        name: "the outcome panics",
        explore: |place| place.explore(two_markers().outcome(|()| panic!("untold"))),
        verdicts: &[(Verdict::Panicked, 2)],
        says: "the outcome panicked: untold",
    },
    Fault {
        name: "the text of the outcome panics",
        explore: |place| {
            struct Untold;
            impl std::fmt::Debug for Untold {
                fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    panic!("no words")
                }
            }
            place.explore(two_markers().outcome(|()| Untold))
        },
        verdicts: &[(Verdict::Panicked, 2)],
        says: "the outcome panicked: no words",
    },
    Fault {
        name: "an invariant panics",
        explore: |place| place.explore(two_markers().invariant("odd", |()| panic!("who knows"))),
        verdicts: &[(Verdict::InvariantViolated, 1)],
        says: "an invariant panicked: who knows",
    },
    Fault {
        name: "the destructor of the state panics",
        explore: |place| {
            let explorer = Explorer::new(|| PanicsOnDrop("state dropped"));
            place.explore(
                explorer
                    .thread("a", |_| marker!("x"))
                    .thread("b", |_| marker!("y")),
            )
        },
        verdicts: &[(Verdict::Panicked, 2)],
        says: "the destructor of the state panicked: state dropped",
    },
    Fault {
        name: "the check and the destructor of the state panic",
        explore: |place| {
            let explorer = Explorer::new(|| PanicsOnDrop("state dropped"));
            let explorer = explorer.thread("a", |_| marker!("x"));
            place.explore(explorer.check(|_| panic!("the check was first")))
        },
        verdicts: &[(Verdict::CheckFailed, 1)],
        says: "the check failed: the check was first",
    },
    Fault {
        name: "the destructor of a local panics",
        explore: |place| {
            place.explore(two_markers().thread("c", |()| drop(PanicsOnDrop("local dropped"))))
        },
        verdicts: &[(Verdict::Panicked, 1)],
        says: "thread `c` panicked: local dropped",
    },
    Fault {
        name: "a payload is no text",
        explore: |place| place.explore(throws(|| Box::new(7))),
        verdicts: &[(Verdict::Panicked, 1)],
        says: "thread `c` panicked: a panic whose payload is no text",
    },
    Fault {
        name: "the destructor of a payload panics",
        explore: |place| place.explore(throws(|| Box::new(PanicsOnDrop("payload dropped")))),
        verdicts: &[(Verdict::Panicked, 1)],
        says: "a panic whose payload is no text",
    },
    Fault {
        name: "the destructor of a payload panics with such a payload",
        explore: |place| place.explore(throws(|| Box::new(Endless))),
        verdicts: &[(Verdict::Panicked, 1)],
        says: "a panic whose payload is no text",
    },
    Fault {
        name: "a thread loops through markers for ever",
        explore: |place| {
            let explorer = Explorer::new(|| ()).thread("once", |()| marker!("begin"));
            let explorer = explorer.thread("spins", |()| {
                loop {
                    marker!("look");
                    marker!("look_away");
                }
            });
            place.explore(explorer.max_steps(40))
        },
        // `once` goes at one of the 40 steps, or never.
        verdicts: &[(Verdict::StepLimit, 41)],
        says: "spins:look (tests/faults.rs:",
    },
    Fault {
        name: "a thread panics with a std lock in its hand",
        explore: |place| {
            let explorer = Explorer::new(|| Mutex::new(0))
                .thread("breaks", |lock| {
                    marker!("break");
                    let mut guard = lock.lock().unwrap();
                    *guard += 1;
                    assert_eq!(*guard, 2, "the other was first");
                })
                .thread("uses", |lock| {
                    marker!("use");
                    *lock.lock().expect("the lock is fresh") += 1;
                });
            place.explore(explorer)
        },
        // One of two schedules: a lock that is poisoned in it is not there in the next.
        verdicts: &[(Verdict::Held, 1), (Verdict::Panicked, 1)],
        says: "thread `breaks` panicked: assertion `left == right` failed: the other was first",
    },
    Fault {
        name: "a thread finds a lock poisoned that another has poisoned and survived",
        explore: |place| {
            let explorer = Explorer::new(|| Mutex::new(0))
                .thread("survives", |lock| {
                    marker!("break");
                    let result = panic::catch_unwind(AssertUnwindSafe(|| {
                        let _guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
                        panic!("caught");
                    }));
                    assert!(result.is_err());
                })
                .thread("uses", |lock| {
                    marker!("use");
                    *lock.lock().unwrap() += 1;
                });
            place.explore(explorer)
        },
        verdicts: &[(Verdict::Held, 1), (Verdict::Panicked, 1)],
        says: "thread `uses` panicked: called `Result::unwrap()` on an `Err` value: PoisonError",
    },
    Fault {
        name: "guards of paused threads meet a lock that the panic has poisoned",
        explore: |place| {
            struct Notes<'a>(&'a Mutex<u32>);
            impl Drop for Notes<'_> {
                fn drop(&mut self) {
                    if let Err(poisoned) = self.0.lock() {
                        *poisoned.into_inner() += 1;
                    }
                }
            }
            let explorer = Explorer::new(|| Mutex::new(0))
                .thread("notes", |lock| {
                    let _notes = Notes(lock);
                    marker!("note");
                })
                .thread("breaks", |lock| {
                    marker!("break");
                    let _guard = lock.lock().unwrap();
                    panic!("the first panic");
                });
            place.explore(explorer)
        },
        verdicts: &[(Verdict::Panicked, 2)],
        says: "thread `breaks` panicked: the first panic",
    },
];

#[test]
fn every_fault_is_told_and_the_next_exploration_is_right() {
    in_all_places(|place| {
        for fault in FAULTS {
            let report = (fault.explore)(place);
            let verdicts: Vec<_> = report.verdicts().collect();
            assert_eq!(
                verdicts, fault.verdicts,
                "{}, {place:?}: {report}",
                fault.name
            );
            let failure = report.assert_fails();
            let text = failure.to_string();
            assert!(
                text.contains(fault.says),
                "{}, {place:?}: {text}",
                fault.name
            );
            assert!(failure.is_reproduced(), "{}, {place:?}: {text}", fault.name);
            assert_all_is_right(place);
        }
    });
}

/// Where blocked threads are seen, one may wait for the lock when its holder panics.
#[cfg(target_os = "linux")]
#[test]
fn the_first_panic_is_the_failure_and_not_that_of_who_then_finds_the_lock_poisoned() {
    let explorer = || {
        Explorer::new(|| Mutex::new(0))
            .thread("holds", |lock| {
                marker!("take");
                let _guard = lock.lock().unwrap();
                marker!("break");
                panic!("with the lock in its hand");
            })
            .thread("waits", |lock| {
                marker!("use");
                *lock.lock().unwrap() += 1;
            })
    };
    for place in PLACES
        .into_iter()
        .filter(|place| place.engine == Engine::Threads)
    {
        let report = place.explore(explorer());
        // take break, take use break, and use take break; in the second `waits` blocks, and unwinds
        // by a panic of its own when the lock is free and poisoned.
        let verdicts: Vec<_> = report.verdicts().collect();
        assert_eq!(verdicts, [(Verdict::Panicked, 3)], "{report}");
        let second = explorer().engine(place.engine);
        let second = second.replay(&schedule![holds: take, waits: use]);
        for kind in [Some(report.assert_fails().kind()), second.failure_kind()] {
            assert!(
                matches!(kind, Some(FailureKind::Panic(it)) if it.thread() == "holds"),
                "{kind:?}"
            );
        }
        assert_all_is_right(place);
    }
}

/// Does not come back before it is told to.
fn hang(released: &AtomicBool) {
    while !released.load(SeqCst) {
        really_sleep();
    }
}

/// Sleeps for a millisecond in a system call of which no run knows. A `thread::sleep` is a step, and
/// goes by the run's own clock.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn really_sleep() {
    let millisecond = libc::timespec {
        tv_sec: 0,
        tv_nsec: 1_000_000,
    };
    let no_rest = std::ptr::null_mut::<libc::timespec>();
    // SAFETY: the call reads one time, and the rest is not asked for.
    unsafe { libc::syscall(libc::SYS_nanosleep, &raw const millisecond, no_rest) };
}

#[cfg(not(target_os = "linux"))]
fn really_sleep() {
    thread::sleep(Duration::from_millis(1));
}

static RELEASED: AtomicBool = AtomicBool::new(false);

struct HangsOnDrop;

impl Drop for HangsOnDrop {
    fn drop(&mut self) {
        hang(&RELEASED);
    }
}

type Hanging = fn(Place) -> Report;

/// What hangs, and a part of what is said of it.
const HANGING: &[(Hanging, &str)] = &[
    (
        |place| {
            let hangs = || hang(&RELEASED);
            place.hang(Explorer::new(hangs).thread("a", |()| marker!("x")))
        },
        "the setup",
    ),
    (
        |place| {
            place.hang(two_markers().thread("c", |()| {
                marker!("z");
                hang(&RELEASED);
            }))
        },
        "after passing z (tests/faults.rs:",
    ),
    (
        |place| place.hang(two_markers().check(|()| hang(&RELEASED))),
        "the check",
    ),
    (
        |place| place.hang(two_markers().outcome(|()| hang(&RELEASED))),
        "the outcome",
    ),
    (
        |place| {
            // The first two are of the serial orders, where it is taken as an outcome.
            let calls = AtomicU32::new(0);
            place.hang(two_markers().serializable(move |()| {
                if calls.fetch_add(1, SeqCst) == 2 {
                    hang(&RELEASED);
                }
            }))
        },
        "the view",
    ),
    (
        |place| place.hang(Explorer::new(|| HangsOnDrop).thread("a", |_| marker!("x"))),
        "the destructor of the state",
    ),
];

impl Place {
    fn hang<S: Send + Sync + 'static>(self, explorer: Explorer<S>) -> Report {
        let explorer = explorer.engine(self.engine).workers(self.workers);
        explorer.timeout(Duration::from_millis(900)).explore()
    }
}

#[test]
fn what_hangs_is_left_behind_with_its_place_told_and_the_next_exploration_is_right() {
    in_all_places(|place| {
        for (explore, says) in HANGING {
            let report = explore(place);
            assert!(!report.is_exhaustive());
            let text = report.to_string();
            assert!(text.contains(says), "{place:?}: {text}");
            assert!(
                text.contains("900ms") && text.contains("left behind"),
                "{text}"
            );
            assert_all_is_right(place);
        }
    });
    RELEASED.store(true, SeqCst);
    PLACES.into_iter().for_each(assert_all_is_right);
}

#[test]
fn the_step_limit_names_the_markers_that_the_last_steps_passed() {
    for place in PLACES {
        let explorer = Explorer::new(|| ())
            .thread("early", |()| marker!("begin"))
            .thread("left", |()| {
                loop {
                    marker!("look");
                    marker!("look_away");
                }
            })
            .thread("right", |()| marker!("never_granted"));
        let explorer = explorer.engine(place.engine).workers(place.workers);
        let report = explorer.max_steps(1000).explore();
        let failure = report.assert_fails();
        let FailureKind::StepLimit(limit) = failure.kind() else {
            panic!("{report}");
        };
        // Depth first: `early` goes, then `left` takes all other steps. 100 are looked at.
        let passes = limit.last_passes();
        let mut passes: Vec<_> = passes
            .map(|(count, thread, marker)| (count, thread, marker.name()))
            .collect();
        passes.sort_unstable();
        assert_eq!(passes, [(50, "left", "look"), (50, "left", "look_away")]);
        let text = failure.to_string();
        let (_, rounds) = text
            .split_once("\nwhat the last 100 steps passed:\n")
            .unwrap();
        let lines: Vec<_> = rounds.lines().take(2).map(str::trim).collect();
        assert!(lines[0].starts_with("50 times left:look"), "{text}");
        assert!(lines[1].starts_with("50 times left:look"), "{text}");
        assert!(text.contains("right  is paused at never_granted"), "{text}");
    }
}

#[test]
fn a_hundred_explorers_at_once_are_right_on_threads_too() {
    let place = |number: usize| PLACES[number % PLACES.len()];
    thread::scope(|scope| {
        for number in 0..100 {
            scope.spawn(move || assert_all_is_right(place(number)));
        }
    });
}

#[test]
fn an_explorer_inside_of_a_thread_of_an_explorer_is_right() {
    in_all_places(|outer| {
        for inner in PLACES {
            let explorer = Explorer::new(AtomicU32::default)
                .thread("explores", move |value| {
                    marker!("explore");
                    assert_all_is_right(inner);
                    increment(value);
                })
                .thread("increments", increment);
            // Each runs two explorations inside, on a machine that may be busy.
            let explorer = explorer.timeout(Duration::from_secs(300));
            let report = outer.explore(explorer.outcome(|value| value.load(SeqCst)));
            // 5! / (3! 2!) = 10.
            assert_eq!(report.schedules(), 10, "{inner:?} in {outer:?}: {report}");
            // Nothing is lost where both steps of the second thread come before the read of the
            // first, with `explore` in one of 3 places, or after its write.
            assert_eq!(report.outcomes().collect::<Vec<_>>(), [("1", 6), ("2", 4)]);
        }
    });
}

/// Set for the process that is to end of two panics at once: on which engine.
const TWICE: &str = "FAULTS_TWICE";

/// Does nothing unless the test below starts it in a process of its own.
#[test]
fn the_process_that_panics_twice() {
    let engine = match env::var(TWICE).as_deref() {
        Ok("threads") => Engine::Threads,
        Ok("fibers") => Engine::Fibers,
        _ => return,
    };
    let explorer = two_markers().thread("c", |()| {
        let _local = PanicsOnDrop("the second");
        marker!("z");
        panic!("the first");
    });
    let report = explorer.engine(engine).explore();
    unreachable!("{report}");
}

#[test]
fn a_panic_while_unwinding_ends_the_process_and_both_panics_are_told() {
    for engine in ["threads", "fibers"] {
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", "the_process_that_panics_twice", "--nocapture"])
            .env(TWICE, engine)
            .env("INTERLACE_SAVED", "0")
            .output()
            .unwrap();
        assert!(!output.status.success());
        let stderr = String::from_utf8_lossy(&output.stderr);
        for part in [
            "interlace: a destructor panicked while its thread was unwinding",
            "`std::thread::panicking()`",
            "\n- the second\nat tests/faults.rs:",
            "\n- the first\nat tests/faults.rs:",
        ] {
            assert!(
                stderr.contains(part),
                "{engine}: `{part}` is not in {stderr}"
            );
        }
    }
}

/// Set for the process whose threads come back after they were left behind.
const COMES_BACK: &str = "FAULTS_COMES_BACK";

/// Two threads of which one passes a marker and then waits for what comes after the time-out. When it
/// comes back, the other has been unwound.
fn one_that_comes_back() {
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    let report = Explorer::new(|| ())
        .thread("a", |()| {
            marker!("x");
            marker!("y");
        })
        .thread("b", |()| {
            marker!("x");
            hang(&IS_OVER);
        })
        .timeout(Duration::from_millis(100))
        .keep_going()
        .explore();
    // 3! / (2! 1!) schedules, and `b` hangs in each.
    assert_eq!(
        report.verdicts().collect::<Vec<_>>(),
        [(Verdict::TimedOut, 3)]
    );
    IS_OVER.store(true, SeqCst);
}

/// One thread spins for a flag that another sets when it is unwound.
fn one_that_the_unwinding_of_another_ends() {
    struct SetOnDrop<'a>(&'a AtomicBool);
    impl Drop for SetOnDrop<'_> {
        fn drop(&mut self) {
            self.0.store(true, SeqCst);
        }
    }
    for _ in 0..3 {
        let report = Explorer::new(AtomicBool::default)
            .thread("a", |is_done| {
                let _set = SetOnDrop(is_done);
                marker!("a");
            })
            .thread("b", |is_done| {
                marker!("b");
                while !is_done.load(SeqCst) {
                    std::hint::spin_loop();
                }
                marker!("after");
            })
            .timeout(Duration::from_millis(100))
            .keep_going()
            .explore();
        // `a` first: the flag is set at its end, and `b` comes to its own. `b` first: it spins.
        let verdicts: Vec<_> = report.verdicts().collect();
        assert_eq!(
            verdicts,
            [(Verdict::Held, 1), (Verdict::TimedOut, 1)],
            "{report}"
        );
    }
}

/// Does nothing unless the test below starts it in a process of its own.
#[test]
fn the_process_whose_threads_come_back() {
    if env::var(COMES_BACK).is_ok() {
        one_that_comes_back();
        one_that_the_unwinding_of_another_ends();
        // Long enough for those that were left behind to come back, and to end.
        thread::sleep(Duration::from_secs(1));
    }
}

#[test]
fn threads_that_come_back_after_they_were_left_behind_end_in_silence() {
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "the_process_whose_threads_come_back",
            "--nocapture",
        ])
        .env(COMES_BACK, "1")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr, "", "{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success());
}
