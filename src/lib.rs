//! Finds concurrency bugs by exploring every interleaving of the points you mark.

mod error;
mod marker;
pub mod permutations;
mod schedule;
mod site;

pub use error::{Error, ErrorKind};
pub use interlace_macros::trace;
pub use schedule::{Schedule, Step};

/// What the expansions of `marker!` and `#[trace]` name. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::marker::{Each, each, reach};
    pub use crate::site::Site;
}
