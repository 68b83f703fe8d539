//! What an expression in `reads(…)` or `writes(…)` stands for: the bytes of what it denotes, or of what it
//! points to if it is a reference or a smart pointer.
//!
//! The expansion calls `Place::at(&it).target().target()….range()`. Methods of an implementation whose
//! bounds do not hold are passed over, and those of [`Itself`] found by dereferencing: so each step takes
//! one pointer away if there is one, and the rest change nothing, in safe code and without an import.

use std::cell::{Ref, RefMut};
use std::ops::{Deref, Range};
use std::pin::Pin;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::{Arc, MutexGuard, RwLockReadGuard, RwLockWriteGuard};

/// What lies at a place, or a pointer to it.
#[derive(Debug)]
pub struct Place<'a, T: ?Sized>(Itself<'a, T>);

/// A place that is no pointer, as far as its type tells where the marker stands.
#[derive(Debug)]
#[expect(unnameable_types, reason = "only the expansion of `marker!` meets it")]
pub struct Itself<'a, T: ?Sized>(&'a T);

/// Something that stands for what it points to.
#[expect(unnameable_types, reason = "only the expansion of `marker!` meets it")]
pub trait Pointer: Points {
    /// What it points to.
    type Target: ?Sized;

    /// What it points to.
    fn target(&self) -> &Self::Target;
}

/// A pointer that may dangle. It is not followed, so only its type tells how large the place is.
#[expect(unnameable_types, reason = "only the expansion of `marker!` meets it")]
pub trait RawPointer: Points {
    /// What it points to, if anything.
    type Pointee: ?Sized;

    /// Where it points to.
    fn address(&self) -> usize;
}

/// What a value must be for a place to be known by it: a pointer of any kind.
#[diagnostic::on_unimplemented(
    message = "a temporary `{Self}` is no place that threads could share",
    label = "the value of this expression lies nowhere yet",
    note = "a place is a variable, a field, an element, or what a reference or a smart pointer points to; \
            a string literal stands for what has no address"
)]
#[expect(unnameable_types, reason = "only the expansion of `marker!` meets it")]
pub trait Points {}

impl<'a, T: ?Sized> Place<'a, T> {
    /// The place of `it`.
    pub fn at(it: &'a T) -> Self {
        Place(Itself(it))
    }
}

impl<'a, T: Pointer + ?Sized> Place<'a, T> {
    /// What the pointer there points to.
    #[must_use]
    pub fn target(&self) -> Place<'a, T::Target> {
        Place::at(self.0.0.target())
    }
}

impl<P: RawPointer> Place<'_, P> {
    /// The bytes that the pointer there points to.
    #[must_use]
    pub fn range(&self) -> Range<usize>
    where
        P::Pointee: Sized,
    {
        bytes(self.0.0.address(), size_of::<P::Pointee>())
    }
}

impl<'a, T: ?Sized> Deref for Place<'a, T> {
    type Target = Itself<'a, T>;

    fn deref(&self) -> &Itself<'a, T> {
        &self.0
    }
}

impl<'a, T: ?Sized> Itself<'a, T> {
    /// The same place: it holds no pointer.
    #[must_use]
    pub fn target(&self) -> Place<'a, T> {
        Place::at(self.0)
    }

    /// The bytes there.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        bytes(std::ptr::from_ref(self.0).addr(), size_of_val(self.0))
    }
}

/// At least one byte, so that what has no size conflicts with itself.
fn bytes(address: usize, size: usize) -> Range<usize> {
    address..address.saturating_add(size.max(1))
}

/// Returns the value of an expression that denotes no place.
pub fn value<T: Points>(it: &T) -> &T {
    it
}

macro_rules! pointers {
    ($($pointer:ty;)+) => {$(
        impl<T: ?Sized> Points for $pointer {}

        impl<T: ?Sized> Pointer for $pointer {
            type Target = T;

            fn target(&self) -> &T {
                self
            }
        }
    )+};
}

pointers! {
    &T;
    &mut T;
    Box<T>;
    Rc<T>;
    Arc<T>;
    Ref<'_, T>;
    RefMut<'_, T>;
    MutexGuard<'_, T>;
    RwLockReadGuard<'_, T>;
    RwLockWriteGuard<'_, T>;
}

impl<P: Deref> Points for Pin<P> {}

impl<P: Deref> Pointer for Pin<P> {
    type Target = P::Target;

    fn target(&self) -> &P::Target {
        self
    }
}

macro_rules! raw_pointers {
    ($($pointer:ty: $address:expr;)+) => {$(
        impl<T: ?Sized> Points for $pointer {}

        impl<T: ?Sized> RawPointer for $pointer {
            type Pointee = T;

            fn address(&self) -> usize {
                $address(*self)
            }
        }
    )+};
}

raw_pointers! {
    *const T: |it: *const T| it.addr();
    *mut T: |it: *mut T| it.addr();
    NonNull<T>: |it: NonNull<T>| it.addr().get();
}
