//! Starts the threads of a team.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::raw_thread::RawThread;
use super::team::Team;
use crate::engine::baton::Grant;
use crate::engine::engine_thread::EngineThread;
use crate::engine::fault::catch_fault;
use crate::engine::prelude;
use crate::error::{Error, ErrorKind};

/// Starts a thread of this name on the processor of the team. If that fails, the others unwind.
pub(super) fn start(
    team: &Arc<Team>,
    name: &str,
    body: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, Error> {
    // The system accepts no name with a zero byte.
    let builder = Builder::new().name(name.replace('\0', "\u{2400}"));
    let started = prelude::spawn_by_std(builder, in_team(team, body));
    started.map_err(|error| no_thread(team, name, &error))
}

/// As [`start`], for a thread that the program starts.
pub(super) fn start_raw(
    team: &Arc<Team>,
    name: &str,
    stack_size: Option<usize>,
    body: impl FnOnce() + Send + 'static,
) -> Result<RawThread, Error> {
    let started = RawThread::start(stack_size, Box::new(in_team(team, body)));
    started.map_err(|error| no_thread(team, name, &error))
}

/// What a thread runs that is expected to join the team.
fn in_team<B: FnOnce() + Send + 'static>(team: &Arc<Team>, body: B) -> impl FnOnce() + use<B> {
    let mate = Arc::clone(team);
    team.clocks.expect();
    move || {
        let lived = catch_fault(|| {
            mate.processor.pin_current_thread();
            let own = EngineThread::begin();
            mate.surroundings.add_current_thread();
            let _clock = mate.clocks.add(&own);
            body();
            Ok(())
        });
        lived.unwrap_or_else(|fault| mate.fail(fault));
    }
}

#[cold]
fn no_thread(team: &Team, name: &str, error: &io::Error) -> Error {
    for slot in team.slots.all() {
        slot.baton.give(Grant::Unwind);
    }
    Error::new(
        ErrorKind::NoOsThread,
        format!("the operating system did not start a thread for `{name}`: {error}"),
    )
}
