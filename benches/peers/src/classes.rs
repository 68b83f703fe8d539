//! Searches that run one execution of each class: how many a second, and what that costs for each step.
//!
//! The programs are those of Abdulla, Aronis, Jonsson and Sagonas, "Source Sets" (JACM 2017), whose numbers of
//! classes are known, and the lost update.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Instant;

use interlace::{Engine, Explorer, Repeats, Strategy, marker};

type Cells = Vec<AtomicUsize>;
type Make = fn() -> Explorer<Cells>;

fn read(cell: &AtomicUsize) -> usize {
    marker!("read", reads(cell));
    cell.load(SeqCst)
}

fn write(cell: &AtomicUsize, value: usize) {
    marker!("write", writes(cell));
    cell.store(value, SeqCst);
}

fn cells(count: usize) -> Explorer<Cells> {
    Explorer::new(move || (0..count).map(|_| AtomicUsize::new(0)).collect::<Cells>())
        .repeats(Repeats::Never)
}

/// One writer and n readers of one cell: 2^n classes.
fn readers(n: usize) -> Explorer<Cells> {
    let writer = cells(1).thread("writer", |cells: &Cells| write(&cells[0], 1));
    (0..n).fold(writer, |explorer, number| {
        explorer.thread(format!("reader {number}"), |cells: &Cells| {
            read(&cells[0]);
        })
    })
}

/// Thread j of 1..=n sets `a[j]` to `a[j-1] + 1`, and one looks for the first 0 from the end: (n + 3) · 2^(n - 2)
/// classes.
fn last_zero(n: usize) -> Explorer<Cells> {
    let writers = (1..=n).fold(cells(n + 1), |explorer, j| {
        explorer.thread(format!("writer {j}"), move |cells: &Cells| {
            let before = read(&cells[j - 1]);
            write(&cells[j], before + 1);
        })
    });
    writers.thread("reader", |cells: &Cells| {
        let _ = cells.iter().rev().find(|cell| read(cell) == 0);
    })
}

/// n threads read one cell and write it: (n!)^2 classes.
fn lost_update(n: usize) -> Explorer<Cells> {
    (0..n).fold(cells(1), |explorer, number| {
        explorer.thread(format!("thread {number}"), |cells: &Cells| {
            let before = read(&cells[0]);
            write(&cells[0], before + 1);
        })
    })
}

/// Searches each program some times on fibers, and prints the fastest search.
pub(crate) fn measure() {
    println!("program         workers   classes   ms  classes/s  ns/class");
    let programs: [(&str, u64, Make); 4] = [
        ("readers 12", 4096, || readers(12)),
        ("last zero 10", 3328, || last_zero(10)),
        ("lost update 5", 14_400, || lost_update(5)),
        ("last zero 15", 147_456, || last_zero(15)),
    ];
    for (name, classes, program) in programs {
        for workers in [1, 2] {
            let explorer = || {
                let explorer = program().engine(Engine::Fibers).workers(workers);
                explorer.strategy(Strategy::Reduced).keep_going()
            };
            let seconds = (0..3).map(|_| {
                let began = Instant::now();
                let report = explorer().explore();
                assert_eq!(
                    (report.schedules(), report.failing()),
                    (classes, 0),
                    "{report}"
                );
                began.elapsed().as_secs_f64()
            });
            let fastest = seconds.fold(f64::INFINITY, f64::min);
            #[allow(clippy::cast_precision_loss, reason = "shown with few digits")]
            let each = fastest / classes as f64;
            println!(
                "{name:15} {workers:7} {classes:9} {:7.1} {:9.0} {:9.0}",
                fastest * 1e3,
                1.0 / each,
                each * 1e9
            );
        }
    }
}
