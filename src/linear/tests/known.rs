//! Histories of the literature, and what is told of those that no order explains.

use super::specs::{Op, Queue, Register, Ret, Set, Stack};
use crate::linear::{History, Invocation, Spec};

use Event::{Calls, Returns};
use Op::{Put, Take};

#[derive(Debug, Clone, Copy)]
enum Event<O = Op> {
    Calls(O),
    Returns(Ret),
}

/// The history in which clients do this, in this order. What has not returned at the end never does.
fn history<S: Spec<Ret = Ret> + Default>(events: &[(&str, Event<S::Op>)]) -> History<S>
where
    S::Op: Copy,
{
    let history = History::<S>::default();
    let mut under_way: Vec<(&str, Invocation<'_, S>)> = Vec::new();
    for &(client, event) in events {
        match event {
            Calls(op) => under_way.push((client, history.invoke_by(client, op))),
            Returns(ret) => {
                let at = under_way.iter().position(|(it, _)| *it == client);
                let (_, invocation) = under_way.remove(at.expect("it has called"));
                invocation.returns(ret);
            }
        }
    }
    drop(under_way);
    history
}

/// Whether it is linearizable, and whether it is sequentially consistent.
fn verdicts<S: Spec<Ret = Ret> + Default>(events: &[(&str, Event<S::Op>)]) -> (bool, bool)
where
    S::Op: Copy,
{
    let history = history::<S>(events);
    let verdicts = [history.linearizable(), history.sequentially_consistent()];
    let [linearizable, consistent] = verdicts.map(|it| it.is_ok());
    (linearizable, consistent)
}

/// H1 to H4 of Herlihy and Wing, "Linearizability: A Correctness Condition for Concurrent Objects", section 2.
#[test]
fn queues_of_herlihy_and_wing() {
    let (x, y, z) = (1, 2, 3);
    let overlapping = [
        ("A", Calls(Put(x))),
        ("B", Calls(Put(y))),
        ("B", Returns(None)),
        ("A", Returns(None)),
        ("B", Calls(Take)),
        ("B", Returns(Some(x))),
        ("A", Calls(Take)),
        ("A", Returns(Some(y))),
        ("A", Calls(Put(z))),
    ];
    assert_eq!(verdicts::<Queue>(&overlapping), (true, true));
    let overtaken = [
        ("A", Calls(Put(x))),
        ("A", Returns(None)),
        ("B", Calls(Put(y))),
        ("A", Calls(Take)),
        ("B", Returns(None)),
        ("A", Returns(Some(y))),
    ];
    // In the order of the threads, B's could come first.
    assert_eq!(verdicts::<Queue>(&overtaken), (false, true));
    let unreturned = [
        ("A", Calls(Put(x))),
        ("B", Calls(Take)),
        ("B", Returns(Some(x))),
    ];
    assert_eq!(verdicts::<Queue>(&unreturned), (true, true));
    let twice = [
        ("A", Calls(Put(x))),
        ("B", Calls(Put(y))),
        ("A", Returns(None)),
        ("B", Returns(None)),
        ("A", Calls(Take)),
        ("C", Calls(Take)),
        ("A", Returns(Some(y))),
        ("C", Returns(Some(y))),
    ];
    assert_eq!(verdicts::<Queue>(&twice), (false, false));
}

/// Two queues.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Queues([Queue; 2]);

impl Spec for Queues {
    type Op = (usize, Op);
    type Ret = Ret;

    fn apply(&mut self, (queue, op): &Self::Op) -> Ret {
        self.0[*queue].apply(op)
    }

    fn partition((queue, _): &Self::Op) -> Option<u64> {
        Some(*queue as u64)
    }
}

/// H7 of section 3.3 there: each queue is sequentially consistent, and both together are not.
#[test]
fn parts_are_not_divided_for_sequential_consistency() {
    let (p, q, x, y) = (0, 1, 1, 2);
    let done = |client, queue, op, ret| {
        [
            (client, (queue, Calls(op))),
            (client, (queue, Returns(ret))),
        ]
    };
    let events = [
        done("A", p, Put(x), None),
        done("B", q, Put(y), None),
        done("A", q, Put(x), None),
        done("B", p, Put(y), None),
        done("A", p, Take, Some(y)),
        done("B", q, Take, Some(x)),
    ]
    .concat();
    for queue in [p, q] {
        let own = events.iter().filter(|(_, (it, _))| *it == queue);
        let own: Vec<_> = own.map(|&(client, (_, event))| (client, event)).collect();
        assert_eq!(verdicts::<Queue>(&own), (false, true));
    }
    let both = events.iter().map(|&(client, (queue, event))| {
        let event = match event {
            Calls(op) => Calls((queue, op)),
            Returns(ret) => Returns(ret),
        };
        (client, event)
    });
    let both: Vec<_> = both.collect();
    assert_eq!(verdicts::<Queues>(&both), (false, false));
}

#[test]
fn a_write_that_was_read_cannot_be_unread() {
    let events = |last| {
        [
            ("A", Calls(Put(1))),
            ("B", Calls(Take)),
            ("B", Returns(Some(1))),
            ("B", Calls(Take)),
            ("B", Returns(Some(last))),
            ("A", Returns(None)),
        ]
    };
    assert_eq!(verdicts::<Register>(&events(1)), (true, true));
    assert_eq!(verdicts::<Register>(&events(0)), (false, false));
}

#[test]
fn a_stack_and_a_set_have_orders_of_their_own() {
    let in_turn = |first, second| {
        [
            ("A", Calls(Put(1))),
            ("A", Returns(None)),
            ("A", Calls(Put(2))),
            ("A", Returns(None)),
            ("B", Calls(Take)),
            ("A", Calls(Take)),
            ("B", Returns(Some(first))),
            ("A", Returns(Some(second))),
        ]
    };
    assert_eq!(verdicts::<Stack>(&in_turn(1, 2)), (true, true));
    assert_eq!(verdicts::<Stack>(&in_turn(2, 2)), (false, false));
    assert_eq!(verdicts::<Set>(&in_turn(2, 1)), (true, true));
    assert_eq!(verdicts::<Set>(&in_turn(3, 1)), (false, false));
}

/// What the others have put, and took, has nothing to do with it.
#[test]
fn what_has_nothing_to_do_with_it_is_left_out() {
    let events = [
        ("A", Calls(Put(1))),
        ("A", Returns(None)),
        ("C", Calls(Put(3))),
        ("B", Calls(Take)),
        ("B", Returns(Some(1))),
        ("C", Returns(None)),
        ("A", Calls(Put(2))),
        ("B", Calls(Take)),
        ("B", Returns(Some(3))),
        ("A", Returns(None)),
        ("A", Calls(Take)),
        ("B", Calls(Take)),
        ("B", Returns(None)),
        ("A", Returns(None)),
        ("B", Calls(Put(4))),
        ("B", Returns(None)),
    ];
    let failure = history::<Queue>(&events).linearizable().unwrap_err();
    let expected = "\
not linearizable: no order of these operations explains what they returned
  A         B
  ┌ Put(2)
  └ None
            ┌ Take
            └ None
the order that comes nearest:
  Put(2) → None  (A)
next, Take would return Some(2), but returned None  (B)";
    assert_eq!(failure.to_string(), expected);
}

#[test]
fn one_operation_may_be_all() {
    let events = [("A", Calls(Take)), ("A", Returns(Some(9)))];
    let failure = history::<Stack>(&events).sequentially_consistent();
    let expected = "\
not sequentially consistent: nothing explains what this operation returned
  A
  ┌ Take
  └ Some(9)
first, Take would return None, but returned Some(9)  (A)";
    assert_eq!(failure.unwrap_err().to_string(), expected);
}

#[test]
fn nothing_is_explained_by_no_operations() {
    assert_eq!(verdicts::<Stack>(&[]), (true, true));
    assert_eq!(verdicts::<Stack>(&[("A", Calls(Take))]), (true, true));
}

/// There are 20! orders, of which the first that is tried is one.
#[test]
fn twenty_operations_that_overlap_take_a_moment() {
    let history = History::<Queue>::default();
    let puts: Vec<_> = (0..10)
        .map(|value| history.invoke_by("put", Put(value)))
        .collect();
    let takes: Vec<_> = (0..10).map(|_| history.invoke_by("take", Take)).collect();
    for put in puts {
        put.returns(None);
    }
    for (value, take) in (0..).zip(takes) {
        take.returns(Some(value));
    }
    history.linearizable().unwrap();
}
