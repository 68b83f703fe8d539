//! How fast the paths through the library are: executions by shape, shrinking, permutations.
//!
//! `cargo bench --bench paths`, or `cargo bench --bench paths shrink` for a part of it; with
//! `-- --test` each runs once, to show that it works. A shape such as `[3, 3]` is two threads with
//! three markers each; an item is an execution, or a schedule. What one hand-over costs is
//! measured in `handoff`.

use std::hint::black_box;
use std::iter::repeat_n;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use divan::Bencher;
use divan::counter::ItemsCount;
use interlace::{Engine, Explorer, Repeats, marker, permutations};

fn main() {
    divan::main();
}

const SHAPES: [&[usize]; 4] = [&[2, 2], &[3, 3], &[4, 4], &[3, 3, 3]];

/// The marker lists of threads with so many markers.
fn lists(shape: &[usize]) -> Vec<(String, Vec<String>)> {
    let list = |(thread, &markers)| (format!("thread{thread}"), marks(markers));
    shape.iter().enumerate().map(list).collect()
}

fn marks(markers: usize) -> Vec<String> {
    repeat_n("add".to_owned(), markers).collect()
}

fn borrowed(lists: &[(String, Vec<String>)]) -> impl Iterator<Item = (&String, &Vec<String>)> {
    lists.iter().map(|(thread, markers)| (thread, markers))
}

fn count(shape: &[usize]) -> u64 {
    let count = permutations::count(lists(shape)).unwrap();
    count.try_into().unwrap()
}

/// Every schedule of a shape, on one worker, with nothing to do between markers but an addition.
#[divan::bench_group(max_time = 2)]
mod executions {
    use super::{
        AtomicU32, Bencher, Engine, Explorer, ItemsCount, Repeats, SHAPES, SeqCst, count, marker,
    };

    fn explore(bencher: Bencher, shape: &[usize], engine: Engine) {
        let executions = count(shape);
        bencher.counter(ItemsCount::new(executions)).bench(|| {
            let mut explorer = Explorer::new(AtomicU32::default)
                .engine(engine)
                .repeats(Repeats::Never)
                .workers(1);
            for (thread, &markers) in shape.iter().enumerate() {
                explorer = explorer.thread(format!("thread{thread}"), move |number| {
                    for _ in 0..markers {
                        marker!("add");
                        number.fetch_add(1, SeqCst);
                    }
                });
            }
            let report = explorer.explore();
            assert_eq!(
                (report.schedules(), report.is_exhaustive()),
                (executions, true)
            );
        });
    }

    #[divan::bench(args = SHAPES)]
    fn threads(bencher: Bencher, shape: &[usize]) {
        explore(bencher, shape, Engine::Threads);
    }

    #[divan::bench(args = SHAPES)]
    fn fibers(bencher: Bencher, shape: &[usize]) {
        explore(bencher, shape, Engine::Fibers);
    }
}

/// A failure that is found in the sixth execution, and whose minimum takes about 600 more to prove:
/// two of three threads must take turns all the way.
#[divan::bench_group(max_time = 2)]
mod shrink {
    use super::{Bencher, Engine, Explorer, Mutex, marker};

    fn explore(engine: Engine) {
        let names = ["a", "b", "c"];
        let mut explorer = Explorer::new(|| Mutex::new(String::new())).engine(engine);
        for name in names {
            explorer = explorer.thread(name, move |log| {
                for _ in 0..3 {
                    marker!("push");
                    log.lock().unwrap().push_str(name);
                }
            });
        }
        let report = explorer
            .check(|log| {
                let log = log.lock().unwrap().replace('a', "");
                assert_ne!(log, "bcbcbc");
            })
            .explore();
        let failure = report.assert_fails();
        assert!(failure.is_proved_minimal(), "{failure}");
    }

    #[divan::bench]
    fn threads(bencher: Bencher) {
        bencher.bench(|| explore(Engine::Threads));
    }

    #[divan::bench]
    fn fibers(bencher: Bencher) {
        bencher.bench(|| explore(Engine::Fibers));
    }
}

/// Without running anything.
mod orders {
    use super::{Bencher, ItemsCount, SHAPES, black_box, borrowed, count, lists, permutations};

    /// Ten markers in each of three threads: 5·10¹² schedules.
    const LARGE: &[usize] = &[10, 10, 10];

    #[divan::bench]
    fn counted(bencher: Bencher) {
        let lists = lists(LARGE);
        bencher.bench(|| permutations::count(borrowed(black_box(&lists))));
    }

    #[divan::bench(args = SHAPES)]
    fn all(bencher: Bencher, shape: &[usize]) {
        let lists = lists(shape);
        bencher
            .counter(ItemsCount::new(count(shape)))
            .bench(|| permutations::all(borrowed(&lists)).map(black_box).count());
    }

    #[divan::bench]
    fn nth(bencher: Bencher) {
        let lists = lists(LARGE);
        bencher.bench(|| permutations::nth(borrowed(&lists), black_box(1_000_000_007)));
    }

    #[divan::bench]
    fn rank(bencher: Bencher) {
        let lists = lists(LARGE);
        let schedule = permutations::draw(borrowed(&lists), 1);
        bencher.bench(|| permutations::rank(borrowed(&lists), black_box(&schedule)));
    }

    #[divan::bench]
    fn draw(bencher: Bencher) {
        let lists = lists(LARGE);
        bencher.bench(|| permutations::draw(borrowed(&lists), black_box(1)));
    }
}
