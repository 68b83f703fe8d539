//! Random programs, searched by several workers whose executions end in any order.

use proptest::prelude::*;

use super::brute_force::{Found, every_class};
use super::machine::Execution;
use super::program::{Code, Program};
use crate::search::{Part, Reduction};

/// Which workers search a program: how many, and what decides whose execution ends next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Workers {
    pub(super) count: usize,
    pub(super) seed: u64,
}

/// What workers find. The executions of all of them are under way at once, and end in a random order.
fn found_by(program: &Program, workers: Workers) -> Result<(usize, Found), TestCaseError> {
    let mut rng = fastrand::Rng::with_seed(workers.seed);
    let mut busy: Vec<(Box<dyn Part>, Execution)> = Vec::new();
    let mut idle: Vec<Box<dyn Part>> = vec![Box::new(Reduction::new())];
    let (mut executions, mut found, mut begun) = (0, Found::default(), 0);
    loop {
        while let Some(mut part) = idle.pop() {
            if part.new_execution().is_some() {
                begun += 1;
                prop_assert!(begun < 30_000, "it does not end");
                if busy.len() + 1 < workers.count {
                    idle.extend(part.split());
                }
                let execution = program.run(&mut *part);
                busy.push((part, execution));
            }
        }
        if busy.is_empty() {
            return Ok((executions, found));
        }
        let (mut part, execution) = busy.swap_remove(rng.usize(..busy.len()));
        let account = part.end(&execution.trace());
        prop_assert_eq!(account.contradiction, None);
        if !account.is_repetition {
            prop_assert!(!execution.is_pruned);
            executions += 1;
            found.add(&execution);
        }
        idle.push(part);
        // Whoever was idle may find something to do now.
        if busy.is_empty() && idle.is_empty() {
            return Ok((executions, found));
        }
    }
}

pub(super) fn check(program: &Program, workers: Workers, all: &Found) -> Result<(), TestCaseError> {
    let (executions, found) = found_by(program, workers)?;
    prop_assert_eq!(
        found.repeated,
        0,
        "of {} executions, {:?}",
        executions,
        workers
    );
    prop_assert_eq!(found.classes.len(), all.classes.len(), "{:?}", workers);
    prop_assert_eq!(&found, all, "{:?}", workers);
    Ok(())
}

pub(super) fn code(cells: usize) -> impl Strategy<Value = Code> {
    let cell = 0..cells;
    let some = prop::collection::vec(0..cells, 0..3);
    prop_oneof![
        4 => cell.clone().prop_map(Code::Read),
        4 => cell.clone().prop_map(Code::Write),
        1 => cell.clone().prop_map(Code::Call),
        2 => (some.clone(), some).prop_map(|(from, to)| Code::Sum(from, to)),
        2 => (cell.clone(), 0..5_usize).prop_map(|(cell, line)| Code::JumpIfZero(cell, line + 3)),
        1 => (cell.clone(), 0..5_usize).prop_map(|(cell, line)| Code::SwapZero(cell, line + 3)),
        1 => Just(Code::Anything),
        3 => (0..2_usize, any::<bool>()).prop_map(|(lock, short)| Code::Lock(lock, short)),
        2 => (0..2_usize).prop_map(Code::Unlock),
        2 => (0..2_usize).prop_map(Code::Share),
        2 => (0..2_usize).prop_map(Code::Unshare),
        1 => cell.clone().prop_map(Code::Clear),
        2 => prop::collection::vec(0..cells, 1..3).prop_map(Code::Await),
        1 => (0..2_usize).prop_map(Code::Wait),
        1 => (0..2_usize, 0..4_u64).prop_map(|(queue, time)| Code::WaitFor(queue, time)),
        1 => (0..4_u64).prop_map(Code::Sleep),
        1 => Just(Code::Look),
        2 => (0..2_usize).prop_map(Code::Wake),
        1 => (1..3_u64).prop_map(Code::PanicAt),
    ]
}

/// Threads without jumps back, so that they end, and which unlock only what they hold. Those that share locks
/// have no jumps, which could lead over where they begin to.
pub(super) fn repair(program: &mut Program) {
    for code in &mut program.threads {
        if code.iter().any(|it| matches!(it, Code::Share(_))) {
            code.retain(|it| !matches!(it, Code::JumpIfZero(..) | Code::SwapZero(..)));
        }
        let (mut held, mut shared): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut line = 0;
        while line < code.len() {
            let is_fine = match code[line] {
                Code::Lock(lock, is_released) => {
                    let is_new = !held.contains(&lock) && !shared.contains(&lock);
                    if is_new && !is_released {
                        held.push(lock);
                    }
                    is_new
                }
                Code::Unlock(lock) => {
                    let is_held = held.contains(&lock);
                    held.retain(|it| *it != lock);
                    is_held
                }
                Code::Share(lock) => {
                    let is_new = !held.contains(&lock) && !shared.contains(&lock);
                    shared.extend(is_new.then_some(lock));
                    is_new
                }
                Code::Unshare(lock) => {
                    let is_held = shared.contains(&lock);
                    shared.retain(|it| *it != lock);
                    is_held
                }
                Code::JumpIfZero(_, to) | Code::SwapZero(_, to) => to > line,
                _ => true,
            };
            if is_fine {
                line += 1;
            } else {
                code.remove(line);
            }
        }
    }
}

pub(super) fn programs() -> impl Strategy<Value = Program> {
    let threads = prop::collection::vec(prop::collection::vec(code(3), 1..5), 2..5);
    let spawned = (any::<bool>(), 0..4_usize, any::<bool>());
    (threads, spawned).prop_map(|(threads, (spawns, at, joins))| {
        let mut program = Program {
            declared: threads.len(),
            threads,
            cells: 3,
        };
        repair(&mut program);
        if spawns {
            let last = program.threads.len() - 1;
            program.declared = last;
            let first = &mut program.threads[0];
            let jumps = |it: &Code| matches!(it, Code::JumpIfZero(..) | Code::SwapZero(..));
            first.retain(|it| !jumps(it));
            first.insert(at.min(first.len()), Code::Spawn(last));
            if joins {
                first.push(Code::Join(last));
            }
        }
        program
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn each_class_is_run_once_by_however_many_workers(program in programs(), seed in any::<u64>()) {
        let Some(all) = every_class(&program, 3_000) else {
            return Ok(());
        };
        for count in [1, 2, 4, 16] {
            check(&program, Workers { count, seed }, &all)?;
        }
    }
}

/// The first thread panics if it reads what the third has written. Until then, whichever worker explores what
/// comes first in the tree, the others do not know that it ends the execution.
#[test]
fn an_execution_that_ends_early_is_run_once_by_several_workers() {
    use Code::{PanicAt, Read, Write};
    let program = Program {
        declared: 4,
        cells: 3,
        threads: vec![
            vec![Read(2), PanicAt(1)],
            vec![Write(1), Write(0)],
            vec![Write(2)],
            vec![Read(0)],
        ],
    };
    let all = every_class(&program, 10_000).unwrap();
    // It reads first: then the other read comes before or after its write. Or it panics, when the second thread
    // has taken 0, 1 or 2 steps and the fourth has read or not: before or after the write, if both.
    assert_eq!(all.classes.len(), 2 + 7);
    for seed in 0..50 {
        check(&program, Workers { count: 2, seed }, &all).unwrap();
    }
}
