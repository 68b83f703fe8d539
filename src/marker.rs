//! [`marker!`](crate::marker!), and what its expansion calls.

use crate::engine::{self, LockQuery};
use crate::site::Site;

/// Marks a point in the code: the explicit form of a `// interlace: <name>` comment.
///
/// A thread that a run controls pauses here until the schedule lets it go on; on any other thread
/// the marker does nothing. It gates what follows it, so name it after that operation. It works
/// wherever an expression of type `()` does: in closures, in macros, in code that
/// [`trace`](macro@crate::trace) cannot read.
///
/// The name is a string literal of letters, digits, `_`, `-` and `.`, the first a letter or `_`;
/// any other does not compile. The name may be followed by `reads(place, …)` and
/// `writes(place, …)`, for what the gated code touches. The places are type-checked and never
/// evaluated; so far they do not change what is explored. `acquires(lock, …)` says that the gated
/// code begins by acquiring a lock, which must tell [whether it is free](crate::Acquire);
/// `acquires_shared(lock, …)` says the same of [shared](crate::AcquireShared) mode, as for readers.
///
/// ```
/// use interlace::{Explorer, marker};
/// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
///
/// struct Counter { value: AtomicU32 }
///
/// let increment = |counter: &Counter| {
///     marker!("read_value", reads(counter.value));
///     let temp = counter.value.load(SeqCst);
///     marker!("write_value", writes(counter.value));
///     counter.value.store(temp + 1, SeqCst);
/// };
/// let report = Explorer::new(|| Counter { value: AtomicU32::new(0) })
///     .thread("thread1", increment)
///     .thread("thread2", increment)
///     .check(|counter| assert_eq!(counter.value.load(SeqCst), 2))
///     .explore();
/// let minimal = report.assert_fails().schedule().to_string();
/// assert_eq!(minimal, "thread1:read_value thread2:read_value");
/// ```
#[macro_export]
macro_rules! marker {
    ($name:literal $(, $access:ident($($place:expr),+ $(,)?))* $(,)?) => {{
        // The closures are type-checked and never called. The `static` is in its own block, so that
        // a place may name another item called `SITE`.
        $($(let _ = || { let _ = &$place; };)+)*
        {
            static SITE: $crate::__private::Site = $crate::__private::Site::new(
                $crate::__private::marker_name!($name),
                ::core::file!(),
                ::core::line!(),
                ::core::column!(),
            );
            const ACQUIRES: bool = false $(|| $crate::marker!(@$access))*;
            if ACQUIRES {
                $crate::__private::acquire(
                    &SITE,
                    &|see| {
                        let _ = &see;
                        $($crate::marker!(@$access see $($place),+);)*
                    },
                )
            } else {
                $crate::__private::reach(&SITE)
            }
        }
    }};
    (@reads) => { false };
    (@writes) => { false };
    (@acquires) => { true };
    (@acquires_shared) => { true };
    (@acquires $see:ident $($place:expr),+) => {
        $($see($crate::__private::look(&$place, ::core::stringify!($place)));)+
    };
    (@acquires_shared $see:ident $($place:expr),+) => {
        $($see($crate::__private::look_shared(&$place, ::core::stringify!($place)));)+
    };
    (@$other:ident $see:ident $($place:expr),+) => {};
    ($($other:tt)*) => {
        ::core::compile_error!(
            "a marker is a string literal, then any number of `reads(place, …)`, \
             `writes(place, …)`, `acquires(lock, …)` and `acquires_shared(lock, …)`: \
             `marker!(\"read_value\", reads(self.value))`"
        )
    };
}

/// Pauses the calling thread at `site` if a run controls it.
#[allow(clippy::inline_always)]
#[inline(always)]
pub fn reach(site: &'static Site) {
    engine::reach(site);
}

/// Pauses the calling thread at `site` if a run controls it, until all locks that the question
/// shows are free.
pub fn acquire(site: &'static Site, question: &LockQuery<'_>) {
    engine::acquire(site, question);
}

/// Reaches `site` before every further item of a `for` header.
///
/// Before the first item, the expansion reaches the marker in the first argument: arguments are
/// evaluated in order, and `?`, `.await` and temporaries in the header keep their meaning.
pub fn each<I: IntoIterator>((): (), items: I, site: &'static Site) -> Each<I::IntoIter> {
    Each {
        items: items.into_iter(),
        site,
        is_first: true,
    }
}

/// The items of a `for` header that a marker gates.
#[derive(Debug)]
pub struct Each<I> {
    items: I,
    site: &'static Site,
    is_first: bool,
}

impl<I: Iterator> Iterator for Each<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        if !std::mem::take(&mut self.is_first) {
            reach(self.site);
        }
        self.items.next()
    }
}
