//! The only argument is the crate's path.

#[interlace::trace(name = "x")]
fn named() {}

#[interlace::trace(crate = a::b, c)]
fn two() {}

fn main() {}
