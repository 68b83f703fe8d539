//! Code that another macro made has no source text.

#[interlace_other_macros::remake]
#[interlace::trace]
fn made_by_a_macro(x: u32) {
    drop(x); // interlace: lost
}

#[interlace_other_macros::flatten]
#[interlace::trace]
fn last_of_moved(x: u32) {
    drop(x);
    // interlace: after_the_last
}

fn main() {
    made_by_a_macro(1);
    last_of_moved(1);
}
