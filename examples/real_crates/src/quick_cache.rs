//! A panic of a thread that waits for a value, with `quick_cache` 0.6.0.
//!
//! While a thread computes a value, a placeholder stands for it, and others wait there. If a third one inserts a value
//! of its own, the placeholder is replaced. The first has woken the others by then. It finds its placeholder gone,
//! and marks it as given up; and those it has woken come to code that was thought to be unreachable
//! (<https://github.com/arthurprs/quick-cache/pull/40>). 0.6.1 has the bug as well.

use std::thread;

use interlace::saved::Nowhere;
use interlace::{Explorer, Strategy};

/// The only one.
const KEY: u32 = 7;

/// What the caches of both versions have in common.
trait Cache: Send + Sync + 'static {
    fn new() -> Self;
    fn insert(&self, value: u32);
    fn get_or_insert(&self, value: u32) -> u32;
    /// Finds nothing, and so is to compute the value, and to give it to what is returned.
    fn begin(&self) -> impl FnOnce(u32) + Send;
}

/// For the version that is the package called so here.
macro_rules! version {
    ($package:ident) => {
        impl Cache for $package::sync::Cache<u32, u32> {
            fn new() -> Self {
                Self::new(16)
            }

            fn insert(&self, value: u32) {
                self.insert(KEY, value);
            }

            fn get_or_insert(&self, value: u32) -> u32 {
                let got = self.get_or_insert_with::<_, ()>(&KEY, || Ok(value));
                got.expect("it is computed without errors")
            }

            fn begin(&self) -> impl FnOnce(u32) + Send {
                let $package::sync::GuardResult::Guard(guard) = self.get_value_or_guard(&KEY, None)
                else {
                    panic!("the cache is empty");
                };
                // Whether somebody has inserted another one makes no difference.
                |value| {
                    let _ = guard.insert(value);
                }
            }
        }
    };
}

version!(quick_cache_0_6);
version!(quick_cache_0_7);

/// A thread that computes a value, one that knows it, and one that waits for it.
fn computed_and_inserted<C: Cache>() -> Explorer<()> {
    Explorer::model(|| {
        let cache = C::new();
        thread::scope(|scope| {
            let computed = cache.begin();
            scope.spawn(|| computed(1));
            scope.spawn(|| cache.insert(2));
            let value = cache.get_or_insert(3);
            assert!(value == 1 || value == 2);
        });
    })
}

pub(crate) fn wrong() -> Explorer<()> {
    computed_and_inserted::<quick_cache_0_6::sync::Cache<u32, u32>>().saved(Nowhere)
}

pub(crate) fn right() -> Explorer<()> {
    computed_and_inserted::<quick_cache_0_7::sync::Cache<u32, u32>>()
        .strategy(Strategy::Preemptions(2))
}

#[cfg(test)]
mod tests {
    use crate::verdict;

    use super::*;

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn a_waiter_comes_to_what_cannot_be() {
        verdict::fails(
            wrong(),
            "panic: internal error: entered unreachable code",
            0,
            500,
        );
    }

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn the_version_without_the_bug_holds() {
        verdict::holds_with_preemptions(right(), 2);
    }
}
