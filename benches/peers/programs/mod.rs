//! Small programs of the kind that loom is used for, beside twins with a mistake. Each file that includes this
//! one has a module `types` beside it, with the types of std, of loom or of shuttle: the source is the same.
//!
//! A program runs one execution, in which it panics or is stuck if something is wrong. What is expected of
//! it stands in `src/suite/expected.rs`.

mod channels;
mod condvars;
mod counts;
mod exclusion;
mod futures;
mod litmus;
mod locks;
mod parking;
mod plain;
mod structures;

use super::types::{Arc, thread};

/// A program, under its name.
pub(crate) type Program = (&'static str, fn());

/// The programs of all files, in the order of the table.
pub(crate) fn all() -> impl Iterator<Item = Program> {
    let files: [&[Program]; 10] = [
        litmus::ALL,
        plain::ALL,
        exclusion::ALL,
        structures::ALL,
        counts::ALL,
        locks::ALL,
        condvars::ALL,
        channels::ALL,
        parking::ALL,
        futures::ALL,
    ];
    files.into_iter().flatten().copied()
}

/// Lists functions with their names.
macro_rules! programs {
    ($($name:ident),* $(,)?) => {
        pub(super) const ALL: &[super::Program] = &[$((stringify!($name), $name)),*];
    };
}
use programs;

/// Runs `here` on this thread and `there` on another one, and waits for both.
fn beside<T: Send + Sync + 'static, A, B: Send + 'static>(
    shared: &Arc<T>,
    here: impl FnOnce(&T) -> A,
    there: impl FnOnce(&T) -> B + Send + 'static,
) -> (A, B) {
    let own = Arc::clone(shared);
    let other = thread::spawn(move || there(&own));
    let value = here(shared);
    (value, other.join().unwrap())
}

/// Runs the same here and on another thread.
fn twice<T: Send + Sync + 'static, R: Send + 'static>(
    shared: &Arc<T>,
    what: impl FnOnce(&T) -> R + Copy + Send + 'static,
) -> (R, R) {
    beside(shared, what, what)
}
