//! Statements: on one line, over several, nested, and as the tail of a block.

use crate::{log, op};

#[interlace::trace(crate = crate::fake)]
fn lines() -> u32 {
    op("a", ()); // interlace: same_line
    // interlace: own-line

    // An ordinary comment and a blank line do not matter.
    op("b", ());
    let x = op("c", 1); // interlace: let.statement
    // interlace: tail_expression
    x + op("d", 1)
}

#[test]
fn a_comment_gates_the_statement_of_its_line_or_of_the_next() {
    let expected = "<same_line> a <own-line> b <let.statement> c <tail_expression> d";
    assert_eq!(log(|| assert_eq!(lines(), 2)), expected);
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn long() {
    drop((
        op("a", ()), // interlace: argument
        op("b", ()),
    ));
    drop((
        // interlace: own_line_among_arguments
        op("c", ()),
        op("d", ()),
    ));
    op(
        "e",
        (),
    ); // interlace: last_line
    Some(op(
        "f",
        (),
    // interlace: before_the_closing_parenthesis
    ))
    .unwrap();
    let text = "two
        lines"; _ = op("g", text); // interlace: ends_a_literal_but_starts_another
}

#[test]
fn a_line_on_which_nothing_starts_belongs_to_its_statement() {
    assert_eq!(
        log(long),
        "<argument> a b <own_line_among_arguments> c d <last_line> e \
         <before_the_closing_parenthesis> f <ends_a_literal_but_starts_another> g"
    );
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn first_of_several() {
    op("a", ()); op("b", ()); // interlace: first
    { op("c", ()); op("d", ()); } // interlace: block
    if op("e", true) { op("f", ()); } // interlace: one_line_if
}

#[test]
fn of_several_statements_on_a_line_the_first_is_gated() {
    assert_eq!(
        log(first_of_several),
        "<first> a b <block> c d <one_line_if> e f"
    );
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn blocks() -> u32 {
    if op("a", true) {
        op("b", ()); // interlace: in_if
    }
    // interlace: before_if
    if op("c", false) {
        op("never", ()); // interlace: never_reached
    }
    {
        // interlace: in_block
        op("d", ());
    }
    let value = {
        op("e", ());
        op("f", 1) // interlace: tail_of_block
    };
    let other = loop { break op("g", 2) }; // interlace: one_line_block
    // interlace: header
    'outer: loop {
        op("h", ());
        break 'outer; // interlace: in_loop
    }
    value + other
}

#[test]
fn statements_of_nested_blocks_are_gated_where_they_stand() {
    assert_eq!(
        log(|| assert_eq!(blocks(), 3)),
        "a <in_if> b <before_if> c <in_block> d e <tail_of_block> f <one_line_block> g \
         <header> h <in_loop>"
    );
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn headers() {
    let x = match op("a", 1) { // interlace: let_match
        1 => op("b", 1),
        _ => 0,
    };
    if op("c", x) == 1 { // interlace: if_header
        op("d", ());
    }
    match op(
        "e",
        x, // interlace: second_line_of_the_header
    ) {
        _ => op("f", ()),
    }
    loop { // interlace: loop_header
        op("g", ());
        break;
    }
}

#[test]
fn a_header_belongs_to_its_statement() {
    assert_eq!(
        log(headers),
        "<let_match> a b <if_header> c d <second_line_of_the_header> e f <loop_header> g"
    );
}

#[interlace::trace(crate = crate::fake)]
fn let_else(value: Option<u32>) -> u32 {
    let Some(value) = op("a", value) else {
        op("b", ()); // interlace: diverging
        return 0;
    };
    value
}

#[interlace::trace(crate = crate::fake)]
#[rustfmt::skip]
fn let_else_line(value: Option<u32>) -> u32 {
    let Some(value) = op("a", value) else { return 0 }; // interlace: whole
    let Some(value) = op(
        "b", Some(value)
    ) else { // interlace: diverging_block
        return op("c", 0);
    };
    value
}

#[test]
fn let_else_is_a_statement_and_its_block_holds_statements() {
    assert_eq!(log(|| assert_eq!(let_else(None), 0)), "a <diverging> b");
    assert_eq!(log(|| assert_eq!(let_else(Some(1)), 1)), "a");
    assert_eq!(log(|| assert_eq!(let_else_line(Some(1)), 1)), "<whole> a b");
}

#[interlace::trace(crate = crate::fake)]
fn conditional() {
    #[cfg(any())]
    op("never", ()); // interlace: not_compiled
    // interlace: above_the_attribute
    #[cfg(test)]
    op("a", ());
    #[allow(unused_variables)]
    let x = op("b", ()); // interlace: below_the_attribute
}

#[test]
fn a_marker_is_compiled_where_its_statement_is() {
    assert_eq!(
        log(conditional),
        "<above_the_attribute> a <below_the_attribute> b"
    );
}

#[interlace::trace(crate = crate::fake)]
fn drops() -> usize {
    let cell = std::cell::RefCell::new(vec![1]);
    cell.borrow_mut().push(2); // interlace: temporary
    let guard = cell.borrow(); // interlace: guard
    let first = &guard[0]; // interlace: borrowed
    assert_eq!(*first, 1);
    guard.len() // interlace: while_borrowed
}

#[test]
fn temporaries_and_borrows_live_as_long_as_without_markers() {
    let expected = "<temporary> <guard> <borrowed> <while_borrowed>";
    assert_eq!(log(|| assert_eq!(drops(), 2)), expected);
}
