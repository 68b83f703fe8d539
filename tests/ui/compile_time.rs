//! Code that runs at compile time cannot pause.

#[interlace::trace]
mod inner {
    pub const fn constant(x: u32) -> u32 {
        x + 1 // interlace: in_const_fn
    }

    pub fn block() -> u32 {
        const {
            1 // interlace: in_const_block
        }
    }
}

fn main() {
    inner::constant(inner::block());
}
