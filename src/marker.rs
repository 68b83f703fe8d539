//! [`marker!`](crate::marker!), and what its expansion calls.

mod declaration;
mod place;

use crate::engine;
use crate::site::Site;
pub use declaration::Declaration;
pub use place::{Place, value};

/// Marks a point in the code: the explicit form of a `// interlace: <name>` comment.
///
/// A thread that a run controls pauses here until the schedule lets it go on; on any other thread
/// the marker does nothing. It gates what follows it, so name it after that operation. It works
/// wherever an expression of type `()` does: in closures, in macros, in code that
/// [`trace`](macro@crate::trace) cannot read.
///
/// The name is a string literal of letters, digits, `_`, `-` and `.`, the first a letter or `_`;
/// any other does not compile.
///
/// # What the gated code touches
///
/// After the name, a marker may say what its thread reads and writes from there to its next marker, and
/// which locks it begins by acquiring or releases. Then schedules that differ only in the order of steps
/// that touch nothing in common can be told to be one. What it says must be all: code that touches more
/// than that may hide a bug. [`verify_accesses`](crate::Explorer::verify_accesses) looks for such code. A
/// marker that says nothing may touch anything.
///
/// A failure tells on the order of which of these accesses it [depends](crate::Failure::conflicts).
///
/// - `reads(place, …)` and `writes(place, …)`. `reads()` alone says that nothing is touched.
/// - `acquires(lock, …)`: the code begins by acquiring a lock, which must tell [whether it is
///   free](crate::Acquire); `acquires_shared(lock, …)`: in [shared](crate::AcquireShared) mode, as
///   readers do. What the lock protects needs no declaration of its own, since only its holder touches
///   it; anything else does.
/// - `releases(lock, …)`: the code releases a lock, also one that it acquires itself. A lock that a marker
///   acquires and none releases counts as touched by all later steps of the thread, since any of them may
///   release it. If markers release a lock anywhere, each step of that thread that releases it must say so.
///
/// What goes through this library needs none: starting and joining threads, waiting, waking, the time. But
/// a lock that is free is taken without a call that could be seen, and so is what is in a channel already:
/// declare those as what they are, places that code writes.
///
/// A place is an expression of one of the kinds below, known by its address. It is evaluated each time
/// that a thread of a program under test reaches the marker, before the thread pauses, and nowhere else.
/// So it must neither wait nor change anything; if it panics, that is a panic of the thread. Two places
/// have something in common if they overlap, as `self` and `self.value` do.
///
/// - A variable, a field, an element, `*pointer`: what lies there. The elements of a `Vec` or a map lie
///   elsewhere than itself, and may move: name either the whole or the elements, and everywhere alike.
/// - Something of the type `&T`, `&mut T`, `Box`, `Rc`, `Arc`, `Pin`, `Ref`, `RefMut`, or a guard of a
///   lock of std: what it points to, through four of them at most. So a call may give it: `self.cell(3)`.
/// - A raw pointer to a sized type: what it points to. It is not followed. `&raw const` names a field of
///   a packed struct, or a `static mut`.
/// - A string literal, also by `concat!` or `stringify!`, stands for what has no address: `writes("row
///   7")`. It has to do with the same text only. A variable that holds a text is a place like any other.
///
/// Any other value, such as `a + b` or that of a constant, lies nowhere, and does not compile. Whether
/// the type that a type parameter stands for is a pointer is not known: write `**it` for what an `it` of
/// type `&T` leads to if `T` is one.
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
    ($name:literal $(,)?) => {
        $crate::__private::reach($crate::marker!(@site $name))
    };
    ($name:literal $(, $access:ident($($place:expr),* $(,)?))+ $(,)?) => {
        if $crate::__private::is_to_pause() {
            let mut declaration = $crate::__private::Declaration::default();
            let _ = &mut declaration;
            $($crate::marker!(@$access declaration $($place),*);)+
            let site = $crate::marker!(@site $name $($(, $place)*)+);
            if const { false $(|| $crate::marker!(@$access))+ } {
                declaration.acquire(site, &|see| {
                    let _ = &see;
                    $($crate::marker!(@$access see: $($place),*);)+
                });
            } else {
                declaration.reach(site);
            }
        }
    };
    // In a block of its own, so that a place may name another item called `SITE`.
    (@site $name:literal $(, $place:expr)*) => {{
        static SITE: $crate::__private::Site = $crate::__private::Site::new(
            $crate::__private::marker_name!($name),
            ::core::file!(),
            ::core::line!(),
            ::core::column!(),
        )
        .declaring(&[$(::core::stringify!($place)),*]);
        &SITE
    }};
    (@reads) => { false };
    (@writes) => { false };
    (@acquires) => { true };
    (@acquires_shared) => { true };
    (@releases) => { false };
    (@releases $declaration:ident $($lock:expr),+) => {
        $($declaration.releases($crate::__private::lock_id(&$lock));)+
    };
    (@reads $declaration:ident $($place:expr),*) => {
        $($crate::__private::marker_place!([$crate::__private] $declaration reads $place);)*
    };
    (@writes $declaration:ident $($place:expr),*) => {
        $($crate::__private::marker_place!([$crate::__private] $declaration writes $place);)*
    };
    (@acquires $see:ident: $($lock:expr),+) => {
        $($see($crate::__private::look(&$lock, ::core::stringify!($lock)));)+
    };
    (@acquires_shared $see:ident: $($lock:expr),+) => {
        $($see($crate::__private::look_shared(&$lock, ::core::stringify!($lock)));)+
    };
    (@acquires $declaration:ident $($lock:expr),+) => {
        $($declaration.acquires($crate::__private::lock_id(&$lock));)+
    };
    (@acquires_shared $declaration:ident $($lock:expr),+) => {
        $($declaration.acquires($crate::__private::lock_id(&$lock));)+
    };
    (@$other:ident $see:ident: $($place:expr),*) => {};
    // What is not known is refused above, once.
    (@$unknown:ident $declaration:ident $($place:expr),+) => {};
    ($($other:tt)*) => {
        ::core::compile_error!(
            "a marker is a string literal, then any number of `reads(place, …)`, \
             `writes(place, …)`, `acquires(lock, …)`, `acquires_shared(lock, …)` and \
             `releases(lock, …)`: `marker!(\"read_value\", reads(self.value))`"
        )
    };
}

/// Pauses the calling thread at `site` if a run controls it.
// In an instrumented build what is inlined would have points itself.
#[allow(clippy::inline_always)]
#[cfg_attr(not(interlace), inline(always))]
#[cfg_attr(interlace, inline(never))]
pub fn reach(site: &'static Site) {
    engine::reach(site);
}

/// Whether a run controls the calling thread, and is to pause it at markers.
#[cfg_attr(not(interlace), inline)]
#[cfg_attr(interlace, inline(never))]
#[must_use]
pub fn is_to_pause() -> bool {
    engine::is_to_pause()
}

/// The items of a `for` header that a marker gates. The marker that comes before the header is in the
/// first argument: arguments are evaluated in order, and `?`, `.await` and temporaries in the header keep
/// their meaning.
pub fn items<I: IntoIterator>((): (), items: I) -> Items<I::IntoIter> {
    Items {
        items: items.into_iter(),
        has_begun: false,
    }
}

#[derive(Debug)]
#[expect(unnameable_types, reason = "only the expansion of `marker!` meets it")]
pub struct Items<I> {
    items: I,
    has_begun: bool,
}

impl<I: Iterator> Items<I> {
    /// Whether the marker is to be reached now: not before the first item, for which it was.
    pub fn has_begun(&mut self) -> bool {
        std::mem::replace(&mut self.has_begun, true)
    }

    #[allow(clippy::should_implement_trait, reason = "no trait is to be in scope")]
    pub fn next(&mut self) -> Option<I::Item> {
        self.items.next()
    }
}
