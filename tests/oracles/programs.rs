//! Small versions of programs that samplers are measured by, after those of `SCTBench` (Thomson,
//! Donaldson and Betts, "Concurrency Testing Using Controlled Schedulers", 2016) and of `ConVul`. Their
//! markers declare what they gate.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering::SeqCst};

use interlace::{Explorer, marker};

/// Two increments, one of which may be lost.
pub(crate) fn lost_update() -> Explorer<AtomicI32> {
    let increment = |value: &AtomicI32| {
        marker!("read", reads(value));
        let read = value.load(SeqCst);
        marker!("write", writes(value));
        value.store(read + 1, SeqCst);
    };
    Explorer::new(AtomicI32::default)
        .thread("a", increment)
        .thread("b", increment)
        .check(|value| assert_eq!(value.load(SeqCst), 2))
}

#[derive(Default)]
pub(crate) struct Pair {
    a: AtomicI32,
    b: AtomicI32,
}

impl Pair {
    fn reads_a(&self) -> i32 {
        marker!("read_a", reads(self.a));
        self.a.load(SeqCst)
    }

    fn reads_b(&self) -> i32 {
        marker!("read_b", reads(self.b));
        self.b.load(SeqCst)
    }
}

/// `threads - 1` set a, then b; the last asks whether both are as they were, and if not whether both are
/// set.
pub(crate) fn reorder(threads: usize) -> Explorer<Pair> {
    let set = |pair: &Pair| {
        marker!("set_a", writes(pair.a));
        pair.a.store(1, SeqCst);
        marker!("set_b", writes(pair.b));
        pair.b.store(-1, SeqCst);
    };
    let begin = Explorer::new(Pair::default);
    let explorer = (1..threads).fold(begin, |explorer, number| {
        explorer.thread(format!("setter{number}"), set)
    });
    explorer.thread("checker", |pair| {
        let is_as_before = pair.reads_a() == 0 && pair.reads_b() == 0;
        assert!(is_as_before || pair.reads_a() == 1 && pair.reads_b() == -1);
    })
}

/// Gets a lock, and gives it back in a step of its own.
fn with<T: Send, U>(lock: &Mutex<T>, work: impl FnOnce(&mut T) -> U) -> U {
    marker!("lock", acquires(lock));
    let mut guard = lock.lock().unwrap();
    let result = work(&mut guard);
    marker!("unlock", writes(lock));
    drop(guard);
    result
}

/// Some set the first stage and then, from it, the second; one reads both, and must not see the first
/// alone.
pub(crate) fn two_stages(setters: usize) -> Explorer<(Mutex<i32>, Mutex<i32>)> {
    let set = |(first, second): &(Mutex<i32>, Mutex<i32>)| {
        with(first, |first| *first = 1);
        with(second, |second| *second = 2);
    };
    let begin = Explorer::new(Default::default);
    let explorer = (0..setters).fold(begin, |explorer, number| {
        explorer.thread(format!("setter{number}"), set)
    });
    explorer.thread("reader", |(first, second)| {
        if with(first, |first| *first) != 0 {
            assert_eq!(with(second, |second| *second), 2);
        }
    })
}

pub(crate) struct Driver {
    is_stopping: AtomicBool,
    is_stopped: AtomicBool,
    pending: AtomicUsize,
    may_stop: AtomicBool,
}

impl Driver {
    fn leave(&self) {
        marker!("leave", writes(self.pending));
        if self.pending.fetch_sub(1, SeqCst) == 1 {
            marker!("let_stop", writes(self.may_stop));
            self.may_stop.store(true, SeqCst);
        }
    }
}

/// A driver of Bluetooth devices: a request may begin while the driver stops, and find it stopped.
pub(crate) fn bluetooth() -> Explorer<Driver> {
    let new = || Driver {
        is_stopping: AtomicBool::new(false),
        is_stopped: AtomicBool::new(false),
        pending: AtomicUsize::new(1),
        may_stop: AtomicBool::new(false),
    };
    Explorer::new(new)
        .thread("request", |driver| {
            marker!("ask", reads(driver.is_stopping));
            if driver.is_stopping.load(SeqCst) {
                return;
            }
            marker!("enter", writes(driver.pending));
            driver.pending.fetch_add(1, SeqCst);
            marker!("work", reads(driver.is_stopped));
            assert!(!driver.is_stopped.load(SeqCst), "the driver is stopped");
            driver.leave();
        })
        .thread("stop", |driver| {
            marker!("announce", writes(driver.is_stopping));
            driver.is_stopping.store(true, SeqCst);
            driver.leave();
            marker!("look", reads(driver.may_stop));
            if driver.may_stop.load(SeqCst) {
                marker!("stop", writes(driver.is_stopped));
                driver.is_stopped.store(true, SeqCst);
            }
        })
}

/// One appends what another empties: the length is old when the characters are copied.
pub(crate) fn string_buffer() -> Explorer<(Mutex<String>, Mutex<String>)> {
    let new = || (Mutex::new(String::new()), Mutex::new("abc".to_owned()));
    Explorer::new(new)
        .thread("append", |(to, from)| {
            marker!("lock_both", acquires(to));
            let mut to = to.lock().unwrap();
            let length = with(from, |from| from.len());
            with(from, |from| to.push_str(&from[..length]));
        })
        .thread("empty", |(_, from)| {
            let length = with(from, |from| from.len());
            with(from, |from| from.truncate(length / 2));
        })
}

/// Each takes its left fork first.
pub(crate) fn philosophers(count: usize) -> Explorer<Vec<Mutex<()>>> {
    let new = move || (0..count).map(|_| Mutex::default()).collect();
    (0..count).fold(Explorer::new(new), |explorer, number| {
        let eat = move |forks: &Vec<Mutex<()>>| {
            marker!("left", acquires(forks[number]));
            let _left = forks[number].lock().unwrap();
            let right = &forks[(number + 1) % forks.len()];
            marker!("right", acquires(right));
            let _right = right.lock().unwrap();
        };
        explorer.thread(format!("philosopher{number}"), eat)
    })
}

/// A stack of the nodes 0 and 1, linked by their numbers; 9 is none.
pub(crate) struct Stack {
    head: AtomicUsize,
    next: [AtomicUsize; 2],
    taken: [AtomicUsize; 2],
}

const NONE: usize = 9;

impl Stack {
    fn pop(&self) -> Option<usize> {
        loop {
            marker!("read_head", reads(self.head));
            let head = self.head.load(SeqCst);
            if head == NONE {
                return None;
            }
            marker!("read_next", reads(self.next[head]));
            let next = self.next[head].load(SeqCst);
            marker!("swing", writes(self.head));
            let swung = self.head.compare_exchange(head, next, SeqCst, SeqCst);
            if swung.is_ok() {
                assert_eq!(self.taken[head].swap(1, SeqCst), 0, "taken twice");
                return Some(head);
            }
        }
    }

    fn push(&self, node: usize) {
        self.taken[node].store(0, SeqCst);
        loop {
            marker!("read_head_to_push", reads(self.head));
            let head = self.head.load(SeqCst);
            marker!("link", writes(self.next[node]));
            self.next[node].store(head, SeqCst);
            marker!("swing_to_push", writes(self.head));
            let swung = self.head.compare_exchange(head, node, SeqCst, SeqCst);
            if swung.is_ok() {
                return;
            }
        }
    }
}

/// A Treiber stack: one takes both nodes and puts the first back, between what another reads and what it
/// writes. It takes both nodes for its head's successors.
pub(crate) fn aba() -> Explorer<Stack> {
    let new = || Stack {
        head: AtomicUsize::new(0),
        next: [AtomicUsize::new(1), AtomicUsize::new(NONE)],
        taken: Default::default(),
    };
    Explorer::new(new)
        .thread("one", |stack| {
            stack.pop();
            stack.pop();
        })
        .thread("other", |stack| {
            let first = stack.pop();
            stack.pop();
            if let Some(first) = first {
                stack.push(first);
            }
        })
}

/// A queue of tasks, in which both ends may come to the same.
pub(crate) struct Queue {
    head: AtomicUsize,
    tail: AtomicUsize,
    taken: [AtomicUsize; 4],
}

impl Queue {
    fn take(&self, task: usize) {
        assert_eq!(
            self.taken[task].swap(1, SeqCst),
            0,
            "task {task} is taken twice"
        );
    }
}

/// The owner of a queue puts four tasks in and takes two out at one end, another steals two at the other
/// end. The owner does not look at the head again.
pub(crate) fn work_stealing() -> Explorer<Queue> {
    let new = || Queue {
        head: AtomicUsize::new(0),
        tail: AtomicUsize::new(0),
        taken: Default::default(),
    };
    Explorer::new(new)
        .thread("owner", |queue| {
            for _ in 0..4 {
                marker!("push", writes(queue.tail));
                queue.tail.fetch_add(1, SeqCst);
            }
            for _ in 0..2 {
                marker!("read_head", reads(queue.head));
                let head = queue.head.load(SeqCst);
                marker!("pop", writes(queue.tail));
                let tail = queue.tail.load(SeqCst);
                if head + 2 < tail || head < tail {
                    queue.tail.store(tail - 1, SeqCst);
                    marker!("take", writes(queue.taken[tail - 1]));
                    queue.take(tail - 1);
                }
            }
        })
        .thread("thief", |queue| {
            for _ in 0..3 {
                marker!("read_tail", reads(queue.tail));
                let tail = queue.tail.load(SeqCst);
                marker!("steal", writes(queue.head));
                let head = queue.head.load(SeqCst);
                if head < tail {
                    queue.head.store(head + 1, SeqCst);
                    marker!("take_stolen", writes(queue.taken[head]));
                    queue.take(head);
                }
            }
        })
}

/// Each adds the other's number to its own, three times. Only if they strictly take turns, one of them
/// comes to the ninth Fibonacci number.
pub(crate) fn fibonacci() -> Explorer<Pair> {
    let new = || Pair {
        a: AtomicI32::new(1),
        b: AtomicI32::new(1),
    };
    Explorer::new(new)
        .thread("a", |pair| {
            for _ in 0..3 {
                let other = pair.reads_b();
                marker!("add_to_a", writes(pair.a));
                pair.a.fetch_add(other, SeqCst);
            }
        })
        .thread("b", |pair| {
            for _ in 0..3 {
                let other = pair.reads_a();
                marker!("add_to_b", writes(pair.b));
                pair.b.fetch_add(other, SeqCst);
            }
        })
        .check(|pair| {
            let most = pair.a.load(SeqCst).max(pair.b.load(SeqCst));
            assert!(most < 21, "{most}");
        })
}

#[derive(Default)]
pub(crate) struct Broken {
    is_locked: AtomicBool,
    inside: AtomicUsize,
}

/// A lock that is looked at first and then taken.
pub(crate) fn broken_mutex() -> Explorer<Broken> {
    let enter = |lock: &Broken| {
        marker!("look", reads(lock.is_locked));
        if lock.is_locked.load(SeqCst) {
            return;
        }
        marker!("lock", writes(lock.is_locked));
        lock.is_locked.store(true, SeqCst);
        marker!("enter", writes(lock.inside));
        assert_eq!(lock.inside.fetch_add(1, SeqCst), 0, "both are inside");
        marker!("leave", writes(lock.inside));
        lock.inside.fetch_sub(1, SeqCst);
        marker!("unlock", writes(lock.is_locked));
        lock.is_locked.store(false, SeqCst);
    };
    Explorer::new(Broken::default)
        .thread("a", enter)
        .thread("b", enter)
}

/// One opens and closes four doors, one after the other; another comes to the end if it finds each open.
pub(crate) fn doors() -> Explorer<AtomicUsize> {
    macro_rules! open_and_close {
        ($state:ident, $door:literal, $open:literal, $close:literal) => {
            marker!($open, writes($state));
            $state.store($door, SeqCst);
            marker!($close, writes($state));
            $state.store(0, SeqCst);
        };
    }
    macro_rules! pass {
        ($state:ident, $door:literal, $pass:literal) => {
            marker!($pass, reads($state));
            if $state.load(SeqCst) != $door {
                return;
            }
        };
    }
    Explorer::new(AtomicUsize::default)
        .thread("porter", |state| {
            open_and_close!(state, 1, "open_1", "close_1");
            open_and_close!(state, 2, "open_2", "close_2");
            open_and_close!(state, 3, "open_3", "close_3");
            open_and_close!(state, 4, "open_4", "close_4");
        })
        .thread("guest", |state| {
            pass!(state, 1, "pass_1");
            pass!(state, 2, "pass_2");
            pass!(state, 3, "pass_3");
            pass!(state, 4, "pass_4");
            panic!("the guest is out");
        })
}
