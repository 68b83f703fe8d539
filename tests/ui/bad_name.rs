//! Bad and missing names, and what may not follow one.

#[interlace::trace]
fn names(x: u32) {
    drop(x); // interlace:
    drop(x); // interlace: 1st
    drop(x); // interlace: read(x)
    drop(x); // interlace: größe→
    drop(x); // interlace: read value
    drop(x); // interlace: read touches(x)
    drop(x); // interlace: read acquires()
    drop(x); // interlace: read reads(x
    drop(x); // interlace: read // and why
}

fn main() {}
