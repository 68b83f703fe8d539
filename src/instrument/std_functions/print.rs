//! `print!` and its kin, which hold locks of std that nobody sees while they format what the program gives them.
//! What that accesses has no points: a thread that stopped there would have others wait for such a lock.

use super::super::point::without_points;
use crate::engine::call::is_controlled;

unsafe extern "C-unwind" {
    safe fn interlace_real_print(_: usize, _: usize, _: usize, _: usize, _: usize);
    safe fn interlace_real_eprint(_: usize, _: usize, _: usize, _: usize, _: usize);
}

/// `print!`. What is to be printed is in some of the arguments, or behind them.
pub(super) unsafe extern "C-unwind" fn print(
    one: usize,
    two: usize,
    three: usize,
    four: usize,
    five: usize,
    _caller: usize,
) {
    run(|| interlace_real_print(one, two, three, four, five));
}

/// `eprint!`
pub(super) unsafe extern "C-unwind" fn eprint(
    one: usize,
    two: usize,
    three: usize,
    four: usize,
    five: usize,
    _caller: usize,
) {
    run(|| interlace_real_eprint(one, two, three, four, five));
}

fn run(print: impl FnOnce()) {
    if is_controlled() {
        without_points(print);
    } else {
        print();
    }
}
