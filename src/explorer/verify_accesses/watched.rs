//! The program under test, whose views are noted.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::engine::{Program, ProgramInstance};
use crate::error::Error;
use crate::locks::Mutex;
use crate::operation::ThreadId;
use crate::oracle::Oracles;

/// What the last execution showed to the oracle, if it was asked.
#[derive(Debug, Clone, Default)]
pub(super) struct LastView(Arc<Mutex<Option<String>>>);

impl LastView {
    pub(super) fn last(&self) -> Option<String> {
        self.0.lock().clone()
    }

    pub(super) fn forget(&self) {
        *self.0.lock() = None;
    }
}

/// A program that notes its views.
pub(super) struct Watched {
    program: Arc<dyn Program>,
    view: LastView,
}

impl Watched {
    pub(super) fn new(program: &Arc<dyn Program>, view: &LastView) -> Self {
        Watched {
            program: Arc::clone(program),
            view: view.clone(),
        }
    }
}

impl Program for Watched {
    fn threads(&self) -> &[String] {
        self.program.threads()
    }

    fn instance(self: Arc<Self>) -> Box<dyn ProgramInstance> {
        Box::new(WatchedInstance {
            instance: Arc::clone(&self.program).instance(),
            view: self.view.clone(),
        })
    }

    fn invariants(&self) -> &[Arc<str>] {
        self.program.invariants()
    }

    fn describes_outcomes(&self) -> bool {
        self.program.describes_outcomes()
    }

    fn is_noticed(&self) -> Arc<AtomicBool> {
        self.program.is_noticed()
    }

    fn refusal(&self) -> Option<Error> {
        self.program.refusal()
    }

    fn oracles(&self) -> Option<&Oracles> {
        self.program.oracles()
    }
}

struct WatchedInstance {
    instance: Box<dyn ProgramInstance>,
    view: LastView,
}

impl ProgramInstance for WatchedInstance {
    fn init(&mut self) {
        self.instance.init();
    }

    fn drop_state(&mut self) {
        self.instance.drop_state();
    }

    fn run_thread(&self, thread: ThreadId) {
        self.instance.run_thread(thread);
    }

    fn check_invariants(&self) -> Option<usize> {
        self.instance.check_invariants()
    }

    fn outcome(&self) -> Option<String> {
        self.instance.outcome()
    }

    fn view(&self) -> Option<String> {
        let view = self.instance.view();
        self.view.0.lock().clone_from(&view);
        view
    }

    fn check(&self) {
        self.instance.check();
    }
}
