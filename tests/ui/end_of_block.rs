//! A comment with no code after it in its braces gates nothing.

#[interlace::trace]
fn own_line(x: u32) {
    if x > 0 {
        drop(x);
        // interlace: last_in_if
    }
    {
        // interlace: in_empty_block
    }
    match x {
        _ => {}
        // interlace: after_the_arms
    }
    // interlace: last_in_function
}

fn main() {}
