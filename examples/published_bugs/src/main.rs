//! Bugs that published crates once had, each found by marking code around the crate, which itself
//! is as it was published.
//!
//! [`broadcast`]: a data race in tokio, of values that are not `Sync`. [`mutex`]: a deadlock in
//! tokio. [`pool`]: a connection pool that opens more than it may.
//!
//! Prints, for each, the report on a version with the bug, then that on one without it.

mod broadcast;
mod mutex;
mod pool;

fn main() {
    broadcast::show();
    mutex::show();
    pool::show();
}
