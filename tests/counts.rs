//! How many executions there are, and which: by running programs, and by counting alone.
//!
//! Threads whose markers do not depend on the schedule can be merged in
//! `(k1 + … + kn)! / (k1! … kn!)` ways, the multinomial: of all orders of all the markers, only
//! one of every `ki!` keeps the markers of thread i in their own order.

use std::sync::{Arc, Mutex};

use interlace::{Engine, Explorer, Repeats, Schedule, Step, StoppedBy, Strategy, permutations};

/// The number of markers of each thread, and how many schedules they have.
const SHAPES: [(&[usize], u64); 10] = [
    (&[3], 1),          // one thread has one order
    (&[2, 2], 6),       // 4! / (2! 2!)             = 24 / 4
    (&[3, 2], 10),      // 5! / (3! 2!)             = 120 / 12
    (&[1, 1, 1], 6),    // 3! / (1! 1! 1!)          = 6 / 1
    (&[2, 2, 1], 30),   // 5! / (2! 2! 1!)          = 120 / 4
    (&[3, 3], 20),      // 6! / (3! 3!)             = 720 / 36
    (&[4, 4], 70),      // 8! / (4! 4!)             = 40 320 / 576
    (&[5, 5], 252),     // 10! / (5! 5!)            = 3 628 800 / 14 400
    (&[2, 2, 2], 90),   // 6! / (2! 2! 2!)          = 720 / 8
    (&[3, 3, 3], 1680), // 9! / (3! 3! 3!)          = 362 880 / 216
];

const ENGINES: [Engine; 2] = [Engine::Threads, Engine::Fibers];

/// The steps that one execution took, as its threads noted them.
type Notes = Mutex<Vec<Step>>;

/// Has `steps` markers, and notes each as it goes on from it.
#[interlace::trace]
fn walk(notes: &Notes, thread: &str, steps: usize) {
    for number in 0..steps {
        if number % 2 == 0 {
            notes.lock().unwrap().push(Step::new(thread, "even")); // interlace: even
        } else {
            notes.lock().unwrap().push(Step::new(thread, "odd")); // interlace: odd
        }
    }
}

fn thread_name(index: usize) -> String {
    format!("thread{}", index + 1)
}

/// The markers of the threads, as known beforehand.
fn lists(shape: &[usize]) -> Vec<(String, Vec<&'static str>)> {
    let markers = |&steps| ["even", "odd"].into_iter().cycle().take(steps).collect();
    let names = (0..shape.len()).map(thread_name);
    names.zip(shape.iter().map(markers)).collect()
}

fn walkers(shape: &[usize]) -> Explorer<Arc<Notes>> {
    notebooks(shape, Arc::default())
}

/// The same, with the notes of each execution kept in `all`.
fn notebooks(shape: &[usize], all: Arc<Mutex<Vec<Arc<Notes>>>>) -> Explorer<Arc<Notes>> {
    let begin = move || {
        let notes = Arc::<Notes>::default();
        all.lock().unwrap().push(Arc::clone(&notes));
        notes
    };
    let names = (0..shape.len()).map(thread_name);
    names.zip(shape.to_vec()).fold(
        Explorer::new(begin).allow_trivial(),
        |explorer, (name, steps)| {
            explorer.thread(name.clone(), move |notes| walk(notes, &name, steps))
        },
    )
}

/// Explores on one worker; the schedules in the order in which they were run.
fn explored(engine: Engine, shape: &[usize]) -> Vec<Schedule> {
    let all = Arc::new(Mutex::new(Vec::new()));
    // The default order runs some ahead of their turn.
    let explorer = notebooks(shape, Arc::clone(&all)).strategy(Strategy::Exhaustive);
    let explorer = explorer.engine(engine).workers(1);
    explorer.repeats(Repeats::Never).explore().assert_ok();
    let all = all.lock().unwrap();
    all.iter().map(schedule).collect()
}

fn schedule(notes: &Arc<Notes>) -> Schedule {
    notes.lock().unwrap().iter().cloned().collect()
}

#[test]
fn the_explorer_runs_as_many_schedules_as_the_multinomial_says() {
    for (shape, number) in SHAPES {
        for (engine, workers) in [(0, 1), (0, 3), (1, 1), (1, 3)] {
            let explorer = walkers(shape).engine(ENGINES[engine]).workers(workers);
            let report = explorer.explore();
            report.assert_ok();
            assert!(report.is_exhaustive(), "{shape:?}");
            assert_eq!(report.schedules(), number, "{shape:?}");
            assert_eq!(report.failing(), 0, "{shape:?}");
        }
    }
}

#[test]
fn counting_alone_gives_the_multinomial() {
    for (shape, number) in SHAPES {
        assert_eq!(
            permutations::count(lists(shape)),
            Ok(u128::from(number)),
            "{shape:?}"
        );
    }
}

#[test]
fn the_executions_are_those_of_the_permutations_in_the_same_order() {
    for (shape, _) in SHAPES {
        for engine in ENGINES {
            let schedules = explored(engine, shape);
            let is_same = schedules.into_iter().eq(permutations::all(lists(shape)));
            assert!(is_same, "{shape:?} on {engine:?}");
        }
    }
}

#[test]
fn the_number_of_an_execution_is_its_rank() {
    // Execution number 7 of 30 is the one that 7 others stand before.
    let shape = [2, 2, 1];
    let schedules = explored(Engine::Threads, &shape);
    for (number, schedule) in (0..).zip(&schedules) {
        assert_eq!(permutations::rank(lists(&shape), schedule), Ok(number));
        assert_eq!(
            permutations::nth(lists(&shape), number).as_ref(),
            Some(schedule)
        );
    }
}

#[test]
fn every_permutation_replays_as_it_is() {
    for shape in [&[2, 2][..], &[3, 2], &[2, 2, 1], &[2, 2, 2]] {
        for schedule in permutations::all(lists(shape)) {
            let execution = walkers(shape).replay(&schedule);
            execution.assert_ok();
            assert_eq!(execution.steps(), schedule.steps());
        }
    }
}

#[test]
fn a_limit_of_schedules_runs_just_so_many_and_claims_no_more() {
    // [2, 2] has 6: a limit of 6 is met only after all of them were run.
    for limit in 1..=8 {
        let report = walkers(&[2, 2]).max_schedules(limit).explore();
        report.assert_no_failure_found();
        assert_eq!(report.schedules(), limit.min(6));
        assert_eq!(report.is_exhaustive(), limit >= 6, "limit {limit}");
        let stopped_by = if limit < 6 {
            StoppedBy::MaxSchedules(limit)
        } else {
            StoppedBy::Exhausted
        };
        assert_eq!(report.stopped_by(), &stopped_by);
    }
}

#[test]
fn threads_without_markers_add_no_schedules() {
    // A thread without markers has run to its end before the first choice.
    let report = walkers(&[0, 2, 0, 2]).explore();
    assert_eq!(report.schedules(), 6);
}
