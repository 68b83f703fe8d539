//! A program, and how it is run.

use std::sync::Arc;

use crate::engine::{Engine, EngineOptions, Program, Scheduler};
use crate::error::Error;
#[cfg(feature = "proptest")]
use crate::execution::{Chooser, Single, run_single};
use crate::follow::{Followed, follow};
use crate::report::Call;
use crate::schedule::Schedule;

/// A program, and how it is run.
#[derive(Clone, Copy)]
pub(super) struct RunContext<'a> {
    pub(super) program: &'a Arc<dyn Program>,
    pub(super) engine: Engine,
    pub(super) options: EngineOptions,
    pub(super) call: Call,
    /// Whether the program is one body, which starts its threads.
    pub(super) is_model: bool,
    /// Whether there may be nothing to interleave.
    pub(super) allows_trivial: bool,
}

impl RunContext<'_> {
    /// Runs executions until `scheduler` begins no more, and returns it.
    pub(super) fn run<D: Scheduler>(self, scheduler: D) -> Result<D, Error> {
        self.engine.run(self.program, scheduler, self.options)
    }

    /// Runs one execution, whose steps `chooser` chooses.
    #[cfg(feature = "proptest")]
    pub(super) fn run_single<C: Chooser>(self, chooser: C) -> Result<Single<C>, Error> {
        run_single(self.engine, self.program, chooser, self.options)
    }

    /// Runs one execution along `schedule`.
    pub(super) fn follow(self, schedule: &Schedule) -> Result<Followed, Error> {
        follow(self.engine, self.program, self.options, schedule, false)
    }
}
