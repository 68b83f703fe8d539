//! Threads that threads start are threads of the program.

use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Explorer, Verdict, marker, schedule};

use crate::oracle::assert_always;

/// A server that starts a thread for each of two requests, and waits for both.
fn server(count: fn(&AtomicU32)) -> Explorer<Arc<AtomicU32>> {
    Explorer::new(|| Arc::new(AtomicU32::new(0)))
        .thread("server", move |requests: &Arc<AtomicU32>| {
            marker!("serve");
            let started = [(), ()].map(|()| {
                let requests = Arc::clone(requests);
                thread::spawn(move || count(&requests))
            });
            for thread in started {
                thread.join().unwrap();
            }
        })
        .check(|requests| assert_eq!(requests.load(SeqCst), 2))
}

#[test]
fn two_that_a_server_has_started_lose_an_update() {
    // The first one starts, reads, writes and is joined, the second starts, reads and writes: 7! /
    // (4! 3!) = 35 orders. The second is joined last. Held:
    // - 13 in which the first writes before the second reads. The second starts after 0 to 3 steps of
    //   the first, and reads and writes before the join, around it or after it: 4 × 3. Or it
    //   starts after the join: 1.
    // - 4 in which the second writes before the first reads: the first starts after 0 to 3 steps.
    let lossy = |requests: &AtomicU32| {
        marker!("read");
        let before = requests.load(SeqCst);
        marker!("write");
        requests.store(before + 1, SeqCst);
    };
    let counts = [(Verdict::Held, 17), (Verdict::CheckFailed, 18)];
    let report = assert_always(|| server(lossy), &counts);
    let failure = report.assert_fails();
    let overlapping = schedule![
        server: serve, "server/1": start, "server/1": read, "server/2": start
    ];
    assert_eq!(failure.schedule(), &overlapping, "{failure}");
}

#[test]
fn two_that_a_server_has_started_count_in_one_step() {
    // As above, with the same number of markers.
    let right = |requests: &AtomicU32| {
        marker!("arrive");
        marker!("count");
        requests.fetch_add(1, SeqCst);
    };
    assert_always(|| server(right), &[(Verdict::Held, 35)]).assert_ok();
}

/// One who starts a thread, which does this work, and joins it after a marker; beside two markers.
fn joins(work: impl Fn(&AtomicU32) + Copy + Send + Sync + 'static) -> Explorer<Arc<AtomicU32>> {
    Explorer::new(|| Arc::new(AtomicU32::new(0)))
        .thread("a", move |done: &Arc<AtomicU32>| {
            marker!("spawn");
            let started = thread::spawn({
                let done = Arc::clone(done);
                move || work(&done)
            });
            marker!("join");
            started.join().unwrap();
            assert!(done.load(SeqCst) > 0);
            marker!("end");
        })
        .thread("b", |_| {
            marker!("x");
            marker!("y");
        })
}

#[test]
fn how_long_a_started_thread_works_changes_nothing() {
    // The steps of `a` are `spawn`, `join`, `join` once the other has ended, and `end`. The other starts
    // before or after the first `join`. Each of these 2 orders of 5 steps goes with two of `b`: 7! /
    // (5! 2!) = 21.
    let held = [(Verdict::Held, 42)];
    let work = |done: &AtomicU32| {
        for _ in 0..10_000 {
            done.fetch_add(1, SeqCst);
        }
    };
    assert_always(|| joins(work), &held).assert_ok();
    assert_always(|| joins(works_for_a_while), &held).assert_ok();
}

/// By the clock of the program, which moves at each look.
fn works_for_a_while(done: &AtomicU32) {
    let since = Instant::now();
    while since.elapsed() < Duration::from_millis(2) {
        std::hint::spin_loop();
    }
    done.fetch_add(1, SeqCst);
}

#[test]
#[allow(unsafe_code)]
fn one_processor_is_enough() {
    let explores = thread::spawn(|| {
        // SAFETY: zeros are an empty set, which lives longer than the calls.
        unsafe {
            let mut processors: libc::cpu_set_t = MaybeUninit::zeroed().assume_init();
            let size = size_of_val(&processors);
            libc::CPU_SET(libc::sched_getcpu().try_into().unwrap(), &mut processors);
            assert_eq!(libc::sched_setaffinity(0, size, &raw const processors), 0);
        }
        assert_always(|| joins(works_for_a_while), &[(Verdict::Held, 42)]).assert_ok();
    });
    explores.join().unwrap();
}

#[test]
fn a_started_thread_that_lets_others_go_first_does_so_while_they_can() {
    // With sixteen yields it does so once; locks yield less often before they wait. Then it goes on after
    // a step of another, and where no other is left, as often as it wants. So after `spawn` it may
    // take a step after each of the m that others still have, but for the last, after which it must:
    // 2^m ways. Three orders of the others begin with `spawn` (m = 3), two have it second and one third: 3 × 8
    // + 2 × 4 + 1 × 2. After that only `a` is left. How often the thread yields does not matter.
    let yields = |times: u32| {
        joins(move |done| {
            for _ in 0..16 * times {
                done.fetch_add(1, SeqCst);
                thread::yield_now();
            }
        })
    };
    let held = [(Verdict::Held, 34)];
    assert_always(|| yields(10), &held).assert_ok();
    assert_always(|| yields(100), &held).assert_ok();
}
