//! `linearizable`: what the operations of an execution return is explained by some order of them.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use interlace::failure::HistoryCall;
use interlace::linear::{History, Spec};
use interlace::{Explorer, FailureKind, Report, Verdict, marker};

use crate::{counts, explore};

#[derive(Debug)]
enum Op {
    Push(u32),
    Pop,
}

#[derive(Clone, PartialEq, Eq, Hash, Default)]
struct Fifo(VecDeque<u32>);

impl Spec for Fifo {
    type Op = Op;
    type Ret = Option<u32>;

    fn apply(&mut self, op: &Op) -> Option<u32> {
        match op {
            Op::Push(value) => {
                self.0.push_back(*value);
                None
            }
            Op::Pop => self.0.pop_front(),
        }
    }
}

#[derive(Default)]
struct Queue {
    values: Mutex<VecDeque<u32>>,
    history: History<Fifo>,
}

impl Queue {
    fn push(&self, value: u32) {
        let history = &self.history;
        history.call(Op::Push(value), || {
            marker!("push");
            self.values.lock().unwrap().push_back(value);
            None
        });
    }

    fn pop(&self) {
        self.history.call(Op::Pop, || {
            marker!("pop");
            self.values.lock().unwrap().pop_front()
        });
    }

    /// Looks at the first and removes it, in two steps.
    fn pop_in_two_steps(&self) {
        self.history.call(Op::Pop, || {
            marker!("look");
            let first = *self.values.lock().unwrap().front()?;
            marker!("remove");
            self.values.lock().unwrap().pop_front();
            Some(first)
        });
    }
}

fn queue(pop: fn(&Queue)) -> Explorer<Queue> {
    Explorer::new(Queue::default)
        .thread("a", move |queue| {
            queue.push(1);
            pop(queue);
        })
        .thread("b", pop)
        .linearizable(|queue| &queue.history)
}

#[test]
fn a_queue_is_linearizable_if_each_operation_is_one_step() {
    let report = explore(|| queue(Queue::pop));
    // Three steps, of which b's comes at any place.
    assert_eq!(counts(&report), (3, 0));
    let report = explore(|| queue(Queue::pop_in_two_steps));
    // b's look comes before the push (1), between that and a's look, before its removal, or after both. If b has
    // found the value, its removal comes in 1 + 2 ways before a's or after; both have found it in 2 + 2.
    let verdicts: Vec<_> = report.verdicts().collect();
    let [(Verdict::Held, held), (Verdict::NotLinearizable, wrong)] = verdicts[..] else {
        panic!("{report}");
    };
    assert_eq!((held + wrong, wrong), (report.schedules(), 4), "{report}");
    let failure = report.assert_fails();
    assert!(failure.is_proved_minimal() && failure.is_reproduced());
    let text = failure.to_string();
    let beginning = "not linearizable: no order of these operations explains what they returned
  a          b
  ┌ Push(1)
  └ None
  ┌ Pop
  │          ┌ Pop
  │          └ Some(1)
  └ Some(1)
the order that comes nearest:
  Push(1) → None  (a)
  Pop → Some(1)  (a)
next, Pop would return None, but returned Some(1)  (b)

found in schedule";
    assert!(text.starts_with(beginning), "{text}");
    let read_back = Report::from_json(&report.to_json()).unwrap();
    assert_eq!(read_back.to_string(), report.to_string());
}

/// The first operations of all threads are called at the start, before any has returned. But what they do is
/// their steps.
#[test]
fn an_operation_begins_with_its_first_step() {
    let stale = || {
        Explorer::new(Queue::default)
            .thread("a", |queue: &Queue| queue.push(1))
            .thread("b", |queue: &Queue| {
                // It has nothing to do with what the others push.
                queue.history.call(Op::Pop, || {
                    marker!("pop");
                    None
                });
            })
    };
    let report = explore(|| stale().linearizable(|queue| &queue.history));
    assert_eq!(counts(&report), (2, 1));
    let report = explore(|| stale().sequentially_consistent(|queue| &queue.history));
    assert_eq!(counts(&report), (2, 0));
}

#[test]
fn an_operation_that_has_panicked_may_have_taken_effect() {
    let report = explore(|| {
        let panics = |queue: &Queue, value, pushes: bool| {
            let pushing = || {
                queue.history.call(Op::Push(value), || {
                    marker!("push");
                    if pushes {
                        queue.values.lock().unwrap().push_back(value);
                    }
                    panic!("out of luck");
                })
            };
            catch_unwind(AssertUnwindSafe(pushing)).unwrap_err();
        };
        Explorer::new(Queue::default)
            .thread("a", move |queue| {
                panics(queue, 1, true);
                panics(queue, 2, false);
            })
            .thread("b", |queue: &Queue| {
                queue.pop();
                queue.pop();
            })
            .linearizable(|queue| &queue.history)
    });
    assert_eq!(counts(&report), (6, 0));
}

#[test]
fn in_a_model_it_is_asserted_at_the_end() {
    let model = |pop: fn(&Queue)| {
        move || {
            Explorer::model(move || {
                let queue = Queue::default();
                queue.push(1);
                thread::scope(|scope| {
                    scope.spawn(|| pop(&queue));
                    pop(&queue);
                });
                queue.history.assert_linearizable();
            })
        }
    };
    assert_eq!(explore(model(Queue::pop)).failing(), 0);
    let report = explore(model(Queue::pop_in_two_steps));
    let FailureKind::NotLinearizable(failure) = report.assert_fails().kind() else {
        panic!("{report}");
    };
    let clients: Vec<_> = failure
        .operations()
        .iter()
        .map(HistoryCall::client)
        .collect();
    assert_eq!(clients, ["main", "main", "main/1"]);
    let (unexplained, instead) = failure.unexplained().unwrap();
    assert_eq!((unexplained.returned(), instead), (Some("Some(1)"), "None"));
}

/// Threads that no run controls are recorded in the order in which they come.
#[test]
fn histories_are_recorded_outside_of_searches_too() {
    let queue = Queue::default();
    queue.push(1);
    thread::scope(|scope| {
        scope.spawn(|| queue.pop());
        scope.spawn(|| queue.pop());
    });
    queue.history.assert_linearizable();
    let wrong = || {
        queue.history.call(Op::Pop, || Some(7));
        queue.history.assert_linearizable();
    };
    let panic = catch_unwind(AssertUnwindSafe(wrong)).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(
        text.contains("Pop would return None, but returned Some(7)"),
        "{text}"
    );
}
