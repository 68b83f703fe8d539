//! What each marker comment gates. A stand-in for the engine notes which markers are reached, at
//! which line, between the operations of the code.

// The code under test is written the way the comments need it.
#![allow(clippy::all, clippy::pedantic, dropping_copy_types)]

mod branches;
mod closures;
mod declared;
mod fake;
mod items;
mod loops;
mod macros;
mod operands;
mod others;
mod renamed;
mod sources;
mod statements;

use std::cell::RefCell;

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn note(what: &str) {
    LOG.with_borrow_mut(|log| log.push(what.to_owned()));
}

/// An operation: it notes its name and returns `value`.
fn op<T>(name: &str, value: T) -> T {
    note(name);
    value
}

/// What running `body` noted, in order.
fn log(body: impl FnOnce()) -> String {
    LOG.with_borrow_mut(Vec::clear);
    body();
    LOG.with_borrow(|log| log.join(" "))
}
