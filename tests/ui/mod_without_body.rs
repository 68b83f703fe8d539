//! A module in another file has no body to look into.

#[interlace::trace]
mod elsewhere;

fn main() {}
