//! Wakers that fire on other threads.

use std::future::poll_fn;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, Once};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use interlace::{Explorer, Verdict, marker};

use crate::{on_both, only_verdict};

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
        spin_loop();
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
