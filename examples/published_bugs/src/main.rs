//! Bugs that published crates once had, each found by marking code around the crate, which itself
//! is as it was published.
//!
//! [`mutex`]: a deadlock in tokio. [`pool`]: a connection pool that opens more than it may.
//!
//! Prints, for each, the report on a version with the bug, then that on one without it. All that
//! waits here waits in `.await`, so fibers would do as well.

use interlace::Engine;

mod mutex;
mod pool;

fn main() {
    mutex::show(Engine::Threads);
    pool::show(Engine::Threads);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fibers_give_the_same_counts() {
        mutex::show(Engine::Fibers);
        pool::show(Engine::Fibers);
    }
}
