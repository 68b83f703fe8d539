//! All mistakes of an item are reported, and the item itself stays usable.

#[interlace::trace]
fn several(x: u32) -> u32 {
    // interlace: 1st
    if x > 0 {
        return 1;
    } // interlace: nothing
    x
}

fn main() {
    let _: u32 = several(1);
}

struct Nested;

#[interlace::trace]
impl Nested {
    #[interlace::trace]
    fn reported_once(x: u32) {
        drop(x);
    } // interlace: nothing
}
