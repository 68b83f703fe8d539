//! Finds concurrency bugs by running threads and async tasks in every order that matters.
//!
//! There are two ways in. **Mark nothing**: under the subcommand `cargo interlace test` every atomic access is a
//! scheduling point, in your code and in all that it depends on; give [`model()`] the body of a test. Or **mark the
//! operations that matter** with comments, such as `// interlace: read_value`, and use plain `cargo test`. Interlace
//! runs one thread at a time, pauses each at its points and wherever it waits, and explores all orders, or some, or
//! replays one. It shrinks the first failure to a minimal schedule and prints that as a regression test.
//!
//! ```
//! use interlace::Explorer;
//! use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
//!
//! #[derive(Default)]
//! struct Counter { value: AtomicU32 }
//!
//! #[interlace::trace] // in your crate: #[cfg_attr(test, interlace::trace)]
//! impl Counter {
//!     fn increment(&self) {
//!         let temp = self.value.load(SeqCst); // interlace: read_value
//!         self.value.store(temp + 1, SeqCst); // interlace: write_value
//!     }
//! }
//!
//! let report = Explorer::new(Counter::default)
//!     .thread("thread1", Counter::increment)
//!     .thread("thread2", Counter::increment)
//!     .check(|c| assert_eq!(c.value.load(SeqCst), 2))
//!     .explore();
//!
//! // `report.assert_ok()` panics with the failure and a test to paste. Here it is expected:
//! let failure = report.assert_fails();
//! assert_eq!(failure.schedule().to_string(), "thread1:read_value thread2:read_value");
//! assert!(failure.is_proved_minimal());
//! ```
//!
//! # Map
//!
//! | to | use |
//! |---|---|
//! | explore a body that starts its own threads, with nothing marked | [`model()`], [`Explorer::model`], under `cargo interlace test` |
//! | mark a point | [`trace`] and comments, or [`marker!`] |
//! | run every schedule | [`Explorer`], which gives a [`Report`] with a [`Failure`] |
//! | run some schedules when there are too many | [`Explorer::strategy`] with a [`Strategy`] |
//! | say what must hold | [`Explorer::check`], [`invariant`](Explorer::invariant), [`allow_outcomes`](Explorer::allow_outcomes), [`serializable`](Explorer::serializable) |
//! | say what a test asserts of a search | [`Report::assert_ok`], [`assert_exhaustive`](Report::assert_exhaustive), [`assert_no_failure_found`](Report::assert_no_failure_found), [`assert_fails`](Report::assert_fails) |
//! | check a data structure against what it should do | [`linear`], [`Explorer::linearizable`] |
//! | draw inputs and interleaving together, or sample | `strategies`, `Explorer::sample`: the cargo feature `proptest` |
//! | say how waits end, and which time the program sees | [`Explorer::timeouts`], [`real_time`](Explorer::real_time), [`spurious_wakeups`](Explorer::spurious_wakeups) |
//! | read a failure as values | [`FailureKind`], [`failure`], [`Timeline`] |
//! | look at it in a browser, or give it to a program | [`Report::to_html`]; `Report::to_json`: the cargo feature `json`, on by default |
//! | find out what crashes the process | [`Explorer::isolate`] |
//! | run one schedule of an explorer again | [`Explorer::replay`], which gives an [`Execution`] |
//! | run one schedule, written by hand | [`TraceExecutor`], [`AsyncTraceExecutor`] |
//! | try first what failed in an earlier run | nothing: [`saved`] says how it is done |
//! | write a schedule | [`Schedule`], [`Step`], [`schedule!`] |
//! | count, list, rank or draw schedules without running | [`permutations`] |
//!
//! # What is run
//!
//! One thread runs at a time. A thread pauses before the code that a marker gates, and before each atomic access in an
//! instrumented build, and goes on when the schedule says so. Between two points it runs without interruption, unless
//! it has to wait. Going on after a wait is a step of its own, and so is a time-out. A thread that the program starts
//! is one of its threads. At the start, the declared threads run one after the other, in the order in which they were
//! added, each up to its first point or wait. After the last step of a schedule, the rest follows in a fixed order: the
//! thread that ran last goes on until it ends or blocks, then the others in the order in which they were added. So a
//! short schedule stands for a whole execution, and the empty one is legal.
//!
//! # Limits
//!
//! The order of points and waits is explored, under sequential consistency: weak memory is not. In an instrumented
//! build data races of plain memory are failures. The program must do the same whenever the schedule is the same.
//! Locks, channels, threads that the program starts, sleeps and time-outs are part of the search on Linux with glibc,
//! on x86-64 and 64-bit ARM, with the cargo feature `system`, which is on by default: there, functions of libc that
//! this library defines take the place of libc's. Calls that bypass libc are not seen. Elsewhere an execution in which
//! a thread blocks times out, unless a marker says what the thread [acquires](Acquire). Async tasks that wait for each
//! other are always detected. The README lists these limits, and what a search does to the process.

#![cfg_attr(docsrs, feature(doc_cfg))]

// Lowest first. ARCHITECTURE.md has the exact order, and a test holds the imports to it.

// Names, and orders of names.
mod append_list;
mod broken_rules;
mod error;
mod getters;
mod look;
mod must_use;
mod named;
pub mod permutations;
pub mod saved;
mod schedule;
mod site;
mod text_width;

// Which step comes next? Knows ids only.
mod search;

// How may executions end? Knows texts only.
pub mod failure;
mod operation;
mod oracle;

// Running a program, one thread at a time.
#[cfg_attr(
    not(all(
        feature = "system",
        target_os = "linux",
        target_env = "gnu",
        not(target_feature = "crt-static"),
        any(target_arch = "x86_64", target_arch = "aarch64")
    )),
    allow(
        dead_code,
        unused_imports,
        reason = "what only calls to the system need"
    )
)]
mod engine;
mod environment;
#[cfg(all(interlace, any(target_arch = "x86_64", target_arch = "aarch64")))]
mod instrument;
mod locks;
mod memory;
mod own_stack;
mod races;
#[cfg(all(interlace, not(feature = "system")))]
compile_error!("in an instrumented build, `interlace-explorer` needs its feature `system`");
#[cfg(all(
    feature = "system",
    target_os = "linux",
    target_env = "gnu",
    not(target_feature = "crt-static"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod system;

pub mod linear;

mod acquire;
mod marker;
mod program;
mod strategy;
mod terminal;

// One execution: where it stands, what it did, how it ended.
mod execution;
mod follow;
mod timeline;
mod verdict;

// Many executions: the search, the smallest failure, and the report.
mod progress;
mod report;
mod shrink;
#[cfg(feature = "proptest")]
pub mod strategies;
mod workers;

// What a user calls.
mod executor;
mod explorer;
mod model;

pub use acquire::{Acquire, AcquireShared};
pub use engine::{Engine, LockId, Points, Timeouts};
pub use error::{Error, ErrorKind};
pub use execution::Execution;
pub use executor::{AsyncTraceExecutor, TraceExecutor};
pub use explorer::Explorer;
pub use failure::{FailureKind, Panic, SerialOrder};
/// Turns comments `// interlace: <name>` into markers.
///
/// It is written on a function, an `impl`, a `trait` or an inline `mod`, and reads every comment
/// inside. As `#[cfg_attr(test, interlace::trace)]` it leaves production builds untouched, so
/// `interlace` need only be a dev-dependency.
///
/// ```
/// use interlace::{Schedule, Explorer};
/// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
///
/// #[derive(Default)]
/// struct Counter { value: AtomicU32 }
///
/// #[interlace::trace]
/// impl Counter {
///     fn increment(&self) {
///         let temp = self.value.load(SeqCst); // interlace: read_value
///
///         // interlace: write_value
///         self.value.store(temp + 1, SeqCst);
///     }
/// }
///
/// let execution = Explorer::new(Counter::default)
///     .thread("thread1", Counter::increment)
///     .replay(&Schedule::default());
/// let markers: Vec<_> = execution.steps().iter().map(|step| step.marker()).collect();
/// assert_eq!(markers, ["read_value", "write_value"]);
/// ```
///
/// # What is a marker
///
/// A line comment whose text starts with `interlace:`, then a name: letters, digits, `_`, `-` and
/// `.`, the first a letter or `_`. The name may be followed by what the gated code touches, as
/// `reads(place, …)` and `writes(place, …)`, by the locks that it begins by acquiring, as
/// `acquires(lock, …)` and `acquires_shared(lock, …)`, and by those that it releases, as
/// `releases(lock, …)`; [`marker!`] says what these mean. The names in them are those in scope where the marker comes. The text of a string is never a marker.
///
/// # What it gates
///
/// A marker pauses its thread *before* what it gates. A comment with code before it on its line
/// refers to that line; a comment on a line of its own refers to the next line of code. What is
/// gated can be
///
/// - a statement, the tail of a block too: before it is run;
/// - a match arm: when its pattern has matched and its guard held, before its body;
/// - a closure: at each call, before its body;
/// - a `while` or `for`: before *every* evaluation of its header, so that a loop of *k* rounds that
///   ends by itself passes the marker *k* + 1 times;
/// - an `else if`: before its condition; an `else`: before its first statement;
/// - the right operand of `&&` or `||`: when the left one has left the answer open;
/// - an async block: when it is first polled, before its first statement.
///
/// If the line starts with one of these, that is gated: for `} else if c {` the `else if`, for
/// `spawn(move || x.run());` the statement, for `&& y.get()` the operand. A closure also counts if
/// only names precede it, as on a line `.map(|x| x.get())`.
///
/// Any other line continues something that began earlier. Then the innermost of the above around
/// the line is gated, provided that the marker still comes right before what is on the line. So a
/// comment on the first argument of a long call gates the statement, as does one on `.lock()` below
/// `self.value`.
///
/// If it would also come before code that runs earlier, the comment does not compile: on the second
/// of two calls among the arguments, elements, fields or operands of an expression, on a method of
/// what a call has returned, below the first argument of a macro, on a guard below its pattern, on
/// the `{` below a condition. Put what you want to gate in a `let` or a block of its own.
///
/// Put the marker of a header that opens a block on a line of its own before it, as above `for` or
/// between `}` and `else if`, and that of an operand above the operand. It works at the end of the
/// line too, but rustfmt may join the lines and move it.
///
/// # What does not compile
///
/// A marker never goes missing silently. An attribute on an item without any marker is an error. These
/// are errors, shown at the comment: one that gates
/// nothing (on a line with only a closing brace, before a nested item, outside any function body,
/// in a `const fn`), a second one on the same operation, a bad or missing name, anything else after
/// the name. So are comments that were probably meant as markers: `// interlace read` without the
/// colon, `// Interlace: read`, a block or doc comment that starts with `interlace:`. So are
/// comments inside the braces of a macro call, as of `tokio::select!`, where only that macro knows
/// what is an operation, and comments in code made by another macro, whose source text cannot be
/// read. Use [`marker!`] there.
///
/// Functions made by `macro_rules!` work: the comments may be in the definition or in what is
/// passed to the macro. An attribute inside a traced item is redundant and harmless. An item
/// without any marker is left as it is.
///
/// # A renamed dependency
///
/// `#[interlace::trace(crate = some::path)]` names the crate by another path than `::interlace`.
pub use interlace_macros::trace;
pub use model::model;
pub use report::{Failure, MarkerLine, Report};
pub use schedule::{Schedule, Step, StepKind};
pub use search::Repeats;
pub use strategy::Strategy;
pub use timeline::{CodeLine, Timeline, TimelineStep};
pub use verdict::Verdict;
pub use workers::StoppedBy;

/// What the expansions of `marker!` and `#[trace]` use. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::acquire::{lock_id, look, look_shared};
    pub use crate::marker::{Declaration, Place, is_to_pause, items, reach, value};
    pub use crate::site::Site;
    pub use interlace_macros::{marker_name, marker_place};
    pub use std::option::Option::{None, Some};
}

/// The examples of the documents are compiled and run as those here.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/from-loom.md")]
    struct FromLoom;
    #[doc = include_str!("../docs/from-shuttle.md")]
    struct FromShuttle;
    #[doc = include_str!("../docs/shards.md")]
    struct Shards;
}
