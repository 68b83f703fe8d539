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
pub use interlace_macros::trace;
pub use report::{Failure, Report, StoppedBy, Verdict};
pub use schedule::{Schedule, Step};

/// What the expansions of `marker!` and `#[trace]` name. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::marker::{Each, each, reach};
    pub use crate::site::Site;
}
