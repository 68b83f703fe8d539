//! A program under test: its setup, its named threads and tasks, and what must hold.

use std::fmt::{self, Debug};

use itertools::Itertools as _;

use crate::engine::{self, Body, SharedState, Subject};
use crate::error::{Error, ErrorKind};
use crate::oracle::Oracles;
use crate::search::ThreadId;

type Check<S> = Box<dyn Fn(&S) + Send + Sync>;
type Invariant<S> = Box<dyn Fn(&S) -> bool + Send + Sync>;
type Describe<S> = Box<dyn Fn(&S) -> String + Send + Sync>;

/// What an explorer runs, over and over.
pub(crate) struct Program<S> {
    set_up: Box<dyn Fn() -> S + Send + Sync>,
    names: Vec<String>,
    bodies: Vec<Box<Body>>,
    invariant_names: Vec<String>,
    invariants: Vec<Invariant<S>>,
    checks: Vec<Check<S>>,
    outcome: Option<Describe<S>>,
    view: Option<Describe<S>>,
    oracles: Oracles,
}

impl<S: Send + Sync + 'static> Program<S> {
    pub(crate) fn new(set_up: impl Fn() -> S + Send + Sync + 'static) -> Self {
        Program {
            set_up: Box::new(set_up),
            names: Vec::new(),
            bodies: Vec::new(),
            invariant_names: Vec::new(),
            invariants: Vec::new(),
            checks: Vec::new(),
            outcome: None,
            view: None,
            oracles: Oracles::default(),
        }
    }

    pub(crate) fn add_thread(&mut self, name: String, body: impl Fn(&S) + Send + Sync + 'static) {
        self.names.push(name);
        self.bodies.push(Box::new(move |state| body(own(state))));
    }

    /// Adds a thread whose body polls the future that `body` makes until it is ready.
    pub(crate) fn add_task(
        &mut self,
        name: String,
        body: impl AsyncFn(&S) + Send + Sync + 'static,
    ) {
        self.add_thread(name, move |state| engine::run_to_end(body(state)));
    }

    pub(crate) fn add_invariant(
        &mut self,
        name: String,
        invariant: impl Fn(&S) -> bool + Send + Sync + 'static,
    ) {
        self.invariant_names.push(name);
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
        let outcomes = outcomes.into_iter();
        let texts = outcomes.map(|outcome| format!("{outcome:?}"));
        self.oracles.allow(texts);
    }

    pub(crate) fn set_view<V: Debug>(&mut self, view: impl Fn(&S) -> V + Send + Sync + 'static) {
        self.view = Some(Box::new(move |state| format!("{:?}", view(state))));
        self.oracles.ask_for_serial_views();
    }
}

impl<S: Send + Sync + 'static> Subject for Program<S> {
    fn threads(&self) -> &[String] {
        &self.names
    }

    fn room(&self) -> SharedState {
        Box::new(None::<S>)
    }

    fn set_up(&self, room: &mut SharedState) {
        *place::<S>(room) = Some((self.set_up)());
    }

    fn tear_down(&self, room: &mut SharedState) {
        *place::<S>(room) = None;
    }

    fn body(&self, thread: ThreadId) -> &Body {
        &*self.bodies[thread.index()]
    }

    fn invariants(&self) -> &[String] {
        &self.invariant_names
    }

    fn observe(&self, state: &SharedState) -> Option<usize> {
        let state = own(state);
        self.invariants
            .iter()
            .position(|invariant| !invariant(state))
    }

    fn outcome(&self, state: &SharedState) -> Option<String> {
        self.outcome.as_ref().map(|outcome| outcome(own(state)))
    }

    fn describes_outcomes(&self) -> bool {
        self.outcome.is_some()
    }

    fn oracles(&self) -> Option<&Oracles> {
        self.oracles.are_used().then_some(&self.oracles)
    }

    fn view(&self, state: &SharedState) -> Option<String> {
        self.view.as_ref().map(|view| view(own(state)))
    }

    fn check(&self, state: &SharedState) {
        self.checks.iter().for_each(|check| check(own(state)));
    }
}

/// The state as the program knows it.
fn own<S: 'static>(state: &SharedState) -> &S {
    let state: Option<&Option<S>> = state.downcast_ref();
    let state = state.and_then(Option::as_ref);
    state.expect("an engine passes on what was set up")
}

/// Where the state is to be.
fn place<S: 'static>(room: &mut SharedState) -> &mut Option<S> {
    let place = room.downcast_mut();
    place.expect("an engine passes on what `room` made")
}

impl<S> Debug for Program<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("threads", &self.names)
            .field("invariants", &self.invariant_names)
            .finish_non_exhaustive()
    }
}

/// Refuses a program that no schedule could steer.
///
/// # Errors
///
/// If there is no thread, or two have one name.
pub(crate) fn check_names(names: &[String]) -> Result<(), Error> {
    if names.is_empty() {
        return Err(Error::new(
            ErrorKind::NoThreads,
            "there is no thread to run: add one before running",
        ));
    }
    if let Some(name) = names.iter().duplicates().next() {
        return Err(Error::new(
            ErrorKind::DuplicateThread,
            format!("two threads are named `{name}`: give each thread a name of its own"),
        ));
    }
    Ok(())
}
