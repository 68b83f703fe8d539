//! What an access costs in an instrumented build: on a thread that no run controls, and at a point, where the
//! turn stays with the thread or goes to another. And how many executions a worker makes.
//!
//! Each in nanoseconds of the processor's time, and relative to a marker and to a loop of multiplications that
//! wait for each other, which are measured in the same rounds: the machine may have much else to do.
//! `cargo interlace run --release --example instrumented`, in a crate of its own (docs/measurements.md); with `-- 1`
//! in one round, to show that it works. Without `cargo interlace`, an access is no point, and costs what it is.

use std::array;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use interlace::{Engine, Explorer, Repeats, Strategy, marker};

const POINTS: usize = 900;

static VALUE: AtomicUsize = AtomicUsize::new(0);

/// The time that this process has had of processors, in nanoseconds. There are instrumented builds on Linux
/// only.
#[cfg(not(target_os = "linux"))]
fn processor_time() -> f64 {
    f64::NAN
}

/// The time that this process has had of processors, in nanoseconds.
#[cfg(target_os = "linux")]
#[allow(
    unsafe_code,
    clippy::cast_precision_loss,
    reason = "a call of C; few nanoseconds"
)]
fn processor_time() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the call fills in the time.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// The time of `body`, which does something `count` times, for each of those.
#[allow(clippy::cast_precision_loss, reason = "not many")]
fn each(count: usize, body: impl FnOnce()) -> f64 {
    let begin = processor_time();
    body();
    (processor_time() - begin) / count as f64
}

fn multiplications() -> f64 {
    const COUNT: usize = 1_000_000;
    let mut product = 3_usize;
    let time = each(COUNT, || {
        for number in 0..COUNT {
            product = product.wrapping_mul(product | 1) ^ number;
        }
    });
    black_box(product);
    time
}

fn uncontrolled(access: fn()) -> f64 {
    const COUNT: usize = 1_000_000;
    each(COUNT, || (0..COUNT).for_each(|_| access()))
}

/// Draws this many executions.
fn draw(explorer: Explorer<()>, schedules: u64) {
    let explorer = explorer
        .engine(Engine::Fibers)
        .repeats(Repeats::Never)
        .workers(1);
    let report = explorer.strategy(Strategy::Random { schedules }).explore();
    assert!(report.error().is_none(), "{report}");
}

fn add(times: usize) {
    for _ in 0..times {
        VALUE.fetch_add(1, SeqCst);
    }
}

fn lost_update() {
    VALUE.store(0, SeqCst);
    let threads: [_; 3] = array::from_fn(|_| {
        thread::spawn(|| {
            let value = VALUE.load(SeqCst);
            VALUE.store(value + 1, SeqCst);
        })
    });
    for thread in threads {
        thread.join().expect("it does not panic");
    }
}

fn points(schedules: u64, explorer: Explorer<()>) -> f64 {
    let explorer = explorer.max_steps(POINTS * 2);
    let count = usize::try_from(schedules).expect("few") * POINTS;
    each(count, || draw(explorer, schedules))
}

/// What is measured, by name, in nanoseconds.
type Measured = (&'static str, fn() -> f64);

const MEASURED: [Measured; 8] = [
    ("a multiplication", multiplications),
    ("a marker", || {
        let body = || (0..POINTS).for_each(|_| marker!("here"));
        points(300, Explorer::model(body))
    }),
    ("uncontrolled load", || {
        uncontrolled(|| {
            black_box(VALUE.load(SeqCst));
        })
    }),
    ("uncontrolled store", || {
        uncontrolled(|| VALUE.store(1, SeqCst))
    }),
    ("uncontrolled fetch_add", || {
        uncontrolled(|| {
            VALUE.fetch_add(1, SeqCst);
        })
    }),
    ("a point", || points(300, Explorer::model(|| add(POINTS)))),
    ("one of two threads' points", || {
        let half = |&(): &()| add(POINTS / 2);
        let explorer = Explorer::new(|| ()).thread("a", half).thread("b", half);
        points(300, explorer)
    }),
    ("lost update × 3, spawned", || {
        each(3000, || draw(Explorer::model(lost_update), 3000))
    }),
];

fn main() {
    let rounds = std::env::args().nth(1).map_or(9, |it| {
        it.parse().expect("the argument is how many rounds to run")
    });
    let mut least = [f64::MAX; MEASURED.len()];
    for _ in 0..rounds {
        for (least, (_, measure)) in least.iter_mut().zip(MEASURED) {
            *least = least.min(measure());
        }
    }
    println!(
        "{:28} {:>10} {:>12} {:>10}",
        "", "ns", "/ multiply", "/ marker"
    );
    for (time, (name, _)) in least.iter().zip(MEASURED) {
        let [by_multiplication, by_marker] = [least[0], least[1]].map(|base| time / base);
        println!("{name:28} {time:10.1} {by_multiplication:12.2} {by_marker:10.3}");
    }
}
