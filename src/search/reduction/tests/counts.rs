//! Programs whose numbers of classes are known.

use super::brute_force::{Found, every_class};
use super::program::{Code, Program};
use crate::search::{Reduction, Search};

pub(super) fn reduced(program: &Program) -> (u64, u64, Found) {
    let mut search = Reduction::new();
    let (mut executions, mut deadlocks, mut found) = (0, 0, Found::default());
    while search.new_execution().is_some() {
        let (execution, account) = program.run_and_end(&mut search);
        assert_eq!(account.contradiction, None);
        if account.is_repetition {
            continue;
        }
        assert!(!execution.is_pruned);
        executions += 1;
        deadlocks += u64::from(!execution.outcome.2 && !execution.has_aborted);
        found.add(&execution);
    }
    assert_eq!(found.repeated, 0, "of {executions}");
    (executions, deadlocks, found)
}

/// Checks the number of classes and of deadlocks, and all against brute force where that is feasible.
fn check(name: &str, program: &Program, classes: u64, deadlocks: u64) {
    let (executions, deadlocked, found) = reduced(program);
    assert_eq!((executions, deadlocked), (classes, deadlocks), "{name}");
    if let Some(all) = every_class(program, 50_000) {
        assert_eq!(found, all, "{name}");
    }
}

pub(super) fn program(cells: usize, threads: Vec<Vec<Code>>) -> Program {
    Program {
        declared: threads.len(),
        threads,
        cells,
    }
}

pub(super) fn same(count: usize, code: &[Code]) -> Vec<Vec<Code>> {
    vec![code.to_vec(); count]
}

fn factorial(number: u64) -> u64 {
    (1..=number).product()
}

#[test]
fn writers_and_readers() {
    for n in 1..=5 {
        let own = (0..n).map(|cell| vec![Code::Write(cell)]).collect();
        check("independent writers", &program(n, own), 1, 0);
        let writers = program(1, same(n, &[Code::Write(0)]));
        check("writers of one place", &writers, factorial(n as u64), 0);
    }
    for n in [1, 2, 5, 8, 13] {
        let mut threads = same(n, &[Code::Read(0)]);
        threads.push(vec![Code::Write(0)]);
        check("one writer and n readers", &program(1, threads), 1 << n, 0);
    }
    check("readers", &program(1, same(4, &[Code::Read(0)])), 1, 0);
    let mut pairs = same(2, &[Code::Write(0)]);
    pairs.extend(same(2, &[Code::Write(1)]));
    check("two pairs of writers", &program(2, pairs), 4, 0);
    for n in 1..=6_usize {
        let ahead: Vec<Code> = (0..n).map(Code::Write).collect();
        let back: Vec<Code> = ahead.iter().rev().cloned().collect();
        let order = program(n, vec![ahead.clone(), ahead.clone()]);
        check("places in one order", &order, 1 << n, 0);
        let order = program(n, vec![ahead, back]);
        check("places in opposite orders", &order, n as u64 + 1, 0);
    }
}

#[test]
fn updates_and_messages() {
    // The order of the n writes, and the slot of each read among the other writes before its own.
    for (n, classes) in [(2, 4), (3, 36), (4, 576), (5, 14_400)] {
        let update = [Code::Read(0), Code::Write(0)];
        check("lost update", &program(1, same(n, &update)), classes, 0);
    }
    let twice = [Code::Read(0), Code::Write(0), Code::Read(0), Code::Write(0)];
    check("two rounds", &program(1, same(2, &twice)), 34, 0);
    let [x, y] = [0, 1];
    let buffers = vec![
        vec![Code::Write(x), Code::Read(y)],
        vec![Code::Write(y), Code::Read(x)],
    ];
    check("store buffering", &program(2, buffers), 3, 0);
    let message = vec![
        vec![Code::Write(x), Code::Write(y)],
        vec![Code::Read(y), Code::Read(x)],
    ];
    check("message passing", &program(2, message), 3, 0);
    // The last step of either ends the execution, so the other has taken 0, 1 or 2 of its reads, or all.
    let ends = vec![
        vec![Code::PanicAt(0)],
        vec![Code::Read(0), Code::Read(1), Code::PanicAt(0)],
    ];
    check("ends of executions", &program(2, ends), 4, 0);
    let opaque = program(2, same(3, &[Code::Anything, Code::Anything]));
    check("steps that may touch anything", &opaque, 90, 0);
}

/// Thread j of 1..=n sets a[j] to a[j-1] + 1; the reader looks for the first 0 from the end.
pub(super) fn last_zero(n: usize) -> Program {
    let mut threads: Vec<Vec<Code>> = (1..=n)
        .map(|j| vec![Code::Read(j - 1), Code::Write(j)])
        .collect();
    threads.push(
        (0..=n)
            .rev()
            .map(|at| Code::JumpIfZero(at, n + 1))
            .collect(),
    );
    program(n + 1, threads)
}

/// n threads put four values each into a table of 128 places, where h = 77 m + 7 t mod 128; at a place
/// that is taken they try the next. Twelve threads are the first of which two meet.
pub(super) fn indexer(n: usize) -> Program {
    let threads = (0..n).map(|t| {
        let mut code = Vec::new();
        for m in 1..=4 {
            let place = (7 * (11 * m + t)) % 128;
            code.push(Code::SwapZero(place, 2 * m));
            code.push(Code::SwapZero((place + 1) % 128, 2 * m));
        }
        code
    });
    program(128, threads.collect())
}

#[test]
fn programs_of_the_literature() {
    for (n, classes) in [(2, 5), (3, 12), (5, 64), (10, 3328)] {
        check("last zero", &last_zero(n), classes, 0);
    }
    for (n, classes) in [(11, 1), (12, 8), (13, 64)] {
        check("indexer", &indexer(n), classes, 0);
    }
}

#[test]
fn waits_that_may_time_out() {
    let [wait, wake, sleep] = [Code::WaitFor(0, 1), Code::Wake(0), Code::Sleep(1)];
    let one = |code: &Code| vec![code.clone()];
    let of = |threads: &[&Code]| program(1, threads.iter().copied().map(one).collect());
    // The wake-up comes before the wait, or during it, or after it has timed out.
    check("a wait and a wake-up", &of(&[&wait, &wake]), 3, 0);
    // All of their steps touch the queue: 5! / (2! 2! 1!).
    check(
        "two waits and a wake-up",
        &of(&[&wait, &wait, &wake]),
        30,
        0,
    );
    // Each begins and ends by the clock: 4! / (2! 2!).
    check("two sleeps", &of(&[&sleep, &sleep]), 6, 0);
    // The look comes before the sleep, or during it, or after it.
    check("a sleep and a look", &of(&[&sleep, &Code::Look]), 3, 0);
    // Who does not look at the clock has nothing to do with it: the read comes before or after the write.
    let beside = of(&[&sleep, &Code::Write(0), &Code::Read(0)]);
    check("a sleep beside others", &beside, 2, 0);
    // The four steps of the waits in 6 orders, by the clock; each wake-up in 3 places of its wait.
    let (other, ring) = (Code::WaitFor(1, 2), Code::Wake(1));
    let pairs = of(&[&wait, &wake, &other, &ring]);
    check("two waits with a wake-up each", &pairs, 6 * 3 * 3, 0);
    // Both may time out, so one wake-up for two rounds is no deadlock: the wake-up before, between or after the
    // four steps of the waits.
    let rounds = program(1, vec![vec![wait.clone(), wait], vec![wake]]);
    check("two rounds", &rounds, 5, 0);
}

#[test]
fn locks() {
    for n in 1..=4 {
        let section = program(1, same(n, &[Code::Lock(0, true)]));
        check("one section", &section, factorial(n as u64), 0);
        let section = program(1, same(n, &[Code::Lock(0, false), Code::Unlock(0)]));
        check(
            "one section, released later",
            &section,
            factorial(n as u64),
            0,
        );
    }
    for (n, k, classes) in [(2, 2, 6), (3, 2, 90), (2, 3, 20)] {
        let sections = vec![Code::Lock(0, true); k];
        check("sections", &program(1, same(n, &sections)), classes, 0);
        let sections = vec![[Code::Lock(0, false), Code::Write(0), Code::Unlock(0)]; k].concat();
        check("long sections", &program(1, same(n, &sections)), classes, 0);
    }
    let both = |first, second| {
        vec![
            Code::Lock(first, false),
            Code::Lock(second, false),
            Code::Unlock(second),
            Code::Unlock(first),
        ]
    };
    check("one order", &program(1, vec![both(0, 1), both(0, 1)]), 2, 0);
    check(
        "opposite orders",
        &program(1, vec![both(0, 1), both(1, 0)]),
        3,
        1,
    );
    for n in 2..=6 {
        let left_first = (0..n).map(|i| both(i, (i + 1) % n)).collect();
        check("philosophers", &program(1, left_first), (1 << n) - 1, 1);
        let ordered = (0..n)
            .map(|i| both(i.min((i + 1) % n), i.max((i + 1) % n)))
            .collect();
        check(
            "philosophers in order",
            &program(1, ordered),
            (1 << n) - 2,
            0,
        );
    }
}
