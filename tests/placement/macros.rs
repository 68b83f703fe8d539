//! Functions made by `macro_rules!`, and macro calls in functions.

use crate::{log, op};

macro_rules! define {
    ($name:ident, $ty:ty, $value:expr) => {
        #[interlace::trace(crate = crate::fake)]
        fn $name() -> $ty {
            let x = $value; // interlace: in_the_definition
            // interlace: own_line
            op(stringify!($name), x)
        }
    };
}

define!(first, u32, op("a", 1));
define!(second, u64, op("b", 2));

#[test]
fn a_definition_may_hold_markers_for_every_function_it_makes() {
    assert_eq!(
        log(|| _ = first()),
        "<in_the_definition> a <own_line> first"
    );
    assert_eq!(
        log(|| _ = second()),
        "<in_the_definition> b <own_line> second"
    );
}

macro_rules! with_body {
    ($name:ident $body:block) => {
        #[interlace::trace(crate = crate::fake)]
        fn $name() $body
    };
}

with_body!(given_a_block {
    op("a", ()); // interlace: in_the_block
});

macro_rules! with_item {
    ($item:item) => {
        #[interlace::trace(crate = crate::fake)]
        $item
    };
}

with_item! {
    fn given_an_item() {
        // interlace: in_the_item
        op("b", ());
    }
}

macro_rules! with_tokens {
    ($name:ident { $($tokens:tt)* }) => {
        #[interlace::trace(crate = crate::fake)]
        fn $name() {
            op("before", ()); // interlace: definition
            $($tokens)*
            op("after", ()); // interlace: definition_again
        }
    };
}

with_tokens!(given_tokens {
    // interlace: leading
    op("c", ());
    op("d", ()); // interlace: between

    // interlace: own_line
    op("e", ());
    op("f", ()); // interlace: trailing
});

#[test]
fn what_a_macro_was_given_may_hold_markers() {
    assert_eq!(log(given_a_block), "<in_the_block> a");
    assert_eq!(log(given_an_item), "<in_the_item> b");
    assert_eq!(
        log(given_tokens),
        "<definition> before <leading> c <between> d <own_line> e <trailing> f \
         <definition_again> after"
    );
}

macro_rules! with_repetition {
    ($ty:ident { $($name:ident => $value:expr),* $(,)? }) => {
        struct $ty(u32);

        #[interlace::trace(crate = crate::fake)]
        impl $ty {
            $(
                fn $name(&self) {
                    op(stringify!($name), self.0); // interlace: repeated
                    while op("cond", $value) == 0 {} // interlace: header
                }
            )*
            fn all(&self) {
                $( self.$name(); )* // interlace: all_of_them
            }
        }
    };
}

with_repetition!(Repeated { one => 1, two => 2 });

#[test]
fn a_marker_in_a_repetition_is_in_each_of_its_copies() {
    let one = "<repeated> one <header> cond";
    let two = "<repeated> two <header> cond";
    assert_eq!(
        log(|| Repeated(1).all()),
        format!("<all_of_them> {one} <all_of_them> {two}")
    );
}

macro_rules! with_object {
    ($cell:ident, $body:expr) => {
        #[interlace::trace(crate = crate::fake)]
        fn starts_with_what_was_given($cell: &std::cell::Cell<u32>) -> u32 {
            $cell.set(op("set", 2)); // interlace: set
            $cell.get() // interlace: get
                + $body
        }
    };
}

with_object!(cell, {
    op("a", ()); // interlace: expression
    1
});

#[test]
fn a_statement_may_start_with_what_the_macro_was_given() {
    let cell = std::cell::Cell::new(1);
    let body = || assert_eq!(starts_with_what_was_given(&cell), 3);
    assert_eq!(log(body), "<set> set <get> <expression> a");
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn calls() {
    assert_eq!(op("a", 1), 1); // interlace: assertion
    assert_eq!(
        op("b", 1), // interlace: second_line
        1,
    );
    let all = vec![
        // interlace: own_line
        op("c", 1),
        op("d", 2),
    ];
    assert!(all.iter().all(|x| { *x > 0 }), "{}", op("never", 1)); // interlace: braces_on_one_line
    thread_local! { static X: u32 = const { 1 }; } // interlace: first_line_of_braces
    println!("{}", X.with(|x| op("e", *x)));
}

#[test]
fn a_macro_call_is_a_statement() {
    assert_eq!(
        log(calls),
        "<assertion> a <second_line> b <own_line> c d <braces_on_one_line> \
         <first_line_of_braces> e"
    );
}
