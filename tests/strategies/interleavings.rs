//! `interleavings`: they decide any program, and shrink with its inputs or alone.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};

use interlace::strategies::{Interleaving, interleavings};
use interlace::{Engine, ErrorKind, Explorer, FailureKind, marker, schedule};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestError;

use crate::runner;

fn draw(seed: u64) -> Interleaving {
    let tree = interleavings().new_tree(&mut runner(seed, 1));
    tree.unwrap().current()
}

/// Threads that increment so many times each, and lose updates.
fn increments(counts: &[usize]) -> Explorer<AtomicU32> {
    let explorer = Explorer::new(AtomicU32::default);
    let threads = counts.iter().enumerate();
    threads.fold(explorer, |explorer, (thread, &count)| {
        explorer.thread(format!("t{thread}"), move |value: &AtomicU32| {
            for _ in 0..count {
                marker!("read");
                let read = value.load(SeqCst);
                marker!("write");
                value.store(read + 1, SeqCst);
            }
        })
    })
}

fn complete(counts: &[usize]) -> Explorer<AtomicU32> {
    let expected = u32::try_from(counts.iter().sum::<usize>()).unwrap();
    increments(counts).check(move |value| assert_eq!(value.load(SeqCst), expected))
}

#[test]
fn an_interleaving_gives_the_same_execution_on_both_engines_and_whenever_it_is_run() {
    for (seed, count) in (0..50).zip([1, 2, 3].into_iter().cycle()) {
        let counts = [count, 2];
        let on = |engine| increments(&counts).engine(engine).run_under(&draw(seed));
        let execution = on(Engine::Fibers);
        assert_eq!(execution.steps(), on(Engine::Threads).steps());
        let replayed = increments(&counts).replay(execution.schedule());
        assert_eq!(replayed.steps(), execution.steps());
    }
}

#[test]
fn all_schedules_of_a_small_program_are_drawn() {
    let draw = |seed| {
        increments(&[1, 1])
            .engine(Engine::Fibers)
            .run_under(&draw(seed))
    };
    let seen: BTreeSet<_> = (0..200).map(|seed| draw(seed).steps().to_vec()).collect();
    assert_eq!(seen.len(), 6);
}

#[test]
fn a_failure_under_an_interleaving_is_minimal_when_it_is_run_again() {
    let interleaving = (0..1000)
        .map(draw)
        .find(|it| !complete(&[3, 3]).run_under(it).is_ok())
        .unwrap();
    let again = complete(&[3, 3]).run_under(&interleaving);
    assert_eq!(again.schedule(), &schedule![t0: read, t1: read]);
    assert!(matches!(again.failure_kind(), Some(FailureKind::Check(_))));
    // A smaller program fails, too, though what was drawn was meant for another.
    let smaller = complete(&[1, 1]).run_under(&interleaving);
    assert_eq!(smaller.schedule(), &schedule![t0: read, t1: read]);
    // One that cannot fail holds.
    complete(&[1, 0]).run_under(&interleaving).assert_ok();
    let text = "Interleaving(t0:read t1:read)";
    assert_eq!(format!("{interleaving:?}"), text);
}

#[test]
fn inputs_and_interleaving_shrink_together_in_either_order() {
    for seed in 0..30 {
        let inputs = vec(0..4_usize, 0..4);
        let fails = |counts: &[usize], interleaving: &Interleaving| {
            prop_assume!(!counts.is_empty());
            let explorer = complete(counts).engine(Engine::Fibers);
            Ok(explorer.run_under(interleaving).result()?)
        };
        let inputs_first = runner(seed, 1000).run(
            &(inputs.clone(), interleavings()),
            |(counts, interleaving)| fails(&counts, &interleaving),
        );
        let Err(TestError::Fail(_, (counts, interleaving))) = inputs_first else {
            panic!("{inputs_first:?}");
        };
        assert_eq!(counts, [1, 1], "{seed}");
        assert_eq!(interleaving.schedule(), Some(schedule![t0: read, t1: read]));

        let inputs_last = runner(seed, 1000)
            .run(&(interleavings(), inputs), |(interleaving, counts)| {
                fails(&counts, &interleaving)
            });
        let Err(TestError::Fail(_, (interleaving, counts))) = inputs_last else {
            panic!("{inputs_last:?}");
        };
        assert_eq!(counts, [1, 1], "{seed}");
        assert_eq!(interleaving.schedule(), Some(schedule![t0: read, t1: read]));
    }
}

#[test]
fn a_property_that_fails_by_itself_shrinks_the_choices() {
    for seed in 0..30 {
        let runs = AtomicU64::new(0);
        let result = runner(seed, 1000).run(&interleavings(), |interleaving| {
            runs.fetch_add(1, SeqCst);
            let execution = increments(&[2, 2])
                .engine(Engine::Fibers)
                .run_under(&interleaving);
            execution.result()?;
            // Whoever reads third is t1: no preemption is needed, one choice is enough.
            let third = execution.steps()[2].thread();
            prop_assert_ne!(third, "t1");
            Ok(())
        });
        let Err(TestError::Fail(_, interleaving)) = result else {
            panic!("{result:?}");
        };
        assert_eq!(interleaving.schedule(), Some(schedule![t1: read]), "{seed}");
    }
}

#[test]
fn an_interleaving_alone_shrinks_to_the_minimal_failure() {
    for seed in 0..30 {
        let result = runner(seed, 1000).run(&interleavings(), |interleaving| {
            let explorer = complete(&[3, 3]).engine(Engine::Fibers);
            Ok(explorer.run_under(&interleaving).result()?)
        });
        let Err(TestError::Fail(why, interleaving)) = result else {
            panic!("{result:?}");
        };
        let minimal = schedule![t0: read, t1: read];
        assert_eq!(interleaving.schedule(), Some(minimal), "{seed}");
        // What is said is of the minimal execution, not of the one that was drawn.
        let text = ".replay(&interlace::schedule![t0: read, t1: read])";
        assert!(why.message().ends_with(text), "{why}");
    }
}

#[test]
fn the_last_failure_is_what_is_shown() {
    let interleaving = (0..1000)
        .map(draw)
        .find(|it| !complete(&[1, 1]).run_under(it).is_ok())
        .unwrap();
    complete(&[1]).run_under(&interleaving).assert_ok();
    assert_ne!(interleaving.schedule(), Some(schedule![]));
}

#[test]
fn interleavings_that_were_not_run_say_how_they_decide() {
    let texts: BTreeSet<String> = (0..200).map(|seed| format!("{:?}", draw(seed))).collect();
    let fixed = "Interleaving(0 of the choices against the fixed order)";
    assert!(texts.contains(fixed), "{texts:?}");
    let is_walk = |text: &String| text.starts_with("Interleaving(random walk 0x");
    assert!(texts.iter().any(is_walk), "{texts:?}");
}

#[test]
fn a_program_that_cannot_be_run_is_an_error() {
    let execution = Explorer::new(|| ()).run_under(&draw(1));
    let error = execution.result().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoThreads);
}

#[test]
fn a_deadlock_of_tasks_is_found_with_its_inputs() {
    use tokio::sync::Mutex;
    async fn both(first: &Mutex<()>, second: &Mutex<()>) {
        marker!("first");
        let _first = first.lock().await;
        marker!("second");
        let _second = second.lock().await;
    }
    // Whether each task takes the locks in the opposite order.
    let result = runner(5, 300).run(&(vec(any::<bool>(), 2..4), interleavings()), |input| {
        let (turned, interleaving) = input;
        let explorer = Explorer::new(<[Mutex<()>; 2]>::default).engine(Engine::Fibers);
        let explorer = turned
            .iter()
            .enumerate()
            .fold(explorer, |explorer, (task, &turned)| {
                explorer.task(task.to_string(), async move |[a, b]: &[Mutex<()>; 2]| {
                    if turned {
                        both(b, a).await;
                    } else {
                        both(a, b).await;
                    }
                })
            });
        Ok(explorer.run_under(&interleaving).result()?)
    });
    let Err(TestError::Fail(why, (turned, interleaving))) = result else {
        panic!("{result:?}");
    };
    assert!(why.message().contains("deadlock"), "{why}");
    // Two tasks, one of them turned; each takes its first lock.
    assert_eq!(turned.len(), 2);
    assert_ne!(turned[0], turned[1]);
    let schedule = interleaving.schedule().unwrap();
    assert_eq!(schedule.to_string(), "0:first 1:first");
}
