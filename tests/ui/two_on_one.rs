//! Two markers on one operation.

#[interlace::trace]
fn twice(x: u32) {
    // interlace: first
    drop(x); // interlace: second

    // interlace: third
    // interlace: fourth
    drop(x);

    drop(
        x, // interlace: fifth
    ); // interlace: sixth

    // interlace: seventh
    while x > 9 // interlace: eighth
    {}
}

fn main() {}
