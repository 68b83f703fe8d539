//! A lost update, and clients that try again while the database is busy.
//!
//! `SQLite` keeps a transaction from seeing half of another, but it knows only the transactions it
//! is told of. A deposit that reads the balance in one and writes it in the next loses what was
//! deposited in between. In one transaction nothing is lost, whether it begins as `IMMEDIATE` or
//! as `DEFERRED`; but then `SQLite` may refuse it as busy, and it has to be tried again.

use std::sync::atomic::Ordering::SeqCst;

use interlace::{Explorer, Report};
use rusqlite::{Connection, Result, TransactionBehavior};

use crate::bank::{AMOUNT, Bank, is_busy, read, write};

/// How often a deposit is tried before its caller is told that the database is busy. A thread
/// that tried for ever could be scheduled for ever, and the search would have no end.
const MAX_TRIES: u32 = 3;

#[interlace::trace]
impl Bank {
    /// Each of the two statements is a transaction of its own.
    fn deposit(&self) -> Result<()> {
        self.tries.fetch_add(1, SeqCst);
        let connection = self.connect()?;
        let balance = read(&connection)?; // interlace: read
        write(&connection, balance + AMOUNT) // interlace: write
    }

    /// The fixed twins: one transaction, tried again while the database is busy.
    fn deposit_in(&self, behavior: TransactionBehavior) -> Result<()> {
        let mut connection = self.connect()?;
        for _ in 1..MAX_TRIES {
            match self.try_deposit(&mut connection, behavior) {
                Err(error) if is_busy(&error) => {}
                done => return done,
            }
        }
        self.try_deposit(&mut connection, behavior)
    }

    fn try_deposit(
        &self,
        connection: &mut Connection,
        behavior: TransactionBehavior,
    ) -> Result<()> {
        self.tries.fetch_add(1, SeqCst);
        let transaction = connection.transaction_with_behavior(behavior)?; // interlace: begin
        let balance = read(&transaction)?; // interlace: read
        write(&transaction, balance + AMOUNT)?; // interlace: write
        transaction.commit()
    }
}

/// Two clients, and an account that must hold what they were told that it holds.
fn two_clients(
    deposit: impl Fn(&Bank) -> Result<()> + Copy + Sync + Send + 'static,
) -> Explorer<Bank> {
    Explorer::new(Bank::new)
        .thread("client1", move |bank| bank.serve(deposit))
        .thread("client2", move |bank| bank.serve(deposit))
        .outcome(|bank| {
            let (made, tries) = (bank.made.load(SeqCst), bank.tries.load(SeqCst));
            format!("{made} made in {tries} tries")
        })
        .check(|bank| {
            let expected = 100 + AMOUNT * bank.made.load(SeqCst);
            assert_eq!(bank.balance(), expected, "a deposit was lost");
        })
        .keep_going()
}

fn explore_broken() -> Report {
    two_clients(Bank::deposit).explore()
}

fn explore_immediate() -> Report {
    two_clients(|bank| bank.deposit_in(TransactionBehavior::Immediate)).explore()
}

fn explore_deferred() -> Report {
    two_clients(|bank| bank.deposit_in(TransactionBehavior::Deferred)).explore()
}

pub(crate) fn show() {
    println!("two transactions, one to read and one to write:\n");
    let broken = explore_broken();
    println!("{broken}\n");
    broken.assert_fails();
    // 4! / (2! 2!) orders. Nothing is lost only if one client is done before the other reads.
    assert_eq!((broken.schedules(), broken.failing()), (6, 4));

    println!("one transaction, BEGIN IMMEDIATE:\n");
    let immediate = explore_immediate();
    println!("{immediate}\n");
    immediate.assert_ok();
    assert!(immediate.is_exhaustive());
    // The client that begins first then has two steps, read and write. Before the second of them,
    // the other may try n times in vain, which has n + 1 orders: 1, 2 and 3 of them end with both
    // deposits made, but after the third try, in 4 orders, it is refused. Twice that, for either
    // may be first.
    let outcomes = [
        ("\"1 made in 4 tries\"", 8),
        ("\"2 made in 2 tries\"", 2),
        ("\"2 made in 3 tries\"", 4),
        ("\"2 made in 4 tries\"", 6),
    ];
    assert!(immediate.outcomes().eq(outcomes));

    println!("one transaction, BEGIN DEFERRED:\n");
    let deferred = explore_deferred();
    println!("{deferred}\n");
    deferred.assert_ok();
    assert!(deferred.is_exhaustive());
    // Each begins, reads and writes, in 6! / (3! 3!) = 20 orders. A write is refused if the other
    // has written since the read; it is tried again when the other is done, which adds no order.
    // There is no conflict if one reads after the other's write: 4 orders, for its begin may be at
    // any place before. Twice that.
    let outcomes = [("\"2 made in 2 tries\"", 8), ("\"2 made in 3 tries\"", 12)];
    assert!(deferred.outcomes().eq(outcomes));
}
