//! [`proptest`](https://docs.rs/proptest) strategies: schedules of known marker lists, and
//! interleavings of any program.
//!
//! [`schedules()`] is for code that takes a schedule as its input, such as a model.
//! [`interleavings()`] lets a property draw inputs and interleaving together, and shrink both:
//!
//! ```
//! use std::sync::Mutex;
//! use interlace::{Explorer, marker, strategies::interleavings};
//! use proptest::collection::vec;
//! use proptest::prelude::*;
//!
//! /// Adds up numbers, in two threads; each reads the sum and writes it.
//! fn sum(numbers: [Vec<u8>; 2]) -> Explorer<Mutex<u32>> {
//!     let expected: u32 = numbers.iter().flatten().map(|&number| u32::from(number)).sum();
//!     let [a, b] = numbers.map(|numbers| move |sum: &Mutex<u32>| {
//!         for &number in &numbers {
//!             marker!("read");
//!             let read = *sum.lock().unwrap();
//!             marker!("write");
//!             *sum.lock().unwrap() = read + u32::from(number);
//!         }
//!     });
//!     Explorer::new(Mutex::default)
//!         .thread("a", a)
//!         .thread("b", b)
//!         .check(move |sum| assert_eq!(*sum.lock().unwrap(), expected))
//! }
//!
//! # // Not saved: this is no test, and it fails.
//! # let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
//! # let mut runner = proptest::test_runner::TestRunner::new(config);
//! # let numbers = || vec(1..10_u8, 0..4);
//! # let result = runner.run(&(numbers(), numbers(), interleavings()), |(a, b, interleaving)| {
//! #     Ok(sum([a, b]).run_under(&interleaving).result()?)
//! # });
//! # let Err(proptest::test_runner::TestError::Fail(_, minimal)) = result else { panic!() };
//! # assert_eq!(format!("{minimal:?}"), "([1], [1], Interleaving(a:read b:read))");
//! # fn shown() {
//! proptest!(|(a in vec(1..10_u8, 0..4), b in vec(1..10_u8, 0..4), interleaving in interleavings())| {
//!     sum([a, b]).run_under(&interleaving).result()?;
//! });
//! # }
//! // minimal failing input: a = [1], b = [1], interleaving = Interleaving(a:read b:read)
//! ```
//!
//! [`scenarios()`] draws operations for several threads, to be checked by their history.
//!
//! To sample the interleavings of one program, without inputs, see
//! [`Explorer::sample`](crate::Explorer::sample). This module is the cargo feature `proptest`, which
//! is off by default.

mod interleavings;
mod plan;
mod scenarios;
mod schedules;

pub(crate) use interleavings::Seen;
pub use interleavings::{Interleaving, InterleavingTree, Interleavings, interleavings};
pub(crate) use plan::Decisions;
pub use scenarios::scenarios;
pub use schedules::{ScheduleTree, Schedules, schedules};
