//! A hospital whose list of doctors is in a `PostgreSQL` database.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use postgres::error::SqlState;
use postgres::{Client, Error, IsolationLevel};

use crate::connections::Connections;

const DOCTORS: [&str; 2] = ["alice", "bob"];

const ALL_ON_CALL: &str = "
    CREATE TABLE IF NOT EXISTS interlace_doctor (name TEXT PRIMARY KEY, on_call BOOLEAN);
    INSERT INTO interlace_doctor VALUES ('alice', TRUE), ('bob', TRUE)
        ON CONFLICT (name) DO UPDATE SET on_call = TRUE";

pub(crate) struct Hospital {
    /// One for each doctor.
    connections: Connections,
    /// How many transactions the database has refused.
    refused: AtomicU32,
}

impl Hospital {
    /// A hospital with all doctors on call.
    pub(crate) fn new() -> Self {
        let connections = Connections::take(DOCTORS.len());
        let made = connections.lock(0).batch_execute(ALL_ON_CALL);
        made.expect("doctors can be put on call");
        Hospital {
            connections,
            refused: AtomicU32::new(0),
        }
    }

    /// The number of doctors on call.
    pub(crate) fn on_call(&self) -> i64 {
        let query = "SELECT count(*) FROM interlace_doctor WHERE on_call";
        let counted = self.connections.lock(0).query_one(query, &[]);
        counted.expect("doctors can be counted").get(0)
    }

    pub(crate) fn summary(&self) -> String {
        let (on_call, refused) = (self.on_call(), self.refused.load(SeqCst));
        format!("{on_call} on call, {refused} refused")
    }

    /// A doctor asks to go home, and stays if the database refuses it.
    pub(crate) fn ask_to_leave(&self, doctor: usize, isolation: IsolationLevel) {
        let mut client = self.connections.lock(doctor);
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
