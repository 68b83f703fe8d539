//! Programs whose threads share locks, as readers do.

use proptest::prelude::*;

use super::brute_force::every_class;
use super::counts::{program, reduced, same};
use super::program::{Code, Program};
use super::shards::in_shards;
use super::workers::{Workers, check, repair};
use crate::search::reduction::mutant::Mutant;

use Code::{Await, Lock, Read, Share, Unlock, Unshare, Wake, Write};

fn sharing_programs() -> impl Strategy<Value = Program> {
    let (lock, cell) = (0..2_usize, 0..2_usize);
    let code = prop_oneof![
        3 => lock.clone().prop_map(Share),
        3 => lock.clone().prop_map(Unshare),
        2 => (lock.clone(), any::<bool>()).prop_map(|(lock, short)| Lock(lock, short)),
        1 => lock.prop_map(Unlock),
        2 => cell.clone().prop_map(Read),
        3 => cell.clone().prop_map(Write),
        1 => cell.prop_map(|it| Await(vec![it])),
        1 => Just(Code::Wait(0)),
        1 => Just(Wake(0)),
    ];
    let threads = prop::collection::vec(prop::collection::vec(code, 1..7), 2..5);
    threads.prop_map(|threads| {
        let mut program = program(2, threads);
        repair(&mut program);
        program
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn each_class_is_run_once(program in sharing_programs(), seed in any::<u64>()) {
        let Some(all) = every_class(&program, 3_000) else {
            return Ok(());
        };
        for count in [1, 4, 16] {
            check(&program, Workers { count, seed }, &all)?;
        }
        let (_, found) = in_shards(&program, 1);
        prop_assert_eq!(found.repeated, 0);
        prop_assert_eq!(&found, &all);
    }
}

#[test]
fn readers_come_before_a_writer_or_after_it() {
    let reads = [Share(0), Read(0), Unshare(0)];
    let writes = [Lock(0, false), Write(0), Unlock(0)];
    for readers in 1..=6_u32 {
        for (writers, classes) in [(1, 2_u64.pow(readers)), (2, 2 * 3_u64.pow(readers))] {
            let mut threads = same(readers as usize, &reads);
            threads.extend(same(writers, &writes));
            let program = program(1, threads);
            let (executions, deadlocks, found) = reduced(&program);
            assert_eq!(
                (executions, deadlocks),
                (classes, 0),
                "{readers} and {writers}"
            );
            if let Some(all) = every_class(&program, 20_000) {
                assert_eq!(found, all);
            }
        }
    }
}

/// The third comes to its lock only when the second shares it: so it can come before the first alone.
#[test]
fn who_has_led_there_does_not_come_later() {
    let program = program(
        2,
        vec![
            vec![Share(0)],
            vec![Share(0), Await(vec![1])],
            vec![Write(1), Lock(0, false)],
        ],
    );
    let all = every_class(&program, 100_000).unwrap();
    check(&program, Workers { count: 1, seed: 0 }, &all).unwrap();
}

/// Two who share the lock wait for each other: so they have it at the same time, and the third can come first only
/// if both come later.
#[test]
fn several_may_have_to_come_later() {
    let program = program(
        2,
        vec![
            vec![Share(0), Write(0), Await(vec![1]), Unshare(0)],
            vec![Share(0), Write(1), Await(vec![0]), Unshare(0)],
            vec![Lock(0, true)],
        ],
    );
    let all = every_class(&program, 100_000).unwrap();
    let workers = Workers { count: 1, seed: 0 };
    check(&program, workers, &all).unwrap();
    Mutant::OneSharerLater.during(|| check(&program, workers, &all).unwrap_err());
    assert_eq!(in_shards(&program, 1).1, all);
}
