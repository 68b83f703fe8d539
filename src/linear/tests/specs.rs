//! Data structures with few values, so that histories are explained by chance about as often as not.

use crate::linear::Spec;

/// An operation, and where that matters with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Put(u8),
    Take,
    /// Of a register of its own.
    PutAt(u8, u8),
    TakeAt(u8),
}

/// What it returns.
pub(super) type Ret = Option<u8>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Register(u8);

impl Spec for Register {
    type Op = Op;
    type Ret = Ret;

    fn apply(&mut self, op: &Op) -> Ret {
        match op {
            Op::Put(value) => {
                self.0 = *value;
                None
            }
            _ => Some(self.0),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Queue(Vec<u8>);

impl Spec for Queue {
    type Op = Op;
    type Ret = Ret;

    fn apply(&mut self, op: &Op) -> Ret {
        match op {
            Op::Put(value) => {
                self.0.push(*value);
                None
            }
            _ => (!self.0.is_empty()).then(|| self.0.remove(0)),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Stack(Vec<u8>);

impl Spec for Stack {
    type Op = Op;
    type Ret = Ret;

    fn apply(&mut self, op: &Op) -> Ret {
        match op {
            Op::Put(value) => {
                self.0.push(*value);
                None
            }
            _ => self.0.pop(),
        }
    }
}

/// Takes the least.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Set(std::collections::BTreeSet<u8>);

impl Spec for Set {
    type Op = Op;
    type Ret = Ret;

    fn apply(&mut self, op: &Op) -> Ret {
        match op {
            Op::Put(value) => (!self.0.insert(*value)).then_some(*value),
            _ => self.0.pop_first(),
        }
    }
}

/// Registers that have nothing to do with each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Registers([u8; 3]);

impl Spec for Registers {
    type Op = Op;
    type Ret = Ret;

    fn apply(&mut self, op: &Op) -> Ret {
        match op {
            Op::PutAt(at, value) => {
                self.0[usize::from(*at)] = *value;
                None
            }
            Op::TakeAt(at) => Some(self.0[usize::from(*at)]),
            _ => None,
        }
    }

    fn partition(op: &Op) -> Option<u64> {
        match op {
            Op::PutAt(at, _) | Op::TakeAt(at) => Some((*at).into()),
            _ => None,
        }
    }
}
