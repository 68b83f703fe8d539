//! The strategies for proptest: schedules of known marker lists, interleavings of any program, and
//! samples.

mod interleavings;
mod queue;
mod sample;
mod schedules;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A runner of its own seed, which keeps no failures.
fn runner(seed: u64, cases: u32) -> TestRunner {
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
