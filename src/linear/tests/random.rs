//! Random histories against brute force.

use std::env;

use fastrand::Rng;

use super::brute_force::{in_program, in_real_time, is_explained};
use super::specs::{Op, Queue, Register, Registers, Ret, Set, Stack};
use crate::linear::call::{Call, Moment};
use crate::linear::mutant::Mutant;
use crate::linear::{Spec, minimal, program_order, real_time};

/// A call, with what it owns.
#[derive(Debug)]
struct Drawn {
    client: usize,
    op: Op,
    ret: Option<(Ret, Moment)>,
    invoked: Moment,
}

fn seen<S: Spec<Op = Op, Ret = Ret>>(drawn: &[Drawn]) -> Vec<Call<'_, S>> {
    let calls = drawn.iter().map(|drawn| Call {
        client: drawn.client,
        op: &drawn.op,
        ret: drawn.ret.as_ref().map(|(ret, moment)| (ret, *moment)),
        invoked: drawn.invoked,
    });
    calls.collect()
}

/// Up to six operations of three clients. Half of the histories are those of a data structure whose operations
/// take effect at some time; of the others, each may return anything.
fn history<S: Spec<Op = Op, Ret = Ret> + Default>(random: &mut Rng) -> Vec<Drawn> {
    let (mut calls, mut state) = (Vec::<Drawn>::new(), S::default());
    let is_real = random.bool();
    let count = random.usize(1..=6);
    let mut under_way: [Option<(usize, Option<Ret>)>; 3] = [None; 3];
    let mut clock = 0;
    while calls.len() < count || random.u8(..3) > 0 && under_way.iter().any(Option::is_some) {
        let client = random.usize(..3);
        clock += 1;
        match &mut under_way[client] {
            Some((call, effect @ None)) => *effect = Some(state.apply(&calls[*call].op)),
            Some((call, Some(ret))) => {
                let any = [None, Some(0), Some(1), Some(2)][random.usize(..4)];
                let ret = if is_real { *ret } else { any };
                // It may have panicked.
                let returns = random.u8(..8) > 0;
                calls[*call].ret = returns.then_some((ret, (clock, clock)));
                under_way[client] = None;
            }
            None if calls.len() < count => {
                let value = random.u8(..3);
                let op = [
                    Op::Put(value),
                    Op::Take,
                    Op::PutAt(random.u8(..3), value),
                    Op::TakeAt(value),
                ];
                let is_divided = S::partition(&op[2]).is_some();
                let op = op[2 * usize::from(is_divided) + random.usize(..2)];
                under_way[client] = Some((calls.len(), None));
                calls.push(Drawn {
                    client,
                    op,
                    ret: None,
                    invoked: (clock, clock),
                });
            }
            None => {}
        }
    }
    calls
}

/// How many histories are drawn of each data structure.
fn rounds() -> usize {
    let wanted = env::var("RANDOM_HISTORIES").ok();
    let wanted = wanted.map(|it| it.parse().expect("RANDOM_HISTORIES is a number"));
    wanted.unwrap_or(2500) / 5
}

/// The share of `rounds` histories of which both ways to check say the same, and how many were explained.
fn compare<S: Spec<Op = Op, Ret = Ret> + Default>(rounds: usize) -> (usize, usize) {
    let (mut agreed, mut explained) = (0, 0);
    let mut random = Rng::with_seed(7);
    for _ in 0..rounds {
        let drawn = history::<S>(&mut random);
        let (calls, initial) = (seen::<S>(&drawn), S::default());
        let expected = [
            is_explained(&initial, &calls, in_real_time),
            is_explained(&initial, &calls, in_program),
        ];
        let undivided = real_time::undivided_order(&initial, &calls);
        let found = [
            real_time::order(&initial, &calls).is_ok(),
            program_order::order(&initial, &calls).is_ok(),
        ];
        let is_real = undivided.is_ok() == expected[0];
        agreed += usize::from(found == expected && is_real);
        explained += usize::from(expected[0]);
    }
    (agreed, explained)
}

#[test]
fn all_ways_to_check_agree_with_brute_force() {
    let rounds = rounds();
    let all = [
        compare::<Register>(rounds),
        compare::<Queue>(rounds),
        compare::<Stack>(rounds),
        compare::<Set>(rounds),
        compare::<Registers>(rounds),
    ];
    for (agreed, explained) in all {
        assert_eq!(agreed, rounds);
        // Both verdicts are tried often enough.
        assert!(
            (rounds / 3..rounds * 9 / 10).contains(&explained),
            "{explained} of {rounds}"
        );
    }
}

#[test]
fn each_broken_rule_is_found_out() {
    for mutant in Mutant::ALL {
        let found_out = mutant.during(|| {
            let agreed = [compare::<Register>, compare::<Queue>, compare::<Stack>];
            agreed.iter().any(|compare| compare(300).0 < 300)
        });
        assert!(found_out, "{mutant:?}");
    }
}

/// The calls of `drawn` that are in `kept`.
fn some<'a, S: Spec>(calls: &[Call<'a, S>], kept: usize) -> Vec<Call<'a, S>> {
    let calls = calls.iter().enumerate();
    let kept = calls.filter(|(number, _)| kept & 1 << number != 0);
    kept.map(|(_, call)| *call).collect()
}

fn check_minimal<S: Spec<Op = Op, Ret = Ret> + Default>(rounds: usize) -> usize {
    let (mut random, mut checked, mut told_instead) = (Rng::with_seed(8), 0, 0);
    let initial = S::default();
    for _ in 0..rounds {
        let drawn = history::<S>(&mut random);
        let all = seen::<S>(&drawn);
        let holds = |calls: &[Call<'_, S>]| is_explained(&initial, calls, in_real_time);
        let explain = |calls: &[Call<'_, S>]| real_time::order(&initial, calls);
        let beginning = minimal::beginning(&all, explain);
        if holds(&all) {
            assert_eq!(beginning.len(), all.len());
            continue;
        }
        checked += 1;
        let (cause, first) = minimal::cause(&beginning, &explain).expect("it has a cause");
        let least = minimal::without_others(beginning, explain);
        let shown = minimal::shown(&least, cause, &explain).expect("it is still the cause");
        assert!(shown.is_as_good_as(&first));
        let instead = &shown.instead;
        // It is not explained, and would be if that had not returned, or something else.
        let if_it_returned = |other: Option<&'static Ret>| {
            let calls = least.iter().map(|call| match call.returned() {
                Some(moment) if moment == cause => Call {
                    ret: other.map(|ret| (ret, moment)),
                    ..*call
                },
                _ => *call,
            });
            holds(&calls.collect::<Vec<_>>())
        };
        assert!(!holds(&least) && if_it_returned(None));
        let mut rets = [&None, &Some(0), &Some(1), &Some(2)].into_iter();
        let told = instead
            .as_ref()
            .and_then(|text| rets.find(|it| format!("{it:?}") == *text));
        assert!(if_it_returned(told), "{instead:?} in {drawn:?}");
        told_instead += usize::from(told.is_some());
        // Nothing less shows the same.
        let whole = (1_usize << least.len()) - 1;
        for part in (0..whole).filter(|part| (whole & !part).count_ones() <= 2) {
            let part = some(&least, part);
            let less = minimal::shown(&part, cause, &explain);
            assert!(less.is_none_or(|it| !it.is_as_good_as(&shown)), "{drawn:?}");
        }
    }
    assert!(
        told_instead > checked * 9 / 10,
        "{told_instead} of {checked}"
    );
    checked
}

#[test]
fn what_is_told_is_minimal() {
    let rounds = rounds();
    for checked in [
        check_minimal::<Register>(rounds),
        check_minimal::<Queue>(rounds),
    ] {
        assert!(checked > rounds / 10, "{checked} of {rounds}");
    }
}
