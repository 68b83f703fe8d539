//! A line with only a closing brace gates nothing.

#[interlace::trace]
fn inline(x: u32) {
    if x > 0 {
        drop(x);
    } // interlace: after_if
    let y = Some(x).map(|x| {
        x + 1
    });
    match y {
        Some(_) => {
            drop(y);
        }, // interlace: after_arm
        None => {}
    }
} // interlace: after_function

fn main() {}
