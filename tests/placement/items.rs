//! What the attribute may stand on, and what an item may contain.

use crate::{log, op};

struct Cell<T>(T);

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
impl<T: Copy + Into<u32>> Cell<T> {
    const ONE: u32 = 1;

    fn get(&self) -> u32 {
        self.0.into() + op("a", Self::ONE) // interlace: method
    }

    fn set(&mut self, value: T)
    where
        T: PartialEq,
    {
        self.0 = value; // interlace: mutable
    }

    fn short(&self) -> u32 { op("b", 0) } // interlace: one_line
}

#[test]
fn the_methods_of_a_generic_impl_have_markers() {
    let mut cell = Cell(1_u8);
    let body = || {
        cell.set(2);
        assert_eq!((cell.get(), cell.short()), (3, 0));
    };
    assert_eq!(log(body), "<mutable> <method> a <one_line> b");
}

#[interlace::trace(crate = crate::fake)]
trait Shape {
    fn required(&self) -> u32;

    fn provided(&self) -> u32 {
        self.required() // interlace: provided
    }
}

#[interlace::trace(crate = crate::fake)]
impl Shape for Cell<u32> {
    fn required(&self) -> u32 {
        op("a", self.0) // interlace: required
    }
}

#[test]
fn a_trait_and_its_impl_have_markers() {
    let expected = "<provided> <required> a";
    assert_eq!(log(|| _ = Cell(1).provided()), expected);
}

#[interlace::trace(crate = crate::fake)]
mod inner {
    use crate::op;

    pub(crate) fn outer_function() {
        fn nested() {
            op("a", ()); // interlace: nested_function
        }
        nested();
        deeper::function();
    }

    mod deeper {
        pub(super) fn function() {
            super::op("b", ()); // interlace: nested_module
        }
    }
}

#[test]
fn a_module_has_markers_in_everything_inside() {
    let expected = "<nested_function> a <nested_module> b";
    assert_eq!(log(inner::outer_function), expected);
}

struct Annotated;

#[interlace::trace(crate = crate::fake)]
impl Annotated {
    #[interlace::trace(crate = crate::fake)]
    fn twice(&self) {
        op("a", ()); // interlace: once
    }

    #[interlace::trace(crate = crate::fake)]
    fn loops(&self) {
        // interlace: rounds
        while op("b", false) {}
    }
}

#[test]
fn an_attribute_inside_another_adds_no_second_marker() {
    assert_eq!(log(|| Annotated.twice()), "<once> a");
    assert_eq!(log(|| Annotated.loops()), "<rounds> b");
}

struct Methods;

impl Methods {
    #[interlace::trace(crate = crate::fake)]
    fn method(&self) {
        op("a", ()); // interlace: one_method
    }

    #[cfg_attr(test, interlace::trace(crate = crate::fake))]
    #[inline]
    fn conditionally(&self) {
        op("b", ()); // interlace: under_cfg_attr
    }
}

#[test]
fn the_attribute_works_on_a_single_method_and_under_cfg_attr() {
    assert_eq!(log(|| Methods.method()), "<one_method> a");
    assert_eq!(log(|| Methods.conditionally()), "<under_cfg_attr> b");
}

#[test]
#[interlace::trace(crate = crate::fake)]
fn below_the_test_attribute() {
    let noted = log(|| {
        op("a", ()); // interlace: below
    });
    assert_eq!(noted, "<below> a");
}

#[interlace::trace(crate = crate::fake)]
#[test]
fn above_the_test_attribute() {
    let noted = log(|| {
        op("a", ()); // interlace: above
    });
    assert_eq!(noted, "<above> a");
}

#[interlace::trace(crate = crate::fake)]
fn around_a_const_fn() {
    const fn constant() -> u32 {
        1
    }
    op("a", constant()); // interlace: outside
}

#[interlace::trace(crate = crate::fake)]
extern "C" fn foreign<'a, const N: usize>(x: &'a [u32; N]) -> &'a u32 {
    &x[op("a", N - 1)] // interlace: generic
}

#[test]
fn what_cannot_be_marked_may_lie_in_what_is() {
    assert_eq!(log(around_a_const_fn), "<outside> a");
}

#[test]
fn any_signature_will_do() {
    let body = || assert_eq!(*foreign(&[1, 2]), 2);
    assert_eq!(log(body), "<generic> a");
}
