//! `atomic-waker`: whoever waits for something registers, then looks; whoever has done it wakes.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use atomic_waker::AtomicWaker;

struct Unpark(Thread);
impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        thread::park();
    }
}

#[derive(Default)]
struct Shared {
    waker: AtomicWaker,
    ready: AtomicBool,
}

impl Shared {
    async fn wait(&self) {
        poll_fn(|context| {
            self.waker.register(context.waker());
            if self.ready.load(SeqCst) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await
    }

    fn finish(&self) {
        self.ready.store(true, SeqCst);
        self.waker.wake();
    }
}

#[test]
fn a_wake_up_is_not_lost() {
    interlace::model(|| {
        let shared = Arc::new(Shared::default());
        let own = shared.clone();
        let other = thread::spawn(move || own.finish());
        block_on(shared.wait());
        other.join().unwrap();
    });
}

struct Count(AtomicUsize);
impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn one_of_two_takes_it() {
    interlace::model(|| {
        let shared = Arc::new(AtomicWaker::new());
        let count = Arc::new(Count(AtomicUsize::new(0)));
        shared.register(&Waker::from(count.clone()));
        let own = shared.clone();
        let other = thread::spawn(move || own.wake());
        shared.wake();
        other.join().unwrap();
        assert_eq!(count.0.load(SeqCst), 1);
    });
}

#[test]
fn it_can_be_used_again() {
    interlace::model(|| {
        let waker = Arc::new(AtomicWaker::new());
        for _ in 0..2 {
            let ready = Arc::new(AtomicBool::new(false));
            let (own, owns) = (waker.clone(), ready.clone());
            let other = thread::spawn(move || {
                owns.store(true, SeqCst);
                own.wake();
            });
            block_on(poll_fn(|context| {
                waker.register(context.waker());
                if ready.load(SeqCst) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            }));
            other.join().unwrap();
        }
    });
}

#[test]
fn who_registers_is_not_woken_yet() {
    interlace::model(|| {
        let shared = Arc::new(AtomicWaker::new());
        let count = Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(count.clone());
        shared.register(&waker);
        let own = shared.clone();
        thread::spawn(move || own.wake()).join().unwrap();
        shared.register(&waker);
        assert_eq!(count.0.load(SeqCst), 1);
        shared.wake();
        assert_eq!(count.0.load(SeqCst), 2);
    });
}

#[test]
fn two_wake_while_one_registers() {
    interlace::model(|| {
        let shared = Arc::new(AtomicWaker::new());
        let count = Arc::new(Count(AtomicUsize::new(0)));
        let others = [(); 2].map(|()| {
            let own = shared.clone();
            thread::spawn(move || own.wake())
        });
        shared.register(&Waker::from(count.clone()));
        others.map(|it| it.join().unwrap());
        assert!(count.0.load(SeqCst) <= 1);
    });
}
