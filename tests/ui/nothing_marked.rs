//! An attribute has something to do.

#[interlace::trace]
fn no_comment(counter: u32) -> u32 {
    counter + 1
}

#[interlace::trace]
fn none_that_is_meant_for_it(counter: u32) -> u32 {
    // interlaced: read
    counter + 1
}

fn main() {
    drop(no_comment(none_that_is_meant_for_it(1)));
}
