//! Connections to the server, kept from one execution to the next.

use std::env;
use std::sync::{Mutex, MutexGuard, PoisonError};

use postgres::{Client, NoTls};

/// Connections that no execution is using: to open one takes longer than an execution does.
static IDLE: Mutex<Vec<Client>> = Mutex::new(Vec::new());

/// The server, as `key=value` pairs or a URL, if there is one.
pub(crate) fn server() -> Option<String> {
    env::var("WRITE_SKEW_DATABASE").ok()
}

/// A server looks for deadlocks among those that wait when one has waited for `deadlock_timeout`. It
/// is less than the grace, so that who begins to wait last is refused, and not who looks last.
const SETTINGS: &str = "
    SET lock_timeout = '5s';
    SET deadlock_timeout = '10ms';
    SET client_min_messages = warning";

fn connect() -> Client {
    let server = server().expect("asked for before");
    let connected = Client::connect(&server, NoTls).and_then(|mut client| {
        client.batch_execute(SETTINGS)?;
        Ok(client)
    });
    connected.unwrap_or_else(|error| panic!("no server at `{server}`: {error:?}"))
}

/// The connections of one execution.
pub(crate) struct Connections(Vec<Mutex<Client>>);

impl Connections {
    pub(crate) fn take(count: usize) -> Self {
        let idle = || lock(&IDLE).pop();
        let connections = (0..count).map(|_| idle().unwrap_or_else(connect));
        Connections(connections.map(Mutex::new).collect())
    }

    pub(crate) fn lock(&self, number: usize) -> MutexGuard<'_, Client> {
        lock(&self.0[number])
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        let connections = self.0.drain(..).map(Mutex::into_inner);
        let whole = connections.map(|client| client.unwrap_or_else(PoisonError::into_inner));
        lock(&IDLE).extend(whole.filter(|client| !client.is_closed()));
    }
}

/// Nothing here is left half done by a panic: the transaction is rolled back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
