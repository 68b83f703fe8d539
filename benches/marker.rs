//! What a marker costs where no run controls the thread: in code that is built with markers and is
//! called from an ordinary test.
//!
//! Three pairs take turns: an empty loop body and one with a marker; the same with a marker that says
//! what it gates; a small function, and the same under `trace`. Each is measured in nanoseconds an iteration, and a pair is compared round by
//! round. `cargo bench --bench marker`; with `-- --test` it runs once and small, to show that it
//! works.

use std::hint::black_box;
use std::time::Instant;

use interlace::marker;

const ROUNDS: usize = 25;

fn empty_body(iterations: u32) {
    for iteration in 0..iterations {
        black_box(iteration);
    }
}

fn marker_in_the_body(iterations: u32) {
    for iteration in 0..iterations {
        marker!("iteration");
        black_box(iteration);
    }
}

fn declaring_marker_in_the_body(iterations: u32) {
    for iteration in 0..iterations {
        marker!("iteration", reads(iteration), writes("log"));
        black_box(iteration);
    }
}

/// A plain comment, as in a production build.
#[cfg_attr(any(), interlace::trace)]
#[inline(never)]
fn untraced(number: u32) -> u32 {
    let half = number / 2; // interlace: halve
    half + number // interlace: add
}

#[interlace::trace]
#[inline(never)]
fn traced(number: u32) -> u32 {
    let half = number / 2; // interlace: halve
    half + number // interlace: add
}

fn untraced_calls(iterations: u32) {
    for iteration in 0..iterations {
        black_box(untraced(black_box(iteration)));
    }
}

fn traced_calls(iterations: u32) {
    for iteration in 0..iterations {
        black_box(traced(black_box(iteration)));
    }
}

/// Nanoseconds an iteration.
fn time(run: fn(u32), iterations: u32) -> f64 {
    let since = Instant::now();
    run(black_box(iterations));
    since.elapsed().as_secs_f64() * 1e9 / f64::from(iterations)
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn compare(name: &str, without: fn(u32), with: fn(u32), rounds: usize, iterations: u32) {
    let (mut plain, mut marked, mut difference) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (one, other) = (time(without, iterations), time(with, iterations));
        plain.push(one);
        marked.push(other);
        difference.push(other - one);
    }
    println!(
        "{name:24} {:7.3} {:7.3} {:+10.3}",
        median(&mut plain),
        median(&mut marked),
        median(&mut difference),
    );
}

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let (rounds, iterations) = if is_test {
        (1, 1000)
    } else {
        (ROUNDS, 20_000_000)
    };
    println!("ns an iteration, median of {rounds} rounds of {iterations}:");
    println!(
        "{:24} {:>7} {:>7} {:>10}",
        "", "without", "with", "difference"
    );
    compare(
        "one marker!",
        empty_body,
        marker_in_the_body,
        rounds,
        iterations,
    );
    compare(
        "one that says reads(…)",
        empty_body,
        declaring_marker_in_the_body,
        rounds,
        iterations,
    );
    compare(
        "two comments, traced",
        untraced_calls,
        traced_calls,
        rounds,
        iterations,
    );
}
