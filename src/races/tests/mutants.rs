//! The clocks against the graph of all events; and wrong rules, each of which that has to catch.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use super::super::mutant::Mutant::{self, *};
use super::program::{self, Event, executions};
use super::reference;

/// `RACE_EXECUTIONS` says how many are compared, when the test is compiled.
const EXECUTIONS: u32 = 500;

fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Whether both find the same first event that races, with one of those with which it does.
fn agrees(events: &[Event]) -> bool {
    let found = program::first_race(events);
    match (found, reference::first_race(events)) {
        (None, None) => true,
        (Some((at, race)), Some((expected, racing))) => {
            at == expected && race.second.site == at && racing.contains(&race.first.site)
        }
        _ => false,
    }
}

#[test]
fn what_the_clocks_find_is_what_the_standard_says() {
    let cases = option_env!("RACE_EXECUTIONS").map_or(EXECUTIONS, |it| it.parse().unwrap());
    let mut counts = [0, 0];
    for length in [20, 60] {
        let counts = std::cell::RefCell::new(&mut counts);
        let compared = runner(cases).run(&executions(length), |events| {
            prop_assert!(agrees(&events));
            let has_race = reference::first_race(&events).is_some();
            counts.borrow_mut()[usize::from(has_race)] += 1;
            Ok(())
        });
        compared.unwrap();
    }
    let tenth = cases / 5;
    assert!(
        counts.iter().all(|count| *count > tenth),
        "of those without and with a race there are {counts:?}"
    );
}

#[test]
fn every_wrong_rule_is_caught() {
    for mutant in [
        StoresKeep,
        OwnStoresKeep,
        UpdatesEnd,
        ReleasesReplace,
        RelaxedAcquires,
        AcquireFencesIgnored,
        ReleaseFencesIgnored,
        FencesCoverLater,
        StartsOrderNothing,
        TimeStandsStill,
        BytesConfused,
        AtomicsRace,
        LastAccessOnly,
    ] {
        assert!(is_caught(mutant), "{mutant:?}");
    }
}

fn is_caught(mutant: Mutant) -> bool {
    let agrees = |events: Vec<Event>| {
        prop_assert!(mutant.during(|| agrees(&events)));
        Ok(())
    };
    // Most are caught soon, the rarest within some thousands.
    let caught = runner(20_000).run(&executions(60), agrees);
    matches!(caught, Err(TestError::Fail(..)))
}
