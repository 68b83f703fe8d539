//! Generated code passes the strictest lints of the crate it is in. `cargo clippy` checks this
//! file with Clippy's too.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused, unused_qualifications, unreachable_pub)]
#![deny(
    unused_results,
    single_use_lifetimes,
    let_underscore_drop,
    tail_expr_drop_order
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    clippy::absolute_paths,
    clippy::let_underscore_untyped,
    clippy::unwrap_used
)]
#![deny(clippy::semicolon_inside_block, clippy::let_underscore_must_use)]
#![deny(
    clippy::shadow_unrelated,
    clippy::shadow_same,
    clippy::same_name_method
)]

use std::future::ready;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

struct Counter {
    value: AtomicU32,
    lock: Mutex<()>,
}

#[interlace::trace]
impl Counter {
    fn all(&self, items: &[u32]) -> u32 {
        let x = self.value.load(SeqCst); // interlace: read reads(self.value)
        self.value.store(x + 1, SeqCst); // interlace: write writes(self.value, *items)
        // interlace: while reads(&items[0], self.value.as_ptr()) writes("row 7")
        while self.value.load(SeqCst) > 1 {
            self.value.store(1, SeqCst);
        }
        // interlace: for reads(items[0]) acquires(self.lock)
        for item in items {
            self.value.store(*item, SeqCst);
        }
        let sum = items
            .iter()
            .map(|item| item + 1) // interlace: closure
            .sum();
        match sum {
            0 => return 0, // interlace: arm
            _ if x > 1 => self.value.store(x, SeqCst),
            _ => {} // interlace: empty_arm
        }
        if x == 1
            // interlace: operand
            && sum > 0
        {
            1
        }
        // interlace: else_if
        else if x == 2 {
            2
        } else {
            sum // interlace: tail
        }
    }

    async fn wait(&self) -> u32 {
        let value = ready(self.value.load(SeqCst)).await; // interlace: await
        if let Some(less) = value.checked_sub(1)
            // interlace: let_operand
            && let Some(least) = less.checked_sub(1)
            && (least == 1
                // interlace: or_operand
                || least == value)
        {
            return 0;
        }
        value
    }
}

#[test]
fn the_code_runs_as_it_would_without_markers() {
    let counter = Counter {
        value: AtomicU32::new(1),
        lock: Mutex::new(()),
    };
    assert_eq!(counter.all(&[1]), 1);
    interlace::marker!("end", reads(counter.value), writes(counter.value, counter));
    interlace::marker!("nothing", reads());
    interlace::marker!("take", acquires(counter.lock), writes("row 7"));
    drop(counter.wait());
}
