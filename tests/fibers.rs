//! What threads of the program may do on fibers as on OS threads, and what is said where they may
//! not.

use std::any::Any;
use std::future::poll_fn;
use std::hint::black_box;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, Once, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{
    Engine, ErrorKind, Explorer, FailureKind, Report, Schedule, TraceExecutor, Verdict, marker,
    schedule,
};

#[interlace::trace]
fn increment(value: &AtomicU32) {
    let temp = value.load(SeqCst); // interlace: read
    value.store(temp + 1, SeqCst); // interlace: write
}

fn two_increments() -> Explorer<AtomicU32> {
    Explorer::new(AtomicU32::default)
        .thread("a", increment)
        .thread("b", increment)
        .check(|value| assert_eq!(value.load(SeqCst), 2))
}

/// Four of six schedules lose an update, and the second is the first to do so.
#[track_caller]
fn assert_lost_update_is_found() {
    let report = two_increments()
        .engine(Engine::Fibers)
        .keep_going()
        .explore();
    assert_eq!((report.schedules(), report.failing()), (6, 4));
    let failure = report.assert_fails();
    assert_eq!((failure.index(), failure.is_reproduced()), (2, true));
    assert_eq!(failure.schedule(), &schedule![a: read, b: read]);
}

/// Explores on both engines; asserts that they say the same, and returns that.
#[track_caller]
fn on_both<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let explore = |engine| explorer().engine(engine).explore();
    let (threads, fibers) = (explore(Engine::Threads), explore(Engine::Fibers));
    assert_eq!(fibers.to_string(), threads.to_string());
    assert_eq!(fibers.schedules(), threads.schedules());
    fibers
}

/// The only verdict of a report, and how many executions ended in it.
#[track_caller]
fn only_verdict(report: &Report) -> (Verdict, u64) {
    let verdicts: Vec<_> = report.verdicts().collect();
    assert_eq!(verdicts.len(), 1, "{report}");
    verdicts[0]
}

#[cfg(unix)]
mod overflows {
    use std::env;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, Output};

    use super::*;

    const DEPTH: &str = "DIVE_DEPTH";
    const STACK: &str = "DIVE_STACK";

    /// Uses a kilobyte of stack and more for each level.
    fn dive(depth: u64) -> u64 {
        let ballast = black_box([depth; 128]);
        if depth == 0 {
            return 0;
        }
        dive(depth - 1) + 1 + ballast[7] - black_box(ballast)[9]
    }

    fn number(variable: &str) -> Option<u64> {
        env::var(variable).ok()?.parse().ok()
    }

    /// Does nothing unless the tests below start it in a process of its own.
    #[test]
    fn the_process_that_dives() {
        let (Some(depth), Some(stack)) = (number(DEPTH), number(STACK)) else {
            return;
        };
        let report = Explorer::new(|| ())
            .thread("shallow", |()| marker!("stay"))
            .thread("deep", move |()| {
                marker!("dive");
                assert_eq!(dive(depth), depth);
            })
            .stack_size(usize::try_from(stack).unwrap())
            .engine(Engine::Fibers)
            .explore();
        report.assert_ok();
    }

    fn dive_in_a_process(depth: u64, stack: u64) -> (Output, String) {
        let output = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "overflows::the_process_that_dives",
                "--nocapture",
            ])
            .env(DEPTH, depth.to_string())
            .env(STACK, stack.to_string())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        (output, stderr)
    }

    #[test]
    fn an_overflow_ends_the_process_and_says_whose_stack_it_was_and_how_to_enlarge_it() {
        let (output, stderr) = dive_in_a_process(u64::MAX, 1 << 20);
        assert!(output.status.signal().is_some(), "{output:?}");
        for part in [
            "`deep`",
            "overflow",
            "1048576 bytes",
            "Explorer::stack_size",
        ] {
            assert!(stderr.contains(part), "`{part}` is not in {stderr}");
        }
        assert!(!stderr.contains("`shallow`"), "{stderr}");
    }

    #[test]
    fn a_larger_stack_holds_what_overflows_a_smaller_one() {
        let (output, stderr) = dive_in_a_process(2000, 256 << 10);
        assert!(output.status.signal().is_some(), "{output:?}");
        assert!(stderr.contains("`deep`"), "{stderr}");
        let (output, stderr) = dive_in_a_process(2000, 64 << 20);
        assert!(output.status.success(), "{stderr}");
    }
}

#[test]
fn a_stack_that_cannot_be_had_is_an_error_at_once() {
    for size in [usize::MAX, usize::MAX - 100_000, usize::MAX / 2] {
        let since = Instant::now();
        let report = two_increments()
            .engine(Engine::Fibers)
            .stack_size(size)
            .explore();
        assert_eq!(
            report.error().unwrap().kind(),
            ErrorKind::NoOsThread,
            "{report}"
        );
        let text = report.to_string();
        assert!(
            text.contains(&size.to_string()) && text.contains("`a`"),
            "{text}"
        );
        assert!(since.elapsed() < Duration::from_secs(5));
    }
    assert_lost_update_is_found();
}

#[test]
fn a_small_stack_is_enough_for_a_small_thread() {
    let report = Explorer::new(|| ())
        .thread("a", |()| marker!("x"))
        .thread("b", |()| marker!("y"))
        .engine(Engine::Fibers)
        .stack_size(64 << 10)
        .explore();
    assert_eq!(only_verdict(&report), (Verdict::Held, 2));
}

/// Explores a program in which a fiber keeps the OS thread that all share; the report says where.
#[track_caller]
fn assert_blocks<S: Send + Sync + 'static>(explorer: Explorer<S>, place: &str) {
    let since = Instant::now();
    let report = explorer
        .engine(Engine::Fibers)
        .timeout(Duration::from_millis(200))
        .explore();
    let took = since.elapsed();
    assert!(took >= Duration::from_millis(200), "{took:?}");
    // Of a loop only the time counts for which it has had a processor.
    assert!(took < Duration::from_secs(20), "{took:?}");
    let error = report.error().expect("a fiber blocks");
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let text = error.to_string();
    for part in [place, "200ms", "a loop without a call", "Engine::Threads"] {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
    assert!(
        !report.is_exhaustive() && report.failure().is_none(),
        "{report}"
    );
    assert_lost_update_is_found();
}

/// Waits for something that no thread of the program does, without any call.
fn spin_until(released: &AtomicBool) {
    while !released.load(SeqCst) {
        std::hint::spin_loop();
    }
}

#[test]
fn a_thread_that_waits_in_a_loop_is_an_error_that_names_it() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    let explorer = Explorer::new(|| ())
        .thread("quick", |()| marker!("go"))
        .thread("spins", |()| {
            marker!("enter");
            spin_until(&RELEASED);
        });
    assert_blocks(
        explorer,
        "thread `spins`, after passing enter (tests/fibers.rs:",
    );
    let explorer = Explorer::new(|| ())
        .thread("quick", |()| marker!("go"))
        .thread("spins", |()| spin_until(&RELEASED));
    assert_blocks(explorer, "thread `spins`, before its next marker");
    RELEASED.store(true, SeqCst);
}

/// Sleeps by the bare instruction, of which nobody but the kernel knows.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn a_call_that_bypasses_libc_is_an_error() {
    fn sleep(length: Duration) {
        let time = [length.as_secs(), length.subsec_nanos().into()];
        #[allow(unsafe_code, reason = "there is no safe way around libc")]
        // SAFETY: `nanosleep` reads a `timespec`, two 64-bit numbers, and writes nothing. The call
        // changes the three registers.
        unsafe {
            std::arch::asm!(
                "syscall",
                inlateout("rax") 35_u64 => _,
                in("rdi") time.as_ptr(),
                in("rsi") 0,
                out("rcx") _,
                out("r11") _,
                options(nostack),
            );
        }
    }
    let explorer = Explorer::new(|| ())
        .thread("quick", |()| marker!("go"))
        .thread("sleepy", |()| {
            marker!("rest");
            sleep(Duration::from_secs(2));
        });
    assert_blocks(explorer, "thread `sleepy`, after passing rest");
}

#[test]
fn a_thread_that_sleeps_for_too_long_in_real_time_is_an_error() {
    let explorer = Explorer::new(|| ())
        .thread("quick", |()| marker!("go"))
        .thread("sleepy", |()| thread::sleep(Duration::from_secs(2)))
        .real_time(true);
    assert_blocks(explorer, "thread `sleepy`");
}

/// What threads wait for in calls, where these are operations of the model: as exact as on threads.
#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod waits {
    use std::sync::Condvar;

    use super::*;

    #[test]
    fn a_lock_held_across_a_marker_is_waited_for() {
        let add = |count: &Mutex<u32>| {
            marker!("enter");
            let mut count = count.lock().unwrap();
            let before = *count;
            marker!("inside");
            *count = before + 1;
        };
        let report = on_both(|| {
            Explorer::new(Mutex::<u32>::default)
                .thread("a", add)
                .thread("b", add)
                .check(|count| assert_eq!(*count.lock().unwrap(), 2))
        });
        // Who enters first has the lock until it has come to its end. The other one enters before
        // that, and waits, or after it.
        assert_eq!(only_verdict(&report), (Verdict::Held, 4));
    }

    #[test]
    fn two_locks_in_two_orders_are_a_deadlock() {
        type Locks = [Mutex<()>; 2];
        let report = on_both(|| {
            let lock = |first: usize| {
                move |locks: &Locks| {
                    let _first = locks[first].lock().unwrap();
                    marker!("second");
                    let _second = locks[1 - first].lock().unwrap();
                }
            };
            Explorer::new(Locks::default)
                .thread("a", lock(0))
                .thread("b", lock(1))
                .keep_going()
        });
        // Both have their first locks before any step. Whoever comes first, both wait.
        assert_eq!(only_verdict(&report), (Verdict::Deadlocked, 2));
    }

    #[test]
    fn a_sleep_ends_when_its_time_comes_and_takes_none() {
        let since = Instant::now();
        let report = on_both(|| {
            Explorer::new(|| ())
                .thread("quick", |()| marker!("go"))
                .thread("sleepy", |()| {
                    marker!("rest");
                    thread::sleep(Duration::from_secs(1000));
                })
                .timeout(Duration::from_secs(60))
        });
        // `go` comes before `rest`, before the end of the sleep, or after it.
        assert_eq!(only_verdict(&report), (Verdict::Held, 3));
        assert!(since.elapsed() < Duration::from_secs(60));
    }

    type Channel = (mpsc::Sender<u32>, Mutex<mpsc::Receiver<u32>>);

    fn channel() -> Channel {
        let (sender, receiver) = mpsc::channel();
        (sender, Mutex::new(receiver))
    }

    fn receive((_, receiver): &Channel) {
        marker!("take");
        assert_eq!(receiver.lock().unwrap().recv(), Ok(7));
    }

    #[test]
    fn a_thread_that_receives_waits_for_who_sends() {
        let report = on_both(|| {
            Explorer::new(channel)
                .thread("receiver", receive)
                .thread("sender", |(sender, _)| {
                    marker!("give");
                    sender.send(7).unwrap();
                })
        });
        // `take` comes first, and the receiver goes on after `give`; or it comes last.
        assert_eq!(only_verdict(&report), (Verdict::Held, 2));
    }

    #[test]
    fn a_thread_that_receives_what_nobody_sends_is_a_deadlock() {
        let report = on_both(|| {
            Explorer::new(channel)
                .thread("receiver", receive)
                .thread("idler", |_| marker!("pass"))
                .keep_going()
        });
        assert_eq!(only_verdict(&report), (Verdict::Deadlocked, 2));
        let FailureKind::Deadlock(deadlock) = report.assert_fails().kind() else {
            panic!("{report}");
        };
        let text = deadlock.to_string();
        for part in [
            "receiver  is blocked",
            "after passing take (tests/fibers.rs:",
            "idler     has finished",
        ] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
    }

    #[test]
    fn a_condition_is_waited_for_and_its_lock_is_free_meanwhile() {
        let report = on_both(|| {
            Explorer::new(<(Mutex<bool>, Condvar)>::default)
                .thread("waits", |(is_set, changed)| {
                    marker!("wait");
                    let is_set = is_set.lock().unwrap();
                    drop(changed.wait_while(is_set, |is_set| !*is_set).unwrap());
                })
                .thread("sets", |(is_set, changed)| {
                    marker!("set");
                    *is_set.lock().unwrap() = true;
                    changed.notify_one();
                })
        });
        assert_eq!(only_verdict(&report), (Verdict::Held, 2));
    }

    #[test]
    fn a_destructor_waits_while_a_fiber_is_unwound() {
        static LOCKED: AtomicU32 = AtomicU32::new(0);
        struct Locks<'a>(&'a Mutex<()>);
        impl Drop for Locks<'_> {
            fn drop(&mut self) {
                drop(self.0.lock());
                LOCKED.fetch_add(1, SeqCst);
            }
        }
        let explorer = || {
            Explorer::new(|| Mutex::new(()))
                .thread("fails", |_| {
                    marker!("third");
                    panic!("now");
                })
                .thread("waits", |lock| {
                    let _guard = Locks(lock);
                    marker!("first");
                })
                .thread("holds", |lock| {
                    let _guard = lock.lock().unwrap();
                    marker!("second");
                })
        };
        let report = on_both(|| explorer().keep_going());
        // `third` comes after none of the steps of the others, or after one or more of those in
        // their two orders: `first`, `second`, and that `waits` goes on; or `second`, `first`.
        assert_eq!(only_verdict(&report), (Verdict::Panicked, 6));
        for engine in [Engine::Threads, Engine::Fibers] {
            LOCKED.store(0, SeqCst);
            let execution = explorer().engine(engine).replay(&schedule![fails: third]);
            assert!(!execution.is_ok());
            assert_eq!(LOCKED.load(SeqCst), 1, "{engine:?}");
        }
    }
}

#[test]
fn a_setup_a_check_and_an_invariant_that_block_are_errors() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    fn hang() {
        while !RELEASED.load(SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
    }
    let thread = |(): &()| marker!("x");
    assert_blocks(Explorer::new(hang).thread("t", thread), "the setup");
    let program = || Explorer::new(|| ()).thread("t", thread);
    assert_blocks(program().check(|()| hang()), "the check");
    assert_blocks(program().outcome(|()| hang()), "the outcome");
    let invariant = program().invariant("never told", |()| {
        hang();
        true
    });
    assert_blocks(invariant, "thread `t`");
    RELEASED.store(true, SeqCst);
}

#[test]
fn a_replay_that_blocks_is_refused_with_the_same_error() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    let execution = Explorer::new(|| ())
        .thread("t", |()| {
            marker!("x");
            spin_until(&RELEASED);
        })
        .engine(Engine::Fibers)
        .timeout(Duration::from_millis(400))
        .replay(&schedule![t: x]);
    RELEASED.store(true, SeqCst);
    let text = execution.to_string();
    assert!(text.contains("thread `t`, after passing x"), "{text}");
}

#[test]
fn payloads_of_every_kind_are_panics_on_both_engines() {
    struct PanicsWhenDropped;
    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            assert!(thread::panicking(), "the payload was dropped");
        }
    }
    type Payload = fn() -> Box<dyn Any + Send>;
    let payloads: [(Payload, &str); 5] = [
        (|| Box::new("a text"), "a text"),
        (|| Box::new(String::from("a string")), "a string"),
        (|| Box::new(7), "no text"),
        (|| Box::new(()), "no text"),
        (|| Box::new(PanicsWhenDropped), "no text"),
    ];
    for (payload, message) in payloads {
        let report = on_both(|| {
            Explorer::new(|| ())
                .thread("a", |()| marker!("x"))
                .thread("b", move |()| {
                    marker!("y");
                    panic::resume_unwind(payload());
                })
                .keep_going()
        });
        assert_eq!(only_verdict(&report), (Verdict::Panicked, 2));
        let FailureKind::Panic(failure) = report.assert_fails().kind() else {
            panic!("{report}");
        };
        assert_eq!(failure.thread(), "b");
        let told = failure.panic().message();
        assert!(told.contains(message), "{told}");
        assert!(report.assert_fails().is_reproduced());
    }
}

/// Notes when it is dropped, and whether its thread was panicking.
struct Guard<'a>(&'a Mutex<Vec<String>>, &'static str);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let how = if thread::panicking() {
            "unwound"
        } else {
            "left"
        };
        marker!("in_a_destructor");
        self.0.lock().unwrap().push(format!("{} {how}", self.1));
    }
}

#[test]
fn guards_of_paused_threads_are_dropped_in_order_before_the_state() {
    // The state is dropped on the thread that made it, when the guards have told it all.
    static DROPPED: Mutex<Vec<String>> = Mutex::new(Vec::new());
    struct Notes(Mutex<Vec<String>>);
    impl Drop for Notes {
        fn drop(&mut self) {
            let notes = std::mem::take(self.0.get_mut().unwrap());
            DROPPED.lock().unwrap().push(notes.join(", "));
        }
    }
    for engine in [Engine::Threads, Engine::Fibers] {
        DROPPED.lock().unwrap().clear();
        let execution = Explorer::new(|| Notes(Mutex::default()))
            .thread("fails", |notes| {
                let _guard = Guard(&notes.0, "fails");
                marker!("go");
                panic!("now");
            })
            .thread("outer", |notes| {
                let _outer = Guard(&notes.0, "outer");
                let _inner = Guard(&notes.0, "inner");
                marker!("stay");
            })
            .task("task", async |notes: &Notes| {
                let _guard = Guard(&notes.0, "task");
                std::future::pending::<()>().await;
            })
            .engine(engine)
            .replay(&schedule![fails: go]);
        assert!(matches!(
            execution.failure_kind(),
            Some(FailureKind::Panic(_))
        ));
        let dropped = DROPPED.lock().unwrap();
        let expected = "fails unwound, inner unwound, outer unwound, task unwound";
        assert_eq!(*dropped, [expected], "{engine:?}");
    }
}

#[test]
fn markers_in_destructors_pause_where_nothing_unwinds() {
    // A guard of each thread is left, at a marker: 2 markers each, 4! / (2! 2!) = 6.
    let report = on_both(|| {
        let enter = |notes: &Mutex<Vec<String>>| {
            let _guard = Guard(notes, "guard");
            marker!("enter");
        };
        Explorer::new(Mutex::<Vec<String>>::default)
            .thread("a", enter)
            .thread("b", enter)
            .check(|notes| assert_eq!(*notes.lock().unwrap(), ["guard left", "guard left"]))
    });
    assert_eq!(only_verdict(&report), (Verdict::Held, 6));
}

#[test]
fn a_destructor_that_panics_where_nothing_unwinds_is_a_panic() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            assert!(thread::panicking(), "dropped");
        }
    }
    let report = on_both(|| {
        Explorer::new(|| ())
            .thread("a", |()| {
                let _guard = Panics;
                marker!("x");
            })
            .thread("b", |()| {
                let _guard = Panics;
                marker!("y");
            })
            .keep_going()
    });
    assert_eq!(only_verdict(&report), (Verdict::Panicked, 2));
}

#[test]
fn a_panic_that_the_thread_catches_around_a_marker_is_its_own_business() {
    let report = on_both(|| {
        let catch = |seen: &Mutex<Vec<&'static str>>| {
            for message in ["one", "two"] {
                let caught = panic::catch_unwind(AssertUnwindSafe(|| {
                    marker!("before");
                    assert!(!thread::panicking());
                    panic::resume_unwind(Box::new(message));
                }));
                assert!(!thread::panicking());
                seen.lock()
                    .unwrap()
                    .push(caught.unwrap_err().downcast_ref::<&str>().unwrap());
            }
        };
        Explorer::new(Mutex::<Vec<_>>::default)
            .thread("a", catch)
            .thread("b", catch)
            .check(|seen| assert_eq!(seen.lock().unwrap().len(), 4))
    });
    assert_eq!(only_verdict(&report), (Verdict::Held, 6));
}

#[test]
fn a_thread_that_catches_its_unwinding_is_unwound_again() {
    let report = on_both(|| {
        Explorer::new(|| ())
            .thread("stubborn", |()| {
                for _ in 0..3 {
                    let _ = panic::catch_unwind(|| marker!("first"));
                }
                marker!("second");
                unreachable!("the execution is over");
            })
            .thread("fails", |()| {
                marker!("go");
                panic!("now");
            })
            .max_schedules(3)
            .keep_going()
    });
    assert_eq!(only_verdict(&report), (Verdict::Panicked, 3));
}

#[test]
fn explorers_and_executors_work_inside_of_bodies_checks_and_invariants() {
    fn explore_inside() {
        for engine in [Engine::Threads, Engine::Fibers] {
            let report = two_increments().engine(engine).keep_going().explore();
            assert_eq!((report.schedules(), report.failing()), (6, 4));
        }
    }
    fn execute_inside() {
        let value = Arc::new(AtomicU32::new(0));
        let both_read: Schedule = schedule![a: read, b: read, a: write, b: write];
        let mut executor = TraceExecutor::new(both_read);
        for name in ["a", "b"] {
            let value = Arc::clone(&value);
            executor.run(name, move || increment(&value));
        }
        executor.wait(Duration::from_secs(60)).unwrap();
        assert_eq!(value.load(SeqCst), 1);
    }
    let report = on_both(|| {
        Explorer::new(AtomicU32::default)
            .thread("explores", |value| {
                marker!("explore");
                explore_inside();
                increment(value);
            })
            .thread("executes", |value| {
                execute_inside();
                increment(value);
            })
            .invariant("an explorer in an invariant", |value| {
                explore_inside();
                value.load(SeqCst) <= 2
            })
            // Each runs some twenty explorations, on a machine that may be busy.
            .timeout(Duration::from_secs(300))
            .check(|value| {
                explore_inside();
                assert!(value.load(SeqCst) > 0);
            })
    });
    assert_eq!(only_verdict(&report), (Verdict::Held, 10));
}

/// Wakes on a thread that no run controls, and returns when that is done.
fn wake_elsewhere(waker: Waker) {
    static SERVICE: Once = Once::new();
    static REQUEST: Mutex<Option<Waker>> = Mutex::new(None);
    static IS_ASKED: AtomicBool = AtomicBool::new(false);
    fn serve() {
        loop {
            if IS_ASKED.load(SeqCst) {
                let waker = REQUEST.lock().unwrap().take();
                waker.unwrap().wake();
                IS_ASKED.store(false, SeqCst);
            }
            thread::sleep(Duration::from_micros(100));
        }
    }
    // The first to call this is a thread that no run controls.
    SERVICE.call_once(|| drop(thread::spawn(serve)));
    *REQUEST.lock().unwrap() = Some(waker);
    IS_ASKED.store(true, SeqCst);
    while IS_ASKED.load(SeqCst) {
        std::hint::spin_loop();
    }
}

#[test]
fn wakers_that_fire_on_foreign_threads_are_heard() {
    // Each task has another thread wake it, once before it is pending and once after the other
    // task has gone on; those of earlier executions fire again and wake nobody.
    static OLD: Mutex<Vec<Waker>> = Mutex::new(Vec::new());
    type Slot = Mutex<Option<Waker>>;
    async fn woken_elsewhere() {
        let mut rounds = 0;
        poll_fn(|context| {
            rounds += 1;
            let waker = context.waker().clone();
            OLD.lock().unwrap().push(waker.clone());
            if rounds < 3 {
                wake_elsewhere(waker);
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }
    let report = on_both(|| {
        OLD.lock().unwrap().clear();
        wake_elsewhere(Waker::noop().clone());
        Explorer::new(|| {
            OLD.lock().unwrap().drain(..).for_each(Waker::wake);
            Slot::default()
        })
        .task("a", async |slot: &Slot| {
            marker!("first");
            woken_elsewhere().await;
            let mut is_first = true;
            poll_fn(|context| {
                *slot.lock().unwrap() = Some(context.waker().clone());
                if std::mem::take(&mut is_first) {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            })
            .await;
            marker!("second");
        })
        .thread("b", |slot| {
            marker!("first");
            marker!("second");
            let waker = slot.lock().unwrap().take();
            if let Some(waker) = waker {
                wake_elsewhere(waker);
            }
        })
        .keep_going()
        .workers(1)
    });
    // Until a waits for b it takes three steps, since it is pending twice and woken by then. Where
    // b has ended before that, nobody wakes it: where its last comes before the third of a, in 6
    // of the 5! / (3! 2!) = 10 orders. Otherwise a is alone when b has woken it.
    let verdicts: Vec<_> = report.verdicts().collect();
    assert_eq!(verdicts, [(Verdict::Held, 4), (Verdict::Deadlocked, 6)]);
}

#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
#[test]
fn wakers_that_fire_on_threads_started_inside_of_bodies_are_heard() {
    let report = on_both(|| {
        Explorer::new(|| ())
            .task("a", async |()| {
                marker!("first");
                let mut is_first = true;
                poll_fn(|context| {
                    if std::mem::take(&mut is_first) {
                        let waker = context.waker().clone();
                        thread::spawn(move || waker.wake()).join().unwrap();
                        return Poll::Pending;
                    }
                    Poll::Ready(())
                })
                .await;
            })
            .thread("b", |()| marker!("go"))
    });
    // `first`, the only step of the thread that it starts, the join and that the task goes on come
    // one after the other, and `go` comes before one of them or last.
    assert_eq!(only_verdict(&report), (Verdict::Held, 5));
}

/// What the kernel calls the calling OS thread.
#[cfg(target_os = "linux")]
fn kernel_id() -> std::path::PathBuf {
    std::fs::read_link("/proc/thread-self").unwrap()
}

/// Each has thread-locals of its own, but for the kernel they are one thread.
#[cfg(target_os = "linux")]
#[test]
fn a_failure_that_only_a_shared_os_thread_shows_is_not_reproduced_and_the_report_says_why() {
    let note = |ids: &Mutex<Vec<_>>| {
        marker!("note");
        let mut ids = ids.lock().unwrap();
        ids.push(kernel_id());
        assert!(ids.len() < 2 || ids[0] != ids[1], "one OS thread");
    };
    let report = Explorer::new(Mutex::default)
        .thread("a", note)
        .thread("b", note)
        .engine(Engine::Fibers)
        .explore();
    let failure = report.assert_fails();
    assert!(matches!(failure.kind(), FailureKind::Panic(it) if it.thread() == "b"));
    assert!(!failure.is_reproduced());
    let text = report.to_string();
    for part in ["NOT REPRODUCED", "fresh threads", "the identity of the"] {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
}

#[test]
fn sixty_four_threads_are_as_good_as_two() {
    let report = on_both(|| {
        let explorer = Explorer::new(AtomicU32::default);
        let explorer = (0..64).fold(explorer, |explorer, number| {
            explorer.thread(format!("t{number}"), move |sum: &AtomicU32| {
                marker!("add");
                sum.fetch_add(number, SeqCst);
            })
        });
        explorer.outcome(|sum| sum.load(SeqCst)).max_schedules(200)
    });
    assert_eq!(only_verdict(&report), (Verdict::Held, 200));
    // 63 · 64 / 2
    assert_eq!(report.outcomes().collect::<Vec<_>>(), [("2016", 200)]);
}

#[test]
fn a_hundred_explorers_at_once_do_not_disturb_each_other() {
    let explore = |workers| {
        let explorer = two_increments().thread("c", increment);
        let explorer = explorer.engine(Engine::Fibers).workers(workers);
        explorer.keep_going().explore().to_string()
    };
    let alone = explore(1);
    thread::scope(|scope| {
        for number in 0..100 {
            let alone = &alone;
            scope.spawn(move || assert_eq!(&explore(number % 3 + 1), alone));
        }
    });
}

#[test]
fn the_time_out_is_for_one_execution_and_not_for_the_search() {
    let report = Explorer::new(|| ())
        .thread("a", |()| {
            marker!("x");
            thread::sleep(Duration::from_millis(30));
        })
        .thread("b", |()| {
            marker!("y");
            marker!("z");
        })
        .thread("c", |()| marker!("w"))
        .engine(Engine::Fibers)
        .workers(1)
        .timeout(Duration::from_millis(250))
        // So the sleep takes its time, and ends when the others have come to their ends.
        .real_time(true)
        .explore();
    // 4! / 2! = 12 executions of 30 ms are 360 ms.
    assert_eq!(only_verdict(&report), (Verdict::Held, 12));
}
