//! Match arms, `else if` and `else`.

use crate::{log, op};

#[interlace::trace(crate = crate::fake)]
fn arms(which: u32) -> u32 {
    match which {
        0 => op("a", 0), // interlace: without_braces
        1 => {
            op("b", 1) // interlace: statement_in_an_arm
        }
        // interlace: own_line
        2 | 3 => op("c", 2),
        // interlace: arm_with_braces
        4 => op("d", 4),
        _ if op("guard", which) == 5 => op("e", 5), // interlace: guarded
        _ => return op("f", 6),                     // interlace: diverging
    }
}

#[test]
fn a_comment_on_an_arm_gates_its_body() {
    let of = |which| log(|| _ = arms(which));
    assert_eq!(of(0), "<without_braces> a");
    assert_eq!(of(1), "<statement_in_an_arm> b");
    assert_eq!(of(3), "<own_line> c");
    assert_eq!(of(4), "<arm_with_braces> d");
    assert_eq!(of(5), "guard <guarded> e");
    assert_eq!(of(6), "guard <diverging> f");
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn long_arms(which: Option<u32>) -> u32 {
    match which {
        Some(0)
        | Some(1) // interlace: alternative
            => op("a", 0),
        Some(2) =>
            op("b", 2), // interlace: body_on_its_own_line
        Some(3) => { // interlace: brace
            let x = op("c", 3);
            x
        }
        Some(n)
            if n > 4 =>
        { // interlace: brace_behind_a_guard
            op("d", n)
        }
        Some(_) => if op("e", true) { op("f", 1) } else { 2 } // interlace: block_like
        None => match op("g", ()) { () => op("h", 0) } // interlace: nested_match
    }
}

#[test]
fn every_line_of_an_arm_belongs_to_it() {
    let of = |which| log(|| _ = long_arms(which));
    assert_eq!(of(Some(1)), "<alternative> a");
    assert_eq!(of(Some(2)), "<body_on_its_own_line> b");
    assert_eq!(of(Some(3)), "<brace> c");
    assert_eq!(of(Some(7)), "<brace_behind_a_guard> d");
    assert_eq!(of(Some(4)), "<block_like> e f");
    assert_eq!(of(None), "<nested_match> g h");
}

#[interlace::trace(crate = crate::fake)]
fn arms_are_temporary_scopes(which: Option<&str>) -> usize {
    let text: &String = match which {
        Some(text) => &text.to_owned(), // interlace: extended
        None => &String::new(),
    };
    text.len()
}

#[test]
fn a_temporary_of_an_arm_is_extended_as_before() {
    let body = || assert_eq!(arms_are_temporary_scopes(Some("ab")), 2);
    assert_eq!(log(body), "<extended>");
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn chain(which: u32) -> u32 {
    if op("a", which) == 0 {
        0
    } else if op("b", which) == 1 { // interlace: second
        op("c", 1)
    }
    // interlace: third
    else if let 2 = op("d", which) {
        2
    } else { // interlace: last
        op("e", 3)
    }
}

#[test]
fn else_if_is_gated_before_its_condition_and_else_before_its_first_statement() {
    let of = |which| log(|| assert_eq!(chain(which), which));
    assert_eq!(of(0), "a");
    assert_eq!(of(1), "a <second> b c");
    assert_eq!(of(2), "a <second> b <third> d");
    assert_eq!(of(3), "a <second> b <third> d <last> e");
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn chains_elsewhere(which: bool) -> u32 {
    let x = if op("a", which) {
        1
    } else if op(
        "b",
        which // interlace: second_line
    ) {
        2
    } else
    { // interlace: brace_of_else
        op("c", 3)
    };
    op("d", if which { x } else { x }) // interlace: whole
}

#[test]
fn else_in_the_middle_of_an_expression_is_gated_too() {
    let of = |which| log(|| _ = chains_elsewhere(which));
    assert_eq!(of(true), "a <whole> d");
    assert_eq!(of(false), "a <second_line> b <brace_of_else> c <whole> d");
}

#[interlace::trace(crate = crate::fake)]
fn chain_holds_its_guard(lock: &std::sync::Mutex<u32>) -> bool {
    if *lock.lock().unwrap() == 1 {
        lock.try_lock().is_ok()
    } else if *lock.lock().unwrap() == 2 {
        // interlace: in_second
        lock.try_lock().is_ok()
    } else if let 3 = *lock.lock().unwrap() {
        // interlace: if_let
        lock.try_lock().is_ok()
    } else {
        unreachable!()
    }
}

#[test]
fn a_guard_in_a_condition_is_held_as_long_as_before() {
    let of = |value| chain_holds_its_guard(&std::sync::Mutex::new(value));
    assert_eq!((of(1), of(2), of(3)), (true, true, false));
}
