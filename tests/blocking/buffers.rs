//! A buffer of bounded capacity with one condition variable, on which readers and writers wait. Who
//! has read or written wakes one of them, perhaps one of the wrong kind: then the wake-up is lost
//! (Cargill, "Specific notification for Java thread synchronization", 1996).

use std::sync::{Condvar, Mutex};

use interlace::{Explorer, Strategy, marker};

use crate::model::Ends;
use crate::oracle::assert_counts;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notify {
    One,
    All,
}

/// How often each thread reads (negative) or writes (positive).
type Plan = &'static [i32];

const CAPACITY: i32 = 1;

#[derive(Debug, Default)]
struct Buffer {
    filled: Mutex<i32>,
    news: Condvar,
}

impl Buffer {
    /// Adds `change` to what the buffer holds, once it has room for that.
    fn change(&self, change: i32, notify: Notify) {
        marker!("change");
        let mut filled = self.filled.lock().unwrap();
        while !(0..=CAPACITY).contains(&(*filled + change)) {
            filled = self.news.wait(filled).unwrap();
        }
        *filled += change;
        match notify {
            Notify::One => self.news.notify_one(),
            Notify::All => self.news.notify_all(),
        }
    }
}

fn explorer(plan: Plan, notify: Notify) -> Explorer<Buffer> {
    let mut explorer = Explorer::new(Buffer::default);
    for (thread, &changes) in plan.iter().enumerate() {
        explorer = explorer.thread(format!("t{thread}"), move |buffer: &Buffer| {
            for _ in 0..changes.abs() {
                buffer.change(changes.signum(), notify);
            }
        });
    }
    explorer
}

/// A model of the program. The lock is taken for parts of a step only, so it is always free. Who waits
/// at the condition variable can go on when woken; one notification wakes who has waited longest.
#[derive(Debug, Clone)]
struct Model {
    filled: i32,
    /// Who waits and has not been woken, whoever came first in front.
    queue: Vec<usize>,
    /// What each thread has left to do.
    left: Vec<i32>,
}

impl Model {
    fn new(plan: Plan) -> Self {
        Model {
            filled: 0,
            queue: Vec::new(),
            left: plan.to_vec(),
        }
    }

    fn is_ready(&self, thread: usize) -> bool {
        self.left[thread] != 0 && !self.queue.contains(&thread)
    }

    fn step(&mut self, thread: usize, notify: Notify) {
        let change = self.left[thread].signum();
        if !(0..=CAPACITY).contains(&(self.filled + change)) {
            self.queue.push(thread);
            return;
        }
        self.filled += change;
        self.left[thread] -= change;
        let woken = match notify {
            Notify::One => self.queue.len().min(1),
            Notify::All => self.queue.len(),
        };
        self.queue.drain(..woken);
    }

    /// How many executions come before the first deadlock, depth first.
    fn before_deadlock(&self, notify: Notify) -> Result<u64, u64> {
        let ready: Vec<usize> = (0..self.left.len()).filter(|&t| self.is_ready(t)).collect();
        let mut held = 0;
        for &thread in &ready {
            let mut next = self.clone();
            next.step(thread, notify);
            held += next.before_deadlock(notify).map_err(|more| held + more)?;
        }
        match ready.is_empty() {
            true if self.left.iter().all(|&left| left == 0) => Ok(1),
            true => Err(0),
            false => Ok(held),
        }
    }

    fn explore(&self, notify: Notify) -> Ends {
        let mut ends = Ends::default();
        let ready: Vec<usize> = (0..self.left.len()).filter(|&t| self.is_ready(t)).collect();
        for &thread in &ready {
            let mut next = self.clone();
            next.step(thread, notify);
            ends += next.explore(notify);
        }
        if ready.is_empty() {
            let is_held = self.left.iter().all(|&left| left == 0);
            ends.held += u64::from(is_held);
            ends.deadlocked += u64::from(!is_held);
        }
        ends
    }
}

/// Two readers and a writer, as few turns as can go wrong.
const SMALL: Plan = &[-1, -1, 2];

#[test]
fn one_who_wakes_one_of_the_wrong_kind_leaves_the_others_waiting() {
    let Ends { held, deadlocked } = Model::new(SMALL).explore(Notify::One);
    assert_eq!((held, deadlocked), (28, 2));
    let report = assert_counts(|| explorer(SMALL, Notify::One), held, deadlocked);
    assert!(report.assert_fails().is_reproduced());
}

#[test]
fn one_who_wakes_all_leaves_nobody_waiting() {
    let Ends { held, deadlocked } = Model::new(SMALL).explore(Notify::All);
    assert_eq!((held, deadlocked), (40, 0));
    assert_counts(|| explorer(SMALL, Notify::All), held, deadlocked).assert_ok();
}

/// Cargill's numbers: two readers of five, a writer of ten. There are far too many schedules to run
/// all of them; the search stops at the first deadlock, whose number the model tells.
const LARGE: Plan = &[-5, -5, 10];

#[test]
fn the_first_lost_wake_up_of_many_is_found_where_the_model_has_it() {
    let before = Model::new(LARGE).before_deadlock(Notify::One).unwrap_err();
    assert_eq!(before, 512);
    let report = explorer(LARGE, Notify::One).workers(1).explore();
    let failure = report.assert_fails();
    assert_eq!(failure.index(), before + 1, "{report}");
    assert!(failure.is_reproduced(), "{failure}");
}

#[test]
fn a_sample_of_many_has_no_lost_wake_up_when_all_are_woken() {
    let schedules = 200;
    let strategy = Strategy::Random { schedules };
    let report = explorer(LARGE, Notify::All).strategy(strategy).explore();
    report.assert_ok();
    assert_eq!(report.schedules(), schedules);
}
