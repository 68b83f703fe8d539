//! Generated code passes the strictest lints of its crate.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused, unused_qualifications, unreachable_pub)]
#![deny(single_use_lifetimes, trivial_casts, unused_results, variant_size_differences)]
#![deny(let_underscore_drop, tail_expr_drop_order, if_let_rescope)]
#![allow(unknown_lints)]

use std::cell::Cell;

struct Counter {
    value: Cell<u32>,
}

#[interlace::trace]
impl Counter {
    fn all(&self, items: &[u32]) -> u32 {
        let x = self.value.get(); // interlace: read reads(self.value)
        self.value.set(x); // interlace: write writes(self.value)
        // interlace: while
        while self.value.get() > 0 {
            self.value.set(0);
        }
        // interlace: for
        for item in items {
            self.value.set(*item);
        }
        // interlace: closure_call
        let sum = items
            .iter()
            .map(|item| item + 1) // interlace: closure
            .sum();
        match sum {
            0 => return 0, // interlace: arm
            _ if x > 1 => (),
            _ => {}
        }
        if x == 1 {
            1
        } else if x == 2 { // interlace: else_if
            2
        } else { // interlace: else
            sum
        }
    }
}

fn main() {
    let counter = Counter { value: Cell::new(1) };
    assert_eq!(counter.all(&[1]), 1);
    interlace::marker!("end", reads(counter.value, counter), writes(counter.value),);
}
