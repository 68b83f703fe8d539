//! The attribute goes on what has a body.

#[interlace::trace]
struct Counter(u32);

#[interlace::trace]
static LIMIT: u32 = 1;

trait Shape {
    #[interlace::trace]
    fn area(&self) -> u32;
}

fn main() {
    drop(Counter(LIMIT).0);
}
