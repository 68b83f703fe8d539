//! A path that does not lead to the crate is the attribute's fault.

#[interlace::trace(crate = crate::nowhere)]
fn renamed() {
    drop(1); // interlace: read
}

fn main() {
    renamed();
}
