//! What keeps the OS thread that all fibers share: it ends the search with an error when the time is up.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Engine, ErrorKind, Explorer, Verdict, marker, schedule};

use crate::{assert_lost_update_is_found, only_verdict};

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
        spin_loop();
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
        "thread `spins`, after passing enter (tests/fibers/kept.rs:",
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
