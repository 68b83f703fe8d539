//! A nested item is no operation.

#[interlace::trace]
fn outer() {
    // interlace: before_a_function
    fn nested() {}

    struct Inner {
        field: u32, // interlace: on_a_field
    }

    fn long(
        x: u32, // interlace: in_a_signature
    ) {
        drop(x);
    }

    nested();
    long(Inner { field: 1 }.field);
}

fn main() {}
