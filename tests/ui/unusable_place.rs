//! The evaluation of a place borrows like any other code.

fn main() {
    let later: u32;
    interlace::marker!("unset", reads(later));
    let mut values = vec![1];
    let first = &mut values[0];
    interlace::marker!("borrowed", reads(values));
    *first = 2;
    drop(values);
    interlace::marker!("moved", writes(values[0]));
}
