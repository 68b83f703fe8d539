//! Expressions over several lines: a comment gates the operand on its own line.

use crate::{log, op};

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn both(a: bool, b: bool) -> bool {
    op("a", a)
        && op("b", b) // interlace: second
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn either(a: bool, b: bool, c: bool) -> bool {
    if op("a", a) || // interlace: statement
        op("b", b) || // interlace: behind_the_operator
        // interlace: own_line
        op("c", c)
    {
        return true;
    }
    false
}

#[test]
fn the_right_operand_of_a_lazy_operator_is_gated_when_it_is_evaluated() {
    let of = |a, b| log(|| assert_eq!(both(a, b), a && b));
    assert_eq!(of(true, true), "a <second> b");
    assert_eq!(of(true, false), "a <second> b");
    assert_eq!(of(false, true), "a");

    let of = |a, b, c| log(|| assert_eq!(either(a, b, c), a || b || c));
    assert_eq!(of(true, true, true), "<statement> a");
    assert_eq!(
        of(false, true, true),
        "<statement> a <behind_the_operator> b"
    );
    assert_eq!(
        of(false, false, true),
        "<statement> a <behind_the_operator> b <own_line> c"
    );
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn nested(a: bool, b: bool, c: bool, d: bool) -> bool {
    let all = (op("a", a)
        || op("b", b) && // interlace: b_and_c
            op("c", c)) // interlace: c
        && [d].iter().any(|d| op("d", *d)); // interlace: d
    all
}

#[test]
fn of_nested_operands_the_one_that_starts_the_line_is_gated() {
    let of = |a, b, c| log(|| assert_eq!(nested(a, b, c, true), a || b && c));
    assert_eq!(of(true, false, false), "a <d> d");
    assert_eq!(of(false, true, true), "a <b_and_c> b <c> c <d> d");
    assert_eq!(of(false, false, true), "a <b_and_c> b");
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn chain(value: Option<u32>, least: u32) -> u32 {
    if let Some(value) = op("a", value)
        && op("b", value) > least // interlace: b
        && let Some(half) = op("c", value).checked_div(2) // interlace: c
    {
        return half;
    }
    let mut left = 2;
    while let Some(next) = op("d", Some(left))
        && op("e", next) > 0 // interlace: e
    {
        left -= 1;
    }
    left
}

#[test]
fn operands_of_let_chains_are_gated_whether_they_bind_or_not() {
    let of = |value, least, result| log(|| assert_eq!(chain(value, least), result));
    assert_eq!(of(Some(4), 3, 2), "a <b> b <c> c");
    assert_eq!(of(Some(4), 4, 0), "a <b> b d <e> e d <e> e d <e> e");
    assert_eq!(of(None, 4, 0), "a d <e> e d <e> e d <e> e");
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn everywhere(values: &[u32]) -> u32 {
    let found = values.iter().any(|value| op("a", *value) == 1
        && op("b", true)); // interlace: in_a_closure
    match values.len() {
        1 if op("c", found)
            && op("d", true) // interlace: in_a_guard
            => 1,
        _ => 2,
    }
}

#[test]
fn operands_in_closures_and_guards_are_gated_too() {
    let of = |values: &[u32]| log(|| _ = everywhere(values));
    assert_eq!(of(&[1]), "a <in_a_closure> b c <in_a_guard> d");
    assert_eq!(of(&[2]), "a c");
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn operands_hold_their_guards(lock: &std::sync::Mutex<u32>) -> bool {
    let is_free = *lock.lock().unwrap() == 1
        && *lock.lock().unwrap() == 1 // interlace: dropped_with_the_operand
        && lock.try_lock().is_ok();
    if is_free
        && let 1 = *lock.lock().unwrap() // interlace: held_by_the_chain
        && lock.try_lock().is_err()
    {
        return lock.try_lock().is_err();
    }
    false
}

#[test]
fn a_guard_in_an_operand_is_held_as_long_as_before() {
    let body = || assert!(operands_hold_their_guards(&std::sync::Mutex::new(1)));
    assert_eq!(log(body), "<dropped_with_the_operand> <held_by_the_chain>");
}

struct Cell {
    value: std::cell::Cell<u32>,
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
impl Cell {
    fn nothing_is_evaluated_before(&self, add: u32) -> u32 {
        self.value
            .set(op("a", 1)); // interlace: first_call
        let sum =
            op("b", 1) + op("c", 2); // interlace: initializer
        let more = add
            + op("d", sum); // interlace: after_a_local
        let both = (
            "text", &self.value, -1,
            op("e", more), // interlace: after_constants
        );
        println!(
            "{} {}",
            op("f", both.3), // interlace: argument_of_a_macro
            both.2,
        );
        let mut sum = 0;
        sum +=
            op("g", 1); // interlace: assigned
        sum
    }
}

#[test]
fn a_line_before_which_nothing_was_evaluated_is_gated_by_the_statement() {
    let cell = Cell { value: 0.into() };
    assert_eq!(
        log(|| _ = cell.nothing_is_evaluated_before(1)),
        "<first_call> a <initializer> b c <after_a_local> d <after_constants> e \
         <argument_of_a_macro> f <assigned> g"
    );
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn blocks() -> (u32, u32) {
    (
        op("a", 1),
        {
            op("b", 2) // interlace: in_a_block
        },
    )
}

#[test]
fn a_later_operand_can_be_put_in_a_block() {
    assert_eq!(log(|| assert_eq!(blocks(), (1, 2))), "a <in_a_block> b");
}
