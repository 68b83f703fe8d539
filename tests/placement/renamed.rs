//! The crate may go by another name, and `core` and `std` may be shadowed.

mod inner {
    pub(crate) mod tool {
        pub(crate) use interlace::__private;
    }
}

mod std {}
mod core {}

#[interlace::trace(crate = inner::tool)]
fn traced() -> u32 {
    static SITE: u32 = 1;
    // interlace: items reads(SITE)
    for _ in 0..SITE {}
    interlace::marker!("explicit", reads(SITE));
    SITE // interlace: read
}

#[test]
fn neither_another_name_nor_shadowed_crates_are_in_the_way() {
    assert_eq!(traced(), 1);
}
