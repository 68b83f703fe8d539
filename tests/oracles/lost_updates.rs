//! Read, then write: what another thread wrote in between is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use interlace::{Explorer, Schedule, TraceExecutor, schedule};

use crate::oracle::{Oracle, assert_right};

#[derive(Default)]
struct Account {
    balance: AtomicU32,
}

#[interlace::trace]
impl Account {
    fn deposit(&self, amount: u32) {
        let balance = self.balance.load(SeqCst); // interlace: read
        self.balance.store(balance + amount, SeqCst); // interlace: write
    }

    fn deposit_atomically(&self, amount: u32) {
        self.balance.fetch_add(amount, SeqCst); // interlace: add
    }
}

const NAMES: [&str; 3] = ["t1", "t2", "t3"];

/// Threads that deposit 1 each by `deposit`; all of it should be there.
fn depositors(names: &'static [&str], deposit: fn(&Account, u32)) -> Explorer<Account> {
    let begin = Explorer::new(Account::default)
        .outcome(|account| account.balance.load(SeqCst))
        .check(|account| assert_eq!(account.balance.load(SeqCst) as usize, names.len()));
    let add = |explorer: Explorer<_>, &name| explorer.thread(name, move |a| deposit(a, 1));
    names.iter().fold(begin, add)
}

#[test]
fn two_increments_lose_one_in_four_of_six_schedules() {
    // 4! / (2! 2!) = 6. Only the serial ones, aabb and bbaa, are right; the order is aabb, abab, ….
    // Without a preemption there are only the serial ones. With one, `ab` gives abba.
    Oracle {
        schedules: 6,
        failing: 4,
        outcomes: &[("1", 4), ("2", 2)],
        first: 2,
        found: "t1:read t2:read t1:write t2:write",
        minimal: "t1:read t2:read",
        preemptions: 1,
    }
    .assert(|| depositors(&NAMES[..2], Account::deposit));
}

#[test]
fn three_increments_are_right_only_when_serial() {
    // 6! / (2! 2! 2!) = 90, of which 3! are serial. After aabbcc comes aabcbc. `ab` gives abbacc.
    Oracle {
        schedules: 90,
        failing: 84,
        outcomes: &[("1", 48), ("2", 36), ("3", 6)],
        first: 2,
        found: "t1:read t1:write t2:read t3:read t2:write t3:write",
        minimal: "t1:read t2:read",
        preemptions: 1,
    }
    .assert(|| depositors(&NAMES, Account::deposit));
}

#[test]
fn atomic_increments_lose_nothing() {
    // One marker each: 2! and 3! orders.
    assert_right(|| depositors(&NAMES[..2], Account::deposit_atomically), 2);
    assert_right(|| depositors(&NAMES, Account::deposit_atomically), 6);
}

/// Runs one schedule of three deposits by hand; the balance that is left.
fn pinned(amounts: [u32; 3], schedule: Schedule) -> u32 {
    let account = Arc::new(Account::default());
    let mut executor = TraceExecutor::new(schedule);
    for (name, amount) in NAMES.into_iter().zip(amounts) {
        let account = Arc::clone(&account);
        executor.run(name, move || account.deposit(amount));
    }
    executor.wait(Duration::from_secs(5)).unwrap();
    account.balance.load(SeqCst)
}

#[test]
fn when_all_read_before_all_write_one_increment_is_left() {
    let schedule = schedule![t1: read, t2: read, t3: read, t1: write, t2: write, t3: write];
    let replayed = depositors(&NAMES, Account::deposit).replay(&schedule);
    assert_eq!(replayed.steps(), schedule.steps());
    assert!(!replayed.is_ok());
    assert_eq!(pinned([1, 1, 1], schedule), 1);
}

#[test]
fn when_all_read_before_all_write_the_last_deposit_is_left() {
    let amounts = [100, 50, 50];
    let first_writes_first =
        schedule![t1: read, t2: read, t3: read, t1: write, t2: write, t3: write];
    assert_eq!(pinned(amounts, first_writes_first), 50);
    let first_writes_last =
        schedule![t1: read, t2: read, t3: read, t3: write, t2: write, t1: write];
    assert_eq!(pinned(amounts, first_writes_last), 100);
}
