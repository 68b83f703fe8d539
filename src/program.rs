//! A program under test: its setup, its named threads and tasks, and what must hold.

use std::fmt::{self, Debug};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use itertools::Itertools as _;

use crate::engine::{self, Program, ProgramInstance};
use crate::error::{Error, ErrorKind};
use crate::operation::ThreadId;
use crate::oracle::Oracles;

type Body<S> = Box<dyn Fn(&S) + Send + Sync>;
/// What a thread runs. A task may be cancelled or not.
type ThreadBody<S> = Box<dyn Fn(&S, bool) + Send + Sync>;
type Invariant<S> = Box<dyn Fn(&S) -> bool + Send + Sync>;
type Describe<S> = Box<dyn Fn(&S) -> String + Send + Sync>;

/// A program with a state, which an explorer runs over and over.
pub(crate) struct StatefulProgram<S> {
    init: Box<dyn Fn() -> S + Send + Sync>,
    names: Vec<String>,
    bodies: Vec<ThreadBody<S>>,
    /// Which threads are tasks, and the names of those that may be cancelled.
    tasks: Vec<usize>,
    cancellable: Vec<String>,
    invariant_names: Vec<Arc<str>>,
    invariants: Vec<Invariant<S>>,
    checks: Vec<Body<S>>,
    outcome: Option<Describe<S>>,
    view: Option<Describe<S>>,
    oracles: Oracles,
    is_noticed: Arc<AtomicBool>,
}

impl<S: Send + Sync + 'static> StatefulProgram<S> {
    pub(crate) fn new(init: impl Fn() -> S + Send + Sync + 'static) -> Self {
        StatefulProgram {
            init: Box::new(init),
            names: Vec::new(),
            bodies: Vec::new(),
            tasks: Vec::new(),
            cancellable: Vec::new(),
            invariant_names: Vec::new(),
            invariants: Vec::new(),
            checks: Vec::new(),
            outcome: None,
            view: None,
            oracles: Oracles::default(),
            is_noticed: Arc::default(),
        }
    }

    pub(crate) fn add_thread(&mut self, name: String, body: impl Fn(&S) + Send + Sync + 'static) {
        self.names.push(name);
        self.bodies.push(Box::new(move |state, _| body(state)));
    }

    /// Adds a thread that polls the future of `body` until it is ready.
    pub(crate) fn add_task(
        &mut self,
        name: String,
        body: impl AsyncFn(&S) + Send + Sync + 'static,
    ) {
        self.tasks.push(self.names.len());
        self.names.push(name);
        self.bodies.push(Box::new(move |state, is_cancellable| {
            engine::run_to_end(body(state), is_cancellable);
        }));
    }

    /// The task of this name, which may be added later, may be cancelled.
    pub(crate) fn add_cancellable(&mut self, task: String) {
        self.cancellable.push(task);
    }

    pub(crate) fn add_invariant(
        &mut self,
        name: String,
        invariant: impl Fn(&S) -> bool + Send + Sync + 'static,
    ) {
        self.invariant_names.push(name.into());
        self.invariants.push(Box::new(invariant));
    }

    pub(crate) fn add_check(&mut self, check: impl Fn(&S) + Send + Sync + 'static) {
        self.checks.push(Box::new(check));
    }

    pub(crate) fn set_outcome<O: Debug>(
        &mut self,
        outcome: impl Fn(&S) -> O + Send + Sync + 'static,
    ) {
        self.outcome = Some(Box::new(move |state| format!("{:?}", outcome(state))));
    }

    pub(crate) fn allow_outcomes<O: Debug>(&mut self, outcomes: impl IntoIterator<Item = O>) {
        let text = |outcome| format!("{outcome:?}");
        self.oracles.allow(outcomes.into_iter().map(text));
    }

    pub(crate) fn set_view<V: Debug>(&mut self, view: impl Fn(&S) -> V + Send + Sync + 'static) {
        self.view = Some(Box::new(move |state| format!("{:?}", view(state))));
        self.oracles.ask_for_serial_views();
    }
}

impl<S: Send + Sync + 'static> Program for StatefulProgram<S> {
    fn threads(&self) -> &[String] {
        &self.names
    }

    fn instance(self: Arc<Self>) -> Box<dyn ProgramInstance> {
        Box::new(StatefulInstance {
            program: self,
            state: None,
        })
    }

    fn invariants(&self) -> &[Arc<str>] {
        &self.invariant_names
    }

    fn describes_outcomes(&self) -> bool {
        self.outcome.is_some()
    }

    fn is_noticed(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_noticed)
    }

    /// Only tasks can be cancelled.
    fn refusal(&self) -> Option<Error> {
        let tasks = || self.tasks.iter().map(|&task| &self.names[task]);
        let mut cancellable = self.cancellable.iter();
        let unknown = cancellable.find(|name| !tasks().contains(name))?;
        let why = if self.names.contains(unknown) {
            format!("`{unknown}` is a thread, and only a task can be cancelled")
        } else {
            format!("there is no task `{unknown}` that could be cancelled")
        };
        let known = if self.tasks.is_empty() {
            "no task was added".to_owned()
        } else {
            format!("the tasks are `{}`", tasks().format("`, `"))
        };
        let text = format!("{why}: {known}");
        Some(Error::new(ErrorKind::BadSetting, text))
    }

    fn oracles(&self) -> Option<&Oracles> {
        self.oracles.are_used().then_some(&self.oracles)
    }
}

/// A program and the state of one execution.
struct StatefulInstance<S> {
    program: Arc<StatefulProgram<S>>,
    state: Option<S>,
}

impl<S> StatefulInstance<S> {
    #[inline]
    fn state(&self) -> &S {
        let state = self.state.as_ref();
        state.expect("an engine calls `init` first")
    }
}

impl<S: Send + Sync + 'static> ProgramInstance for StatefulInstance<S> {
    fn init(&mut self) {
        self.state = Some((self.program.init)());
    }

    fn drop_state(&mut self) {
        self.state = None;
    }

    fn run_thread(&self, thread: ThreadId) {
        let StatefulProgram {
            bodies,
            names,
            cancellable,
            ..
        } = &*self.program;
        // Most programs have none.
        let is_cancellable =
            !cancellable.is_empty() && cancellable.contains(&names[thread.index()]);
        bodies[thread.index()](self.state(), is_cancellable);
    }

    fn check_invariants(&self) -> Option<usize> {
        let mut invariants = self.program.invariants.iter();
        invariants.position(|invariant| !invariant(self.state()))
    }

    fn outcome(&self) -> Option<String> {
        let describe = self.program.outcome.as_ref()?;
        Some(describe(self.state()))
    }

    fn view(&self) -> Option<String> {
        let describe = self.program.view.as_ref()?;
        Some(describe(self.state()))
    }

    fn check(&self) {
        let checks = self.program.checks.iter();
        checks.for_each(|check| check(self.state()));
    }
}

impl<S> Debug for StatefulProgram<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("threads", &self.names)
            .field("invariants", &self.invariant_names)
            .finish_non_exhaustive()
    }
}

/// Refuses a program whose threads no schedule can name.
///
/// # Errors
///
/// If there is no thread, one has no name, or two have the same.
pub(crate) fn check_names(names: &[String]) -> Result<(), Error> {
    if names.is_empty() {
        let text = "there is no thread to run: add one before running";
        return Err(Error::new(ErrorKind::NoThreads, text));
    }
    if let Some(at) = names.iter().position(|name| name.trim().is_empty()) {
        let text = format!(
            "thread {} of {} has no name: give it one, for reports and schedules",
            at + 1,
            names.len()
        );
        return Err(Error::new(ErrorKind::UnnamedThread, text));
    }
    if let Some(name) = names.iter().duplicates().next() {
        let text = format!("two threads are named `{name}`: give each thread a name of its own");
        return Err(Error::new(ErrorKind::DuplicateThread, text));
    }
    Ok(())
}
