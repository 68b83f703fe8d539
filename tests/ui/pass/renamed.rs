//! The crate may go by another name, and `core` and `std` may be shadowed.

mod inner {
    pub mod tool {
        pub use interlace::__private;
    }
}

mod std {}
mod core {}

#[interlace::trace(crate = inner::tool)]
fn traced() -> u32 {
    const SITE: u32 = 1;
    // interlace: items reads(SITE)
    for _ in 0..SITE {}
    interlace::marker!("explicit", reads(SITE));
    SITE // interlace: read
}

fn main() {
    assert_eq!(traced(), 1);
}
