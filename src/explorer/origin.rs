//! The identity of a search, for its report.

use std::collections::BTreeMap;
use std::env;
use std::thread;

use crate::engine::EngineOptions;
use crate::environment::Settings;
use crate::locks::Mutex;
use crate::report::{Call, SearchIdentity};
use crate::strategy::Strategy;

/// The identity of a search that begins on this thread, without its settings.
pub(super) fn origin(threads: &[String], keeps_going: bool, call: Call) -> SearchIdentity {
    SearchIdentity {
        package: env::var("CARGO_PKG_NAME").unwrap_or_default(),
        test: thread::current().name().unwrap_or_default().to_owned(),
        explored_at: call.explored_at.to_string(),
        threads: threads.to_vec(),
        keeps_going,
        ..SearchIdentity::default()
    }
}

/// Adds the strategy, the seed, what points there are and how waits may end.
pub(super) fn describe(
    origin: &mut SearchIdentity,
    settings: &Settings,
    options: EngineOptions,
    is_model: bool,
) {
    origin.waits = options.waits;
    origin.points = options.points.note(is_model, options.data_races);
    let strategy = match settings.strategy.clone().unwrap_or_default() {
        // Unless the search finds that it can tell classes.
        Strategy::Automatic => Strategy::Exhaustive,
        strategy => strategy,
    };
    let is_drawn = strategy.plan().is_ok_and(|plan| plan.schedules().is_some());
    origin.seed = settings.seed.filter(|_| is_drawn).unwrap_or_default();
    origin.strategy = strategy.to_string();
}

/// How many searches this was asked for before with the same test and place.
///
/// A test that explores in a loop makes several reports with one place. Since each test runs on its
/// own thread, the numbers are the same on every machine.
pub(super) fn round(origin: &SearchIdentity) -> u64 {
    static ROUNDS: Mutex<BTreeMap<(String, String), u64>> = Mutex::new(BTreeMap::new());
    let place = (origin.test.clone(), origin.explored_at.clone());
    let mut rounds = ROUNDS.lock();
    let round = rounds.entry(place).or_default();
    *round += 1;
    *round - 1
}
