//! An `else` with nothing in it has nothing to gate.

#[interlace::trace]
fn empty(x: u32) {
    if x > 0 {
        drop(x);
    } else { // interlace: nothing
    }
}

fn main() {}
