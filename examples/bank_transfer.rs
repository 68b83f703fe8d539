//! Two transfers between the same two accounts, and money that appears or vanishes.
//!
//! Each balance has a lock of its own, so there is no data race. But no lock is held for the whole
//! transfer, and so one can come between the steps of another.
//!
//! Prints the report that the explorer gives, then that of the fixed twin.

use std::sync::Mutex;

use interlace::{Explorer, Report};

const AMOUNT: u32 = 10;

/// A lock for each account.
struct Bank {
    source: Mutex<u32>,
    target: Mutex<u32>,
}

impl Bank {
    fn new() -> Self {
        Bank {
            source: Mutex::new(100),
            target: Mutex::new(100),
        }
    }

    fn balances(&self) -> (u32, u32) {
        (*self.source.lock().unwrap(), *self.target.lock().unwrap())
    }
}

#[interlace::trace]
impl Bank {
    /// Reads both balances, then writes both: another transfer may come between.
    fn transfer(&self) {
        let source = *self.source.lock().unwrap(); // interlace: read_source
        let target = *self.target.lock().unwrap(); // interlace: read_target
        *self.source.lock().unwrap() = source - AMOUNT; // interlace: write_source
        *self.target.lock().unwrap() = target + AMOUNT; // interlace: write_target
    }
}

/// The fixed twin: one lock for both accounts.
struct SafeBank {
    accounts: Mutex<Accounts>,
}

struct Accounts {
    source: u32,
    target: u32,
}

impl SafeBank {
    fn new() -> Self {
        let (source, target) = (100, 100);
        let accounts = Mutex::new(Accounts { source, target });
        SafeBank { accounts }
    }

    fn balances(&self) -> (u32, u32) {
        let accounts = self.accounts.lock().unwrap();
        (accounts.source, accounts.target)
    }
}

#[interlace::trace]
impl SafeBank {
    /// Takes the lock after the marker and holds it to the end: what it protects is one step.
    fn transfer(&self) {
        let mut accounts = self.accounts.lock().unwrap(); // interlace: transfer
        accounts.source -= AMOUNT;
        accounts.target += AMOUNT;
    }
}

fn total((source, target): (u32, u32)) -> u32 {
    source + target
}

fn explore_broken() -> Report {
    Explorer::new(Bank::new)
        .thread("transfer1", Bank::transfer)
        .thread("transfer2", Bank::transfer)
        .outcome(Bank::balances)
        .check(|bank| assert_eq!(total(bank.balances()), 200, "money appeared or vanished"))
        .keep_going()
        .explore()
}

fn explore_fixed() -> Report {
    Explorer::new(SafeBank::new)
        .thread("transfer1", SafeBank::transfer)
        .thread("transfer2", SafeBank::transfer)
        // Stronger than the check of the broken twin: true between the transfers too.
        .invariant("the total is 200", |bank| total(bank.balances()) == 200)
        .check(|bank| assert_eq!(bank.balances(), (80, 120), "a transfer was lost"))
        .explore()
}

fn main() {
    let broken = explore_broken();
    println!("{broken}\n");
    broken.assert_fails();
    // Two threads of four markers have 8! / (4! 4!) orders.
    assert_eq!((broken.schedules(), broken.failing()), (70, 12));
    // The check asks for too little: in (90, 110) a whole transfer is lost, and the total is right.
    // Both transfers are there in no more than 4 schedules.
    let outcomes = [
        ("(80, 110)", 6),
        ("(80, 120)", 4),
        ("(90, 110)", 54),
        ("(90, 120)", 6),
    ];
    assert!(broken.outcomes().eq(outcomes));

    println!("fixed with one lock for the whole transfer:\n");
    let fixed = explore_fixed();
    println!("{fixed}");
    fixed.assert_ok();
    // One transfer and then the other, in either order.
    assert_eq!(fixed.schedules(), 2);
    assert!(fixed.is_exhaustive());
}
