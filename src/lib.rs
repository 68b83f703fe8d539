//! Finds concurrency bugs by exploring every interleaving of the points you mark.

mod engine;
mod error;
mod execution;
mod executor;
mod follow;
mod marker;
mod program;
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
pub use interlace_macros::trace;
pub use schedule::{Schedule, Step};

/// What the expansions of `marker!` and `#[trace]` name. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::marker::{Each, each, reach};
    pub use crate::site::Site;
}
