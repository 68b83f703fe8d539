//! Tests with real threads and real waits. The threads say themselves what hooks say for others.

mod cost;
mod lives;
mod quiet;
mod races;
mod relations;
mod server;
mod states;
mod waits;
mod wakes;

use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Relation, Settled, StartingThread};

/// Long enough for whatever ends, on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// So short that whoever does not sleep is found busy.
const SHORT: Duration = Duration::from_millis(5);

const ASLEEP: Settled = Settled::Asleep {
    will_wake: false,
    awaits_files: false,
};

/// Starts a thread as the hook of `pthread_create` does.
fn start<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let starting = StartingThread::by_current().unwrap();
    thread::spawn(|| {
        starting.begin();
        body()
    })
}

/// Starts a thread that is not of the kin of the calling one.
fn start_stranger<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let other = super::aside(|| thread::spawn(|| start(body)));
    other.join().unwrap()
}

/// A search for which a thread of its own asks, so that threads of other tests are not its kin.
fn search() -> Relation {
    Relation::new()
}
