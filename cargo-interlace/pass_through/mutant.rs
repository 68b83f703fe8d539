//! Changes of single operations: here, there are none.

use core::ffi::c_int;

/// What is done to an operation.
#[derive(Clone, Copy, PartialEq)]
#[allow(dead_code, reason = "Interlace makes the others")]
pub(super) enum Mutation {
    None,
    Relaxed,
    TwoSteps,
    LeftOut,
}

impl Mutation {
    #[inline]
    pub(super) fn at(_caller: usize, _orders: [c_int; 2]) -> Self {
        Mutation::None
    }

    #[inline]
    pub(super) fn is_load(self) -> bool {
        self != Mutation::None
    }

    #[inline]
    pub(super) fn order(self, order: c_int) -> c_int {
        order
    }
}

pub(super) fn of_load_part(order: c_int) -> c_int {
    order
}

pub(super) fn of_store_part(order: c_int) -> c_int {
    order
}
