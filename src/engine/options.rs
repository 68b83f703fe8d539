//! How an engine runs executions.

use std::time::Duration;

use super::{KnownCrashes, Lessons, Points, WaitRules};

#[derive(Debug, Clone, Copy)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub(crate) struct EngineOptions {
    /// How long an execution may take, from its setup to its last check, not counting the time for
    /// which its threads wait for a processor.
    pub(crate) timeout: Duration,
    /// How many steps an execution may have.
    pub(crate) max_steps: usize,
    /// The size of a fiber's stack, in bytes.
    pub(crate) stack_size: usize,
    /// Whether something outside of the program wakes its tasks.
    pub(crate) external_wakers: bool,
    /// Whether each execution gets new OS threads.
    pub(crate) fresh_threads: bool,
    /// Within which time the world outside answers, if that is promised.
    pub(crate) grace: Option<Duration>,
    pub(crate) waits: WaitRules,
    pub(crate) points: Points,
    /// Whether the search is code of an execution of another one.
    pub(crate) is_nested: bool,
    /// Whether the call stack of each step is kept: in an instrumented build, for what is shown of a failure.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    pub(crate) notes_stacks: bool,
    /// Whether executions look for data races.
    pub(crate) data_races: bool,
    /// What is known of the code.
    pub(crate) lessons: Lessons,
    /// The number of what is said of the search if the process dies; 0 if nothing is.
    pub(crate) crash_note: u32,
    /// The crashes that are known, where the search is isolated.
    pub(crate) known_crashes: Option<&'static KnownCrashes>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        EngineOptions {
            timeout: Duration::from_secs(10),
            max_steps: 10_000,
            stack_size: 1 << 20,
            external_wakers: false,
            fresh_threads: false,
            grace: None,
            waits: WaitRules::default(),
            points: Points::default(),
            is_nested: false,
            notes_stacks: false,
            data_races: cfg!(interlace),
            lessons: Lessons::default(),
            crash_note: 0,
            known_crashes: None,
        }
    }
}
