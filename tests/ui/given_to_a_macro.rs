//! A line of which a macro was given everything cannot be told from others.

macro_rules! define {
    ($name:ident, $value:expr) => {
        #[interlace::trace]
        fn $name() -> u32 {
            drop(1);
            $value // interlace: all_given
        }
    };
}

define!(one, 1 + 1);

fn main() {
    one();
}
