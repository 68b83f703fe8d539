//! A hospital whose list of doctors is in a `PostgreSQL` database.

use std::env;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

use postgres::error::SqlState;
use postgres::{Client, Error, IsolationLevel, NoTls};

const DOCTORS: [&str; 2] = ["alice", "bob"];

const ALL_ON_CALL: &str = "
    CREATE TABLE IF NOT EXISTS interlace_doctor (name TEXT PRIMARY KEY, on_call BOOLEAN);
    INSERT INTO interlace_doctor VALUES ('alice', TRUE), ('bob', TRUE)
        ON CONFLICT (name) DO UPDATE SET on_call = TRUE";

/// Connections that no execution is using: to open one takes longer than an execution does.
static IDLE: Mutex<Vec<Client>> = Mutex::new(Vec::new());

/// The server, as `key=value` pairs or a URL, if there is one.
pub(crate) fn server() -> Option<String> {
    env::var("WRITE_SKEW_DATABASE").ok()
}

fn connect() -> Client {
    let server = server().expect("asked for before");
    let connected = Client::connect(&server, NoTls).and_then(|mut client| {
        client.batch_execute("SET lock_timeout = '1s'; SET client_min_messages = warning")?;
        Ok(client)
    });
    connected.unwrap_or_else(|error| panic!("no server at `{server}`: {error:?}"))
}

pub(crate) struct Hospital {
    /// One for each doctor.
    connections: Vec<Mutex<Client>>,
    /// How many transactions the database has refused.
    refused: AtomicU32,
}

impl Hospital {
    /// A hospital with all doctors on call.
    pub(crate) fn new() -> Self {
        let mut connections = DOCTORS.map(|_| {
            let idle = lock(&IDLE).pop();
            idle.unwrap_or_else(connect)
        });
        let made = connections[0].batch_execute(ALL_ON_CALL);
        made.expect("doctors can be put on call");
        Hospital {
            connections: connections.map(Mutex::new).into(),
            refused: AtomicU32::new(0),
        }
    }

    /// The number of doctors on call.
    pub(crate) fn on_call(&self) -> i64 {
        let query = "SELECT count(*) FROM interlace_doctor WHERE on_call";
        let counted = lock(&self.connections[0]).query_one(query, &[]);
        counted.expect("doctors can be counted").get(0)
    }

    pub(crate) fn summary(&self) -> String {
        let (on_call, refused) = (self.on_call(), self.refused.load(SeqCst));
        format!("{on_call} on call, {refused} refused")
    }

    /// A doctor asks to go home, and stays if the database refuses it.
    pub(crate) fn ask_to_leave(&self, doctor: usize, isolation: IsolationLevel) {
        let mut client = lock(&self.connections[doctor]);
        match leave(&mut client, DOCTORS[doctor], isolation) {
            Ok(()) => {}
            Err(error) if error.code() == Some(&SqlState::T_R_SERIALIZATION_FAILURE) => {
                self.refused.fetch_add(1, SeqCst);
            }
            Err(error) => panic!("the database failed: {error:?}"),
        }
    }
}

#[interlace::trace]
fn leave(client: &mut Client, doctor: &str, isolation: IsolationLevel) -> Result<(), Error> {
    let begin = client.build_transaction().isolation_level(isolation);
    let mut transaction = begin.start()?; // interlace: look
    let query = "SELECT count(*) FROM interlace_doctor WHERE on_call";
    let on_call: i64 = transaction.query_one(query, &[])?.get(0);
    if on_call < 2 {
        return Ok(());
    }
    let update = "UPDATE interlace_doctor SET on_call = FALSE WHERE name = $1";
    transaction.execute(update, &[&doctor])?; // interlace: leave
    transaction.commit() // interlace: commit
}

impl Drop for Hospital {
    fn drop(&mut self) {
        let connections = self.connections.drain(..).map(Mutex::into_inner);
        let whole = connections.map(|client| client.unwrap_or_else(PoisonError::into_inner));
        lock(&IDLE).extend(whole.filter(|client| !client.is_closed()));
    }
}

/// Nothing here is left half done by a panic: the transaction is rolled back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
