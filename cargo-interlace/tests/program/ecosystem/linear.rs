//! Queues of crossbeam against what a queue should do: right as they are, and wrong as they are easily used.

use std::collections::VecDeque;

use crossbeam_queue::{ArrayQueue, SegQueue};
use interlace::FailureKind;
use interlace::linear::{History, Spec};

use super::*;

#[derive(Debug, Clone, Copy)]
enum Op {
    Push(u32),
    Pop,
    Len,
}

/// What an operation returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ret {
    Pushed(bool),
    Popped(Option<u32>),
    Len(usize),
}

/// What a queue should do that holds two values at most.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
struct Two(VecDeque<u32>);

impl Spec for Two {
    type Op = Op;
    type Ret = Ret;

    fn apply(&mut self, op: &Op) -> Ret {
        match op {
            Op::Push(_) if self.0.len() == 2 => Ret::Pushed(false),
            Op::Push(value) => {
                self.0.push_back(*value);
                Ret::Pushed(true)
            }
            Op::Pop => Ret::Popped(self.0.pop_front()),
            Op::Len => Ret::Len(self.0.len()),
        }
    }
}

trait Queue: Send + Sync + 'static {
    fn run(&self, op: Op) -> Ret;
}

impl Queue for ArrayQueue<u32> {
    fn run(&self, op: Op) -> Ret {
        match op {
            Op::Push(value) => Ret::Pushed(self.push(value).is_ok()),
            Op::Pop => Ret::Popped(self.pop()),
            Op::Len => Ret::Len(self.len()),
        }
    }
}

/// Without a bound of its own: it is looked at before.
struct Bounded(SegQueue<u32>);

impl Queue for Bounded {
    fn run(&self, op: Op) -> Ret {
        match op {
            Op::Push(_) if self.0.len() >= 2 => Ret::Pushed(false),
            Op::Push(value) => {
                self.0.push(value);
                Ret::Pushed(true)
            }
            Op::Pop => Ret::Popped(self.0.pop()),
            Op::Len => Ret::Len(self.0.len()),
        }
    }
}

/// Two threads with these operations.
fn check<Q: Queue>(make: fn() -> Q, one: &'static [Op], other: &'static [Op]) -> Report {
    let explorer = Explorer::model(move || {
        let shared = Arc::new((make(), History::<Two>::default()));
        let run = |shared: Arc<(Q, History<Two>)>, ops: &'static [Op]| {
            let (queue, history) = &*shared;
            for &op in ops {
                history.call(op, || queue.run(op));
            }
        };
        let its = Arc::clone(&shared);
        let thread = thread::spawn(move || run(its, one));
        run(Arc::clone(&shared), other);
        thread.join().unwrap();
        shared.1.assert_linearizable();
    });
    let explorer = explorer.engine(Engine::Fibers).workers(1).saved(Nowhere);
    explorer.explore()
}

#[test]
fn an_array_queue_is_linearizable() {
    let report = check(
        || ArrayQueue::new(2),
        &[Op::Push(1), Op::Pop],
        &[Op::Push(2), Op::Pop],
    );
    report.assert_ok();
    // Without a history there are 90.
    assert_eq!(report.schedules(), 200);
}

#[test]
fn its_length_too() {
    let report = check(|| ArrayQueue::new(2), &[Op::Push(1), Op::Pop], &[Op::Len]);
    report.assert_ok();
}

#[test]
fn looking_at_the_length_before_a_push_is_not() {
    let report = check(
        || Bounded(SegQueue::new()),
        &[Op::Push(1), Op::Push(2)],
        &[Op::Push(3), Op::Len],
    );
    let failure = report.assert_fails();
    let FailureKind::NotLinearizable(failure) = failure.kind() else {
        panic!("{report}");
    };
    // Both threads have found room for one.
    let (unexplained, instead) = failure.unexplained().unwrap();
    assert_eq!((unexplained.returned(), instead), (Some("Pushed(true)"), "Pushed(false)"));
    assert_eq!(failure.operations().len(), 3);
}
