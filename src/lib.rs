//! Finds concurrency bugs by exploring every interleaving of the points you mark.

mod engine;
mod error;
mod execution;
mod executor;
mod explorer;
mod follow;
mod hunt;
mod marker;
pub mod permutations;
mod program;
mod report;
mod schedule;
mod search;
mod shrink;
mod site;
mod standings;
mod timeline;

pub use engine::Panic;
pub use error::{Error, ErrorKind};
pub use execution::{Execution, FailureKind};
pub use executor::{AsyncTraceExecutor, TraceExecutor};
pub use explorer::Explorer;
/// Turns comments `// interlace: <name>` into markers.
///
/// It stands on a function, an `impl`, a `trait` or an inline `mod`, and reads every comment in it.
/// As `#[cfg_attr(test, interlace::trace)]` it leaves production builds untouched, so `interlace`
/// need only be a dev-dependency.
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
/// `.`, the first a letter or `_`. After the name may follow what the gated code touches, as
/// `reads(place, …)` and `writes(place, …)`; the places are checked and never evaluated. A marker
/// without them may touch anything. Doc comments, block comments and the text of strings are no
/// markers.
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
/// - an `else if`: before its condition; an `else`: before its first statement.
///
/// Of those that start on the line, the one that starts first is gated: in `} else if c {` it is
/// the `else if`, in `spawn(move || x.run());` the statement, on a line `.map(|x| x.get())` of a
/// longer statement the closure. If none starts on the line, the innermost one around it is: on a
/// line with an argument of a long call it is the statement that the call is in.
///
/// # What does not compile
///
/// A marker never goes missing silently. These are errors, shown where the comment is: one that
/// gates nothing (on a line with only a closing brace, before a nested item, outside any function
/// body, in a `const fn`), a second one on the same operation, a bad or missing name, anything else
/// after the name. So is a comment inside the braces of a macro call, as of `tokio::select!`, where
/// only that macro knows what is an operation; and code made by another macro, whose source text
/// cannot be read. Use [`marker!`] there.
///
/// Functions made by `macro_rules!` work: the comments may be in the definition or in what the
/// macro was given. An attribute inside a traced item is redundant and harmless. An item without
/// any marker is left as it is.
///
/// # A renamed dependency
///
/// `#[interlace::trace(crate = some::path)]` names the crate by another path than `::interlace`.
pub use interlace_macros::trace;
pub use report::{Failure, Report, StoppedBy, Verdict};
pub use schedule::{Schedule, Step};

/// What the expansions of `marker!` and `#[trace]` name. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::marker::{Each, each, reach};
    pub use crate::site::Site;
    pub use interlace_macros::marker_name;
}
