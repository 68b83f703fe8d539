//! `while` and `for`: every evaluation of the header passes the marker.

use crate::{log, op};

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn whiles(rounds: u32) -> u32 {
    let mut left = rounds;
    while op("a", left > 0) { // interlace: condition
        left -= 1;
        op("b", ()); // interlace: body
        if left == 1 {
            continue;
        }
        op("c", ());
    }
    left
}

#[test]
fn a_while_of_two_rounds_passes_its_marker_three_times() {
    assert_eq!(
        log(|| assert_eq!(whiles(2), 0)),
        "<condition> a <body> b <condition> a <body> b c <condition> a"
    );
    assert_eq!(log(|| _ = whiles(0)), "<condition> a");
}

#[interlace::trace(crate = crate::fake)]
fn labels() -> u32 {
    let mut stack = vec![1, 2, 3];
    let mut seen = 0;
    // interlace: pop
    'outer: while let Some(top) = op("pop", stack.pop()) {
        // interlace: chain
        while let Some(next) = stack.last()
            && *next > 1
        {
            seen += next;
            if seen > 1 {
                stack.pop();
                continue 'outer;
            }
        }
        if top == 1 {
            break;
        }
    }
    seen
}

#[test]
fn labels_patterns_chains_and_breaks_work_in_a_gated_while() {
    assert_eq!(
        log(|| assert_eq!(labels(), 2)),
        "<pop> pop <chain> <pop> pop <chain>"
    );
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn whiles_elsewhere(mut left: u32) {
    match left {
        0 => (),
        _ => while op("a", left) > 1 { left -= 1; } // interlace: arm
    }
    let mut again = || while op("b", left) > 0 { left -= 1; }; // interlace: statement
    again();
    while op(
        "c",
        left < 1 // interlace: header_line
    )
    {
        left += 1;
    }
    while op("d", left < 2) { left += 1 } // interlace: one_line
    while op("e", true) { // interlace: diverges
        return;
    }
}

#[test]
fn a_while_in_another_node_is_gated_when_it_is_the_one_meant() {
    assert_eq!(
        log(|| whiles_elsewhere(2)),
        "<arm> a a <statement> b b <header_line> c <header_line> c <one_line> d <one_line> d \
         <diverges> e"
    );
}

#[interlace::trace(crate = crate::fake)]
fn while_holds_its_guard(lock: &std::sync::Mutex<Vec<u32>>) -> u32 {
    let mut held = 0;
    // interlace: while_let
    while let Some(_) = lock.lock().unwrap().pop() {
        held += u32::from(lock.try_lock().is_err());
    }
    // interlace: while_plain
    while lock.lock().unwrap().len() < 2 {
        lock.lock().unwrap().push(0);
    }
    held
}

#[test]
fn a_guard_in_a_while_header_is_held_as_long_as_before() {
    let lock = std::sync::Mutex::new(vec![1, 2]);
    assert_eq!(while_holds_its_guard(&lock), 2);
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn fors(items: &[u32]) -> Option<u32> {
    let mut sum = 0;
    'all: for item in op("items", items) { // interlace: item
        if *item == 0 {
            continue 'all;
        }
        sum += item; // interlace: body
    }
    // interlace: own_line
    for _ in Some(sum)? ..sum + 1 {
        break;
    }
    Some(sum)
}

#[test]
fn a_for_of_two_items_passes_its_marker_three_times() {
    assert_eq!(
        log(|| assert_eq!(fors(&[0, 1]), Some(1))),
        "<item> items <item> <body> <item> <own_line>"
    );
    assert_eq!(log(|| _ = fors(&[])), "<item> items <own_line>");
}

#[interlace::trace(crate = crate::fake)]
fn for_holds_its_guard(lock: &std::sync::Mutex<Vec<u32>>) -> u32 {
    let mut held = 0;
    // interlace: guard
    for _ in lock.lock().unwrap().iter() {
        held += u32::from(lock.try_lock().is_err());
    }
    held
}

#[test]
fn a_guard_in_a_for_header_is_held_to_the_end_and_no_longer() {
    let lock = std::sync::Mutex::new(vec![1, 2]);
    assert_eq!(
        log(|| assert_eq!(for_holds_its_guard(&lock), 2)),
        "<guard> <guard> <guard>"
    );
    assert!(lock.try_lock().is_ok());
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn nested() {
    for i in 0..2 { // interlace: outer
        for _ in 0..i { // interlace: inner
            op("a", ());
        }
        while false {} // interlace: never
    }
}

#[test]
fn loops_nest() {
    assert_eq!(
        log(nested),
        "<outer> <inner> <never> <outer> <inner> a <inner> <never> <outer>"
    );
}
