//! Attributes of other crates that have rewritten the function first.

use interlace_other_macros::{flatten, wrap};

use crate::{log, op};

#[wrap]
#[interlace::trace(crate = crate::fake)]
fn wrapped() {
    op("a", ()); // interlace: first
    // interlace: own_line
    op("b", ());
}

#[interlace::trace(crate = crate::fake)]
#[wrap]
fn wrapped_later() {
    op("a", ()); // interlace: first
}

#[rustfmt::skip]
#[wrap]
#[interlace::trace(crate = crate::fake)]
fn on_one_line() { op("a", ()) } // interlace: inside

#[test]
fn a_body_that_was_wrapped_keeps_its_markers() {
    assert_eq!(log(wrapped), "<first> a <own_line> b");
    assert_eq!(log(wrapped_later), "<first> a");
    assert_eq!(log(on_one_line), "<inside> a");
}

#[flatten]
#[interlace::trace(crate = crate::fake)]
fn flattened() {
    // interlace: leading
    op("a", ());
    op("b", ()); // interlace: inline

    // interlace: own_line
    if op("c", true) {
        op("d", ()); // interlace: nested
    }
    op("e", ()); // interlace: trailing
}

#[flatten]
#[interlace::trace(crate = crate::fake)]
fn flattened_without_braces() {
    op("a", ()); // interlace: only
}

#[test]
fn statements_that_were_moved_keep_their_markers() {
    assert_eq!(
        log(flattened),
        "<leading> a <inline> b <own_line> c <nested> d <trailing> e"
    );
    assert_eq!(log(flattened_without_braces), "<only> a");
}
