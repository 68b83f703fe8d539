//! The stack on which the calling thread runs the program's code, where it is known.

use std::cell::Cell;

thread_local! {
    static ENDS: Cell<Option<(usize, usize)>> = const { Cell::new(None) };
}

/// Its lowest and its highest address.
pub(crate) fn ends() -> Option<(usize, usize)> {
    ENDS.get()
}

/// It lies between these addresses.
pub(crate) fn set(ends: (usize, usize)) {
    ENDS.set(Some(ends));
}
