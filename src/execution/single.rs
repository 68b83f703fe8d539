//! Runs a single execution, whose steps a [`Chooser`] chooses.

use std::sync::Arc;

use super::Record;
use crate::engine::{Engine, EngineOptions, ExecutionResult, Program, Scheduler, ThreadTable};
use crate::error::{Error, ErrorKind};
use crate::operation::{Choice, SchedulingPoint};

/// Chooses the steps of one execution.
pub(crate) trait Chooser: Send + 'static {
    /// Decides which thread goes next. `threads` tells what the ids stand for.
    fn choose(&mut self, point: &SchedulingPoint<'_>, threads: &ThreadTable) -> Choice;
}

#[derive(Debug)]
pub(crate) struct Single<C> {
    pub(crate) chooser: C,
    pub(crate) record: Record,
    pub(crate) outcome: Option<String>,
}

/// Runs one execution of `program`.
///
/// # Errors
///
/// If the engine cannot run it.
pub(crate) fn run_single<C: Chooser>(
    engine: Engine,
    program: &Arc<dyn Program>,
    chooser: C,
    options: EngineOptions,
) -> Result<Single<C>, Error> {
    let once = Once {
        chooser,
        has_begun: false,
        ended: None,
    };
    let Once { chooser, ended, .. } = engine.run(program, once, options)?;
    let (record, outcome) = ended.ok_or_else(|| {
        let text = "a fault of interlace: the engine has not told how the execution ended";
        Error::new(ErrorKind::Internal, text)
    })?;
    Ok(Single {
        chooser,
        record,
        outcome,
    })
}

/// Steers an engine through one execution.
struct Once<C> {
    chooser: C,
    has_begun: bool,
    ended: Option<(Record, Option<String>)>,
}

impl<C: Chooser> Scheduler for Once<C> {
    fn new_execution(&mut self) -> Option<usize> {
        (!std::mem::replace(&mut self.has_begun, true)).then_some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>, threads: &ThreadTable) -> Choice {
        self.chooser.choose(point, threads)
    }

    fn end(&mut self, result: ExecutionResult<'_>) {
        let outcome = result.outcome.map(str::to_owned);
        self.ended = Some((Record::of(result), outcome));
    }
}
