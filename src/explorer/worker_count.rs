//! How many workers a search has.

use std::num::NonZero;
use std::sync::OnceLock;
use std::thread;

use crate::environment::Settings;
use crate::report::WorkerCount;

/// Workers beyond the number of processors only take turns on them. A few may be wanted to show
/// that the result does not depend on their number; starting hundreds takes longer than most
/// searches.
const MAX_PER_PROCESSOR: usize = 8;

/// How many workers to start. With `max_schedules`, only one.
pub(super) fn worker_count(settings: &Settings) -> WorkerCount {
    let processors = processors();
    let asked = match settings.max_schedules {
        None => settings.workers.unwrap_or(processors),
        // Which executions are the first `max_schedules` is known only when they are run in order.
        Some(_) => 1,
    };
    WorkerCount {
        asked,
        used: asked.min(MAX_PER_PROCESSOR * processors),
        processors,
    }
}

/// The number of processors, cached, since finding it out reads files.
fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}
