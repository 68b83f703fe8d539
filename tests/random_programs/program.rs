//! A random program, as data.

use std::ops::RangeInclusive;

use proptest::prelude::*;

pub(crate) const CELLS: usize = 3;
pub(crate) const REGISTERS: usize = 2;
/// Every value is smaller than this.
pub(crate) const VALUES: u8 = 4;
/// How many schedules a program may have, if its threads always go their longest ways.
const SCHEDULES: RangeInclusive<u64> = 10..=4200;
/// How many steps a thread may take: in the longest of its ways, as a task.
const STEPS: RangeInclusive<u64> = 1..=4;

/// After this marker tasks yield: they wake themselves and are pending, so that going on is a step.
pub(crate) const YIELDS_AT: usize = 0;

/// A step of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) kind: StepKind,
    pub(crate) thread: usize,
    pub(crate) marker: usize,
}

/// In the order in which those of one point are explored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StepKind {
    /// To go on from a marker.
    Marker,
    /// To go on after having yielded behind a marker.
    Resume,
    /// To be cancelled there instead.
    Cancel,
}

#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) threads: Vec<Vec<Node>>,
    /// What must not be so at the end.
    pub(crate) wrong: Wrong,
    /// A cell and a value that it must never have while every thread is paused.
    pub(crate) never: Option<(usize, u8)>,
}

/// What a thread does. Each thread has registers of its own, and all share the cells.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// Without a marker before it.
    Plain(Op),
    /// With the marker of this number before it.
    Marked(usize, Op),
    If(Test, Vec<Node>, Vec<Node>),
    /// While the test holds, but at most so many times.
    While(Test, usize, Vec<Node>),
    PanicIf(Test),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Op {
    Read {
        register: usize,
        cell: usize,
    },
    /// Writes the register's value plus a number.
    Write {
        cell: usize,
        register: usize,
        plus: u8,
    },
    /// Adds to the cell in one go.
    Add {
        cell: usize,
        number: u8,
    },
}

/// Whether a register has this value, or has not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Test {
    pub(crate) register: usize,
    pub(crate) value: u8,
    pub(crate) holds_if_equal: bool,
}

/// A predicate on what the threads left.
#[derive(Debug, Clone)]
pub(crate) enum Wrong {
    CellIs(usize, u8),
    RegisterIs {
        thread: usize,
        register: usize,
        value: u8,
    },
    /// About one outcome in so many, at random.
    OneIn(u64, u64),
    /// Exactly this outcome.
    Is(Outcome),
}

/// The cells and each thread's registers.
pub(crate) type Outcome = ([u8; CELLS], Vec<[u8; REGISTERS]>);

impl Wrong {
    pub(crate) fn holds(&self, outcome: &Outcome) -> bool {
        let (cells, registers) = outcome;
        match *self {
            Wrong::CellIs(cell, value) => cells[cell] == value,
            Wrong::RegisterIs {
                thread,
                register,
                value,
            } => registers[thread][register] == value,
            Wrong::OneIn(one_in, salt) => {
                // The hash of Fowler, Noll and Vo.
                let values = cells.iter().chain(registers.as_flattened());
                let hash = values.fold(salt, |hash, &value| {
                    (hash ^ u64::from(value)).wrapping_mul(0x0100_0000_01b3)
                });
                (hash >> 32) % one_in == 0
            }
            Wrong::Is(ref wrong) => outcome == wrong,
        }
    }
}

fn registers() -> impl Strategy<Value = usize> {
    0..REGISTERS
}

/// Mostly the first two: threads that share nothing are dull.
fn cells() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0), 2 => Just(1), 1 => Just(2)]
}

fn ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (registers(), cells()).prop_map(|(register, cell)| Op::Read { register, cell }),
        3 => (cells(), registers(), 1..VALUES)
            .prop_map(|(cell, register, plus)| Op::Write { cell, register, plus }),
        1 => (cells(), 1..VALUES).prop_map(|(cell, number)| Op::Add { cell, number }),
    ]
}

fn tests() -> impl Strategy<Value = Test> {
    let parts = (registers(), 0..VALUES, any::<bool>());
    parts.prop_map(|(register, value, holds_if_equal)| Test {
        register,
        value,
        holds_if_equal,
    })
}

/// What threads do one after the other: mostly one thing.
fn groups() -> impl Strategy<Value = Vec<Node>> {
    let marked = |op| (0..4_usize).prop_map(move |marker| Node::Marked(marker, op));
    let update =
        (0..4_usize, registers(), cells(), 1..VALUES).prop_map(|(marker, register, cell, plus)| {
            let write = Op::Write {
                cell,
                register,
                plus,
            };
            let read = Op::Read { register, cell };
            vec![Node::Marked(marker, read), Node::Marked(3 - marker, write)]
        });
    let one = |node: Node| vec![node];
    let leaf = prop_oneof![
        8 => ops().prop_flat_map(marked).prop_map(one),
        4 => update,
        1 => ops().prop_map(Node::Plain).prop_map(one),
        1 => (registers(), 1..VALUES).prop_map(move |(register, value)| {
            one(Node::PanicIf(Test { register, value, holds_if_equal: true }))
        }),
    ];
    leaf.prop_recursive(2, 6, 2, move |inner| {
        let empty = Just(Vec::new());
        prop_oneof![
            4 => inner.clone(),
            4 => (tests(), inner.clone(), prop_oneof![empty, inner.clone()])
                .prop_map(move |(test, then, otherwise)| one(Node::If(test, then, otherwise))),
            1 => (tests(), 1..4_usize, inner)
                .prop_map(move |(test, times, body)| one(Node::While(test, times, body))),
        ]
    })
}

fn threads() -> impl Strategy<Value = Vec<Node>> {
    prop::collection::vec(groups(), 1..5)
        .prop_map(|groups| groups.concat())
        .prop_filter("the number of steps", |nodes| {
            STEPS.contains(&max_steps(nodes))
        })
}

fn wrongs(threads: usize) -> impl Strategy<Value = Wrong> {
    prop_oneof![
        1 => (cells(), 1..VALUES).prop_map(|(cell, value)| Wrong::CellIs(cell, value)),
        1 => (0..threads, registers(), 1..VALUES).prop_map(|(thread, register, value)| {
            Wrong::RegisterIs { thread, register, value }
        }),
        3 => (2..9_u64, any::<u64>()).prop_map(|(one_in, salt)| Wrong::OneIn(one_in, salt)),
    ]
}

/// Programs of so many threads with a bounded number of schedules.
pub(crate) fn programs(count: usize) -> impl Strategy<Value = Program> {
    let threads = prop::collection::vec(threads(), count)
        .prop_filter("the number of schedules", |threads| {
            SCHEDULES.contains(&max_schedules(threads))
        });
    let never = prop::option::weighted(0.2, (cells(), 1..VALUES));
    (threads, wrongs(count), never).prop_map(|(threads, wrong, never)| Program {
        threads,
        wrong,
        never,
    })
}

/// How many steps the nodes are, at most.
fn max_steps(nodes: &[Node]) -> u64 {
    let of = |node: &Node| match node {
        Node::Plain(_) | Node::PanicIf(_) => 0,
        Node::Marked(marker, _) => 1 + u64::from(*marker == YIELDS_AT),
        Node::If(_, then, otherwise) => max_steps(then).max(max_steps(otherwise)),
        Node::While(_, times, body) => *times as u64 * max_steps(body),
    };
    nodes.iter().map(of).sum()
}

/// The multinomial of the threads' most steps.
fn max_schedules(threads: &[Vec<Node>]) -> u64 {
    let (mut total, mut schedules) = (0, 1);
    for steps in threads.iter().map(|nodes| max_steps(nodes)) {
        for number in 1..=steps {
            total += 1;
            schedules = schedules * total / number;
        }
    }
    schedules
}
