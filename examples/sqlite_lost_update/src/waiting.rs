//! A conflict of locks: one client has the write lock, and the other waits for it in `SQLite`.
//!
//! `SQLite` has a *busy handler*, which it calls when the lock is taken, and asks again for as long
//! as that says so. The one that it has by itself, `busy_timeout`, sleeps. While interlace explores,
//! a sleep takes no time: its end is a step, which comes after or before whoever has the lock goes
//! on, so both are seen, a wait that is rewarded and one that is in vain. But a sleep does not end
//! early twice while nobody else takes a step, so many sleeps are never all in vain. A busy handler
//! with a marker makes a scheduling point of each wait, and the search sees what comes of it. There
//! must be a limit to it: who may ask again for ever could be scheduled for ever.
//!
//! Waiting does not always help. A deferred transaction begins as a reader; if another has written
//! since, or is about to, it can no longer become a writer however long it waits, so `SQLite`
//! refuses it at once, without asking the busy handler. This is the conflict that people meet in
//! production as "database is locked" in spite of a `busy_timeout` of many seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use interlace::{Explorer, Report, marker};
use rusqlite::{Connection, Result, TransactionBehavior};

use crate::bank::{AMOUNT, Bank, is_busy, read, write};

/// How often a client waits before it gives up.
const MAX_WAITS: u32 = 2;

/// Makes a connection wait for locks, and counts how often it did.
type Patience = fn(&mut Connection, Arc<AtomicU32>) -> Result<()>;

struct Branch {
    bank: Bank,
    waits: AtomicU32,
    /// How many clients were refused that would still have waited.
    refused_early: AtomicU32,
}

impl Branch {
    fn new() -> Self {
        Branch {
            bank: Bank::new(),
            waits: AtomicU32::new(0),
            refused_early: AtomicU32::new(0),
        }
    }

    fn serve(&self, behavior: TransactionBehavior, patience: Patience) {
        let waits = Arc::new(AtomicU32::new(0));
        self.bank.serve(|bank| {
            let mut connection = bank.connect()?;
            patience(&mut connection, Arc::clone(&waits))?;
            let deposited = deposit(&mut connection, behavior);
            let is_refused = deposited.as_ref().is_err_and(is_busy);
            if is_refused && waits.load(SeqCst) < MAX_WAITS {
                self.refused_early.fetch_add(1, SeqCst);
            }
            deposited
        });
        self.waits.fetch_add(waits.load(SeqCst), SeqCst);
    }
}

#[interlace::trace]
fn deposit(connection: &mut Connection, behavior: TransactionBehavior) -> Result<()> {
    let transaction = connection.transaction_with_behavior(behavior)?; // interlace: begin
    let balance = read(&transaction)?;
    write(&transaction, balance + AMOUNT)?; // interlace: write
    transaction.commit() // interlace: commit
}

/// Sleeps, as production code does. In a millisecond `SQLite` sleeps once.
fn sleep(connection: &mut Connection, _: Arc<AtomicU32>) -> Result<()> {
    connection.busy_timeout(Duration::from_millis(1))
}

/// Lets others go on before the lock is tried again.
fn yield_turn(connection: &mut Connection, waits: Arc<AtomicU32>) -> Result<()> {
    connection.busy_handler(Some(move |_| {
        if waits.load(SeqCst) == MAX_WAITS {
            return false;
        }
        waits.fetch_add(1, SeqCst);
        marker!("try_again");
        true
    }))
}

fn two_clients(behavior: TransactionBehavior, patience: Patience) -> Explorer<Branch> {
    Explorer::new(Branch::new)
        .thread("client1", move |branch| branch.serve(behavior, patience))
        .thread("client2", move |branch| branch.serve(behavior, patience))
        .outcome(|branch| {
            let (made, waits) = (branch.bank.made.load(SeqCst), branch.waits.load(SeqCst));
            format!("{made} made, {waits} waits")
        })
        .check(|branch| {
            let expected = 100 + AMOUNT * branch.bank.made.load(SeqCst);
            assert_eq!(branch.bank.balance(), expected, "a deposit was lost");
        })
        .keep_going()
}

/// The same, and nobody may be refused that would still have waited.
fn two_patient_clients(behavior: TransactionBehavior) -> Explorer<Branch> {
    two_clients(behavior, yield_turn).check(|branch| {
        let refused_early = branch.refused_early.load(SeqCst);
        assert_eq!(
            refused_early, 0,
            "a client was refused that would have waited"
        );
    })
}

fn explore_sleeping() -> Report {
    two_clients(TransactionBehavior::Immediate, sleep).explore()
}

fn explore_upgrading() -> Report {
    two_patient_clients(TransactionBehavior::Deferred).explore()
}

fn explore_waiting() -> Report {
    two_patient_clients(TransactionBehavior::Immediate).explore()
}

pub(crate) fn show() {
    println!("BEGIN IMMEDIATE, with a busy_timeout of 1 ms:\n");
    let sleeping = explore_sleeping();
    println!("{sleeping}\n");
    sleeping.assert_ok();
    // The client that begins first has three steps. If the other begins after all of them, it does
    // not sleep: 1 order. If it begins after two, its sleep ends before the third, and it is
    // refused, or after that: 1 and 1. If it begins after one, its sleep ends before the second or
    // the third, and it is refused, or after that: 2 and 1. Twice that, for either may be first.
    let outcomes = [("\"1 made, 0 waits\"", 6), ("\"2 made, 0 waits\"", 6)];
    assert!(sleeping.outcomes().eq(outcomes));

    println!("BEGIN DEFERRED, with a busy handler that lets others go on:\n");
    let upgrading = explore_upgrading();
    println!("{upgrading}\n");
    upgrading.assert_fails();
    // Say that client1 is first to write. Client2 begins after its commit, and both are done: 1
    // order. Or it begins before client1 begins, writes or commits, and then its write is refused,
    // whether before the commit or after it: 3 times 2 orders. Twice that.
    assert_eq!((upgrading.schedules(), upgrading.failing()), (14, 12));
    let outcomes = [("\"1 made, 0 waits\"", 12), ("\"2 made, 0 waits\"", 2)];
    assert!(upgrading.outcomes().eq(outcomes));

    println!("BEGIN IMMEDIATE, with a busy handler that lets others go on:\n");
    let waiting = explore_waiting();
    println!("{waiting}");
    waiting.assert_ok();
    assert!(waiting.is_exhaustive());
    // The client that begins first then has two steps, write and commit. Before the second of them
    // the other may ask n times in vain, which has n + 1 orders. After the third time, in 4 orders,
    // it has waited as often as it may, and gives up. Twice that.
    let outcomes = [
        ("\"1 made, 2 waits\"", 8),
        ("\"2 made, 0 waits\"", 2),
        ("\"2 made, 1 waits\"", 4),
        ("\"2 made, 2 waits\"", 6),
    ];
    assert!(waiting.outcomes().eq(outcomes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busy_handler_is_not_asked_where_waiting_cannot_help() {
        let bank = Bank::new();
        let asked = Arc::new(AtomicU32::new(0));
        let (mut one, mut two) = (bank.connect().unwrap(), bank.connect().unwrap());
        yield_turn(&mut two, Arc::clone(&asked)).unwrap();
        let writer = one
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .unwrap();

        let reader = two.transaction().unwrap();
        let balance = read(&reader).unwrap();
        assert!(is_busy(&write(&reader, balance).unwrap_err()));
        assert_eq!(asked.load(SeqCst), 0);
        drop(reader);

        let refused = two.transaction_with_behavior(TransactionBehavior::Immediate);
        assert!(is_busy(&refused.unwrap_err()));
        assert_eq!(asked.load(SeqCst), MAX_WAITS);
        drop(writer);
    }
}
