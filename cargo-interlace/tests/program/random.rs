//! Random programs, and what an interpreter says that they may do: they end in just those ways, and those of
//! which that is known have as many classes.
//!
//! `RANDOM_PROGRAMS` says how many, and `RANDOM_SEED` which is the first.

#[path = "random/code.rs"]
mod code;
#[path = "random/generate.rs"]
mod generate;
#[path = "random/real.rs"]
mod real;
#[path = "random/reference.rs"]
mod reference;

use std::collections::BTreeSet;
use std::env;
use std::sync::Mutex;

use code::Action::{self, Add, Exchange, Load, Spawn, Store};
use code::Program;
use generate::{Kind, Random};
use interlace::{Engine, Explorer, Report, Verdict};
use reference::All;

/// More states than this are not looked at.
const STATES: usize = 60_000;

/// More executions than this are not run.
const EXECUTIONS: u64 = 3_000;

fn number(variable: &str, otherwise: u64) -> u64 {
    let value = env::var(variable).ok();
    value.map_or(otherwise, |it| it.parse().expect(variable))
}

/// How executions ended.
fn ends(report: &Report) -> BTreeSet<String> {
    let outcomes = report.outcomes().map(|(outcome, _)| outcome.to_owned());
    let failures = report
        .verdicts()
        .filter(|(verdict, count)| *count > 0 && *verdict != Verdict::Held);
    outcomes
        .chain(failures.map(|(verdict, _)| format!("{verdict:?}")))
        .collect()
}

fn explore(program: &Program, engine: Engine, workers: usize) -> Report {
    let code = program.steps();
    let code: &'static [_] = code.leak();
    Explorer::new(Mutex::<Vec<Vec<u8>>>::default)
        .thread("main", move |end| {
            let seen = real::run(code);
            *end.lock().unwrap() = seen;
        })
        .outcome(|end| end.lock().unwrap().clone())
        .engine(engine)
        .workers(workers)
        .max_schedules(EXECUTIONS)
        .keep_going()
        .explore()
}

/// What has become of the check of a program.
enum Checked {
    /// How many classes it has.
    Whole(u64),
    /// It has too many.
    Partly,
}

fn compare(report: &Report, kind: Kind, all: &All) -> Result<Checked, String> {
    if let Some(error) = report.error() {
        return Err(format!("{error}"));
    }
    if report.to_string().contains("no classes") {
        return Err(format!("{report}"));
    }
    let found = ends(report);
    if !report.is_exhaustive() {
        let wrong: Vec<_> = found.difference(&all.ends).collect();
        let is_counted = kind.is_counted() && all.classes() <= EXECUTIONS;
        return match (&wrong[..], is_counted) {
            ([], false) => Ok(Checked::Partly),
            ([], true) => Err(format!("more than {} classes", all.classes())),
            _ => Err(format!("impossible: {wrong:?}")),
        };
    }
    if found != all.ends {
        let missing: Vec<_> = all.ends.difference(&found).collect();
        let wrong: Vec<_> = found.difference(&all.ends).collect();
        return Err(format!("missing: {missing:?}\nimpossible: {wrong:?}"));
    }
    if kind.is_counted() && report.schedules() != all.classes() {
        let (run, classes) = (report.schedules(), all.classes());
        return Err(format!("{run} executions of {classes} classes"));
    }
    Ok(Checked::Whole(report.schedules()))
}

fn check(program: &Program, kind: Kind, all: &All, on_threads: bool) -> Result<Checked, String> {
    let one = explore(program, Engine::Fibers, 1);
    let checked = compare(&one, kind, all)?;
    let others = [(Engine::Fibers, 2), (Engine::Threads, 1)];
    for (engine, workers) in others.into_iter().take(1 + usize::from(on_threads)) {
        let other = explore(program, engine, workers);
        compare(&other, kind, all).map_err(|error| format!("{engine:?} × {workers}: {error}"))?;
        let is_whole = matches!(checked, Checked::Whole(_));
        if is_whole && (ends(&one), one.schedules()) != (ends(&other), other.schedules()) {
            return Err(format!("{one}\n{engine:?} × {workers}: {other}"));
        }
    }
    Ok(checked)
}

/// As [`check`]. Nothing if the program does too much to say what that is.
fn check_all(program: &Program, kind: Kind, on_threads: bool) -> Option<Result<Checked, String>> {
    let all = reference::all(&program.steps(), kind.is_counted(), STATES)?;
    Some(check(program, kind, &all, on_threads))
}

/// A small one of the programs that go wrong.
fn shrink(mut program: Program, kind: Kind, mut error: String) -> (Program, String) {
    'again: loop {
        for smaller in program.smaller() {
            if let Some(Err(other)) = check_all(&smaller, kind, false) {
                (program, error) = (smaller, other);
                continue 'again;
            }
        }
        return (program, error);
    }
}

/// The number of classes of a program, which is as the interpreter says.
fn classes(threads: &[&[Action]]) -> u64 {
    let program = Program(threads.iter().map(|it| it.to_vec()).collect());
    match check_all(&program, Kind::Sections, true) {
        Some(Ok(Checked::Whole(count))) => count,
        Some(Err(error)) => panic!("{program:?}: {error}"),
        _ => panic!("{program:?} is too large"),
    }
}

/// What one thread writes comes between any two of the four writes of the other.
#[test]
fn what_is_stored_again_is_no_loop() {
    let writes = [Add(0, 2), Store(0, 2), Store(0, 2), Store(0, 1)];
    assert_eq!(classes(&[&[Spawn(1), Store(0, 2)], &writes]), 5);
    // Nobody else touches cell 1.
    let around = [Store(1, 0), Load(0), Store(1, 1)];
    assert_eq!(classes(&[&[Spawn(1), Add(0, 1)], &around]), 2);
}

/// As above, for what is tried until it succeeds.
#[test]
fn what_is_tried_with_other_values_is_no_loop() {
    let tries = [Exchange(0, 3, 1), Exchange(0, 4, 1), Exchange(0, 0, 1)];
    assert_eq!(classes(&[&[Spawn(1), Store(0, 2)], &tries]), 4);
}

/// The first cell is read only before and after.
#[test]
fn a_round_that_is_not_ended_is_no_loop() {
    let reads = [Load(1), Load(0), Load(1)];
    assert_eq!(classes(&[&[Spawn(1), Add(0, 1)], &reads]), 2);
}

#[test]
fn random_programs_do_what_they_may() {
    let (count, seed) = (number("RANDOM_PROGRAMS", 100), number("RANDOM_SEED", 0));
    let (mut whole, mut partly, mut skipped, mut classes, mut wrong) = (0, 0, 0, 0, 0);
    for seed in seed..seed + count {
        let (kind, program) = Random(seed << 20).program();
        match check_all(&program, kind, seed % 10 == 0) {
            None => skipped += 1,
            Some(Ok(Checked::Partly)) => partly += 1,
            Some(Ok(Checked::Whole(count))) => {
                whole += 1;
                classes += count;
            }
            Some(Err(error)) => {
                wrong += 1;
                let (program, error) = shrink(program, kind, error);
                println!("seed {seed}, {kind:?}: {program:?}\n{error}\n");
            }
        }
    }
    println!(
        "{whole} programs with {classes} classes, {partly} too large to run, {skipped} to say"
    );
    assert_eq!(wrong, 0);
}
