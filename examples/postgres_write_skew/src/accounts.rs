//! Two accounts, in two rows of a `PostgreSQL` table, and transactions that wait for each other.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use postgres::error::SqlState;
use postgres::{Client, Error, IsolationLevel};

use crate::connections::Connections;

const ALL_EMPTY: &str = "
    CREATE TABLE IF NOT EXISTS interlace_account (id INTEGER PRIMARY KEY, balance INTEGER);
    INSERT INTO interlace_account VALUES (0, 0), (1, 0)
        ON CONFLICT (id) DO UPDATE SET balance = 0";

pub(crate) struct Accounts {
    connections: Connections,
    /// How many transactions the database has refused.
    refused: AtomicU32,
}

impl Accounts {
    pub(crate) fn new() -> Self {
        let connections = Connections::take(2);
        let made = connections.lock(0).batch_execute(ALL_EMPTY);
        made.expect("accounts can be emptied");
        Accounts {
            connections,
            refused: AtomicU32::new(0),
        }
    }

    /// What is in both accounts, and how many transactions were refused.
    pub(crate) fn summary(&self) -> (i64, u32) {
        let query = "SELECT sum(balance) FROM interlace_account";
        let summed = self.connections.lock(0).query_one(query, &[]);
        let sum = summed.expect("accounts can be added up").get(0);
        (sum, self.refused.load(SeqCst))
    }

    /// Adds 1 to each of these accounts in one transaction, unless the database refuses that.
    pub(crate) fn pay_in(&self, who: usize, accounts: &[i32], isolation: IsolationLevel) {
        let mut client = self.connections.lock(who);
        match pay_in(&mut client, accounts, isolation) {
            Ok(()) => {}
            Err(error) if is_refusal(&error) => drop(self.refused.fetch_add(1, SeqCst)),
            Err(error) => panic!("the database failed: {error:?}"),
        }
    }
}

/// Whether the database has chosen this transaction to make way for another.
fn is_refusal(error: &Error) -> bool {
    let refusals = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    error.code().is_some_and(|code| refusals.contains(code))
}

#[interlace::trace]
fn pay_in(client: &mut Client, accounts: &[i32], isolation: IsolationLevel) -> Result<(), Error> {
    let begin = client.build_transaction().isolation_level(isolation);
    let mut transaction = begin.start()?;
    for account in accounts {
        let update = "UPDATE interlace_account SET balance = balance + 1 WHERE id = $1";
        transaction.execute(update, &[account])?; // interlace: update
    }
    transaction.commit() // interlace: commit
}
