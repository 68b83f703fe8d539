//! What was probably meant as a marker, but is none.

#[interlace::trace]
fn near_misses(x: u32) {
    drop(x); // interlace read
    drop(x); // interlace read reads(x)
    drop(x); // Interlace: read
    drop(x); // INTERLACE:read
    drop(x); // interlace : read
    drop(x); /* interlace: read */
    // interlace read-x
    drop(x);
    /** interlace: read */
    drop(x);
    /// interlace: read
    fn documented() {}
    documented();
}

fn main() {}
