//! Only the macro knows what is an operation in its braces.

macro_rules! select {
    ($($tokens:tt)*) => {
        $($tokens)*
    };
}

#[interlace::trace]
fn call(x: u32) {
    select! {
        drop(x); // interlace: in_braces
        // interlace: own_line
        drop(x);
    }
    assert!(Some(x).is_some_and(|x| {
        x > 0 // interlace: in_a_closure
    }));
    macro_rules! inner {
        () => {
            drop(1); // interlace: in_a_definition
        };
    }
    inner!();
}

fn main() {}
