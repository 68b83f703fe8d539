//! Starts the threads of a team.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::team::Team;
use crate::engine::baton::Grant;
use crate::engine::engine_thread::EngineThread;
use crate::engine::fault::catch_fault;
use crate::error::{Error, ErrorKind};

/// Starts a thread of this name on the processor of the team. If that fails, the others unwind.
pub(super) fn start(
    team: &Arc<Team>,
    name: &str,
    body: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, Error> {
    // The system accepts no name with a zero byte.
    let builder = Builder::new().name(name.replace('\0', "\u{2400}"));
    let mate = Arc::clone(team);
    let body = move || {
        let lived = catch_fault(|| {
            mate.processor.pin_current_thread();
            let own = EngineThread::begin();
            let _clock = mate.clocks.add(&own);
            body();
            Ok(())
        });
        lived.unwrap_or_else(|fault| mate.fail(fault));
    };
    team.clocks.expect();
    builder.spawn(body).map_err(|error| {
        for slot in team.slots.all() {
            slot.baton.give(Grant::Unwind);
        }
        Error::new(
            ErrorKind::NoOsThread,
            format!("the operating system did not start a thread for `{name}`: {error}"),
        )
    })
}
