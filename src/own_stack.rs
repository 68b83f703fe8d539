//! The stack on which the calling thread runs the program's code, where it is known.

use std::cell::Cell;
use std::ops::Range;

thread_local! {
    static ENDS: Cell<Option<(usize, usize)>> = const { Cell::new(None) };
}

/// Its lowest and its highest address.
pub(crate) fn ends() -> Option<(usize, usize)> {
    ENDS.get()
}

/// Whether all these addresses lie there.
pub(crate) fn has(range: &Range<usize>) -> bool {
    ENDS.get()
        .is_some_and(|(low, high)| low <= range.start && range.end <= high)
}

/// It lies between these addresses.
pub(crate) fn set(ends: (usize, usize)) {
    ENDS.set(Some(ends));
}
