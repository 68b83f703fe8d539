//! A bank with one account, in an `SQLite` database in a folder of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Result};
use tempfile::TempDir;

/// What every deposit adds.
pub(crate) const AMOUNT: u32 = 10;

pub(crate) struct Bank {
    folder: TempDir,
    /// What clients were told: how many deposits were made.
    pub(crate) made: AtomicU32,
    pub(crate) tries: AtomicU32,
}

impl Bank {
    pub(crate) fn new() -> Self {
        let bank = Bank {
            folder: TempDir::new().expect("a temporary folder can be made"),
            made: AtomicU32::new(0),
            tries: AtomicU32::new(0),
        };
        let create = "PRAGMA journal_mode = WAL;
            CREATE TABLE account (balance INTEGER);
            INSERT INTO account VALUES (100)";
        bank.connect()
            .and_then(|connection| connection.execute_batch(create))
            .expect("a new database can be filled");
        bank
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("bank.sqlite")
    }

    /// A connection that does not wait for others.
    pub(crate) fn connect(&self) -> Result<Connection> {
        let connection = Connection::open(self.file())?;
        // When the database is busy, SQLite by itself sleeps and looks again, for five seconds.
        // But the thread that keeps it busy may be paused at a marker: let it be an error at once.
        connection.busy_timeout(Duration::ZERO)?;
        // Nothing has to survive a power cut.
        connection.pragma_update(None, "synchronous", "OFF")?;
        Ok(connection)
    }

    pub(crate) fn balance(&self) -> u32 {
        self.connect()
            .and_then(|c| read(&c))
            .expect("nobody is busy")
    }

    /// Makes a deposit as a client does, who believes what it is told.
    pub(crate) fn serve(&self, deposit: impl FnOnce(&Self) -> Result<()>) {
        match deposit(self) {
            Ok(()) => {
                self.made.fetch_add(1, SeqCst);
            }
            Err(error) if is_busy(&error) => {}
            Err(error) => panic!("the database failed: {error}"),
        }
    }
}

pub(crate) fn read(connection: &Connection) -> Result<u32> {
    connection.query_row("SELECT balance FROM account", (), |row| row.get(0))
}

pub(crate) fn write(connection: &Connection, balance: u32) -> Result<()> {
    let update = "UPDATE account SET balance = ?1";
    connection.execute(update, [balance]).map(drop)
}

pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

#[cfg(test)]
mod tests {
    use rusqlite::TransactionBehavior;

    use super::*;

    #[test]
    fn only_one_connection_is_in_an_immediate_transaction() {
        let bank = Bank::new();
        let (mut one, mut two) = (bank.connect().unwrap(), bank.connect().unwrap());
        let _begun = one
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .unwrap();
        let refused = two.transaction_with_behavior(TransactionBehavior::Immediate);
        assert!(is_busy(&refused.unwrap_err()));
    }

    #[test]
    fn a_deferred_transaction_cannot_write_over_what_it_has_not_read() {
        let bank = Bank::new();
        let (mut one, two) = (bank.connect().unwrap(), bank.connect().unwrap());
        let begun = one.transaction().unwrap();
        let balance = read(&begun).unwrap();
        write(&two, 0).unwrap();
        assert!(is_busy(&write(&begun, balance + AMOUNT).unwrap_err()));
    }
}
