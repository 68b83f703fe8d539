//! Two doctors on call, a `PostgreSQL` database, and a hospital without a doctor on call.
//!
//! A doctor may go home if another stays. Both look at the same time, each sees the other, and both
//! go: *write skew*. Neither has written what the other has, so `REPEATABLE READ`, which is snapshot
//! isolation in `PostgreSQL`, sees no conflict. `SERIALIZABLE` does: one of the two transactions
//! fails with SQLSTATE 40001, and that doctor stays.
//!
//! `examples/postgres_write_skew/run` starts a server for this and stops it. Where there is one
//! already, `WRITE_SKEW_DATABASE` names it, as in `host=/tmp user=postgres`; a table
//! `interlace_doctor` is made there. Prints the report on each of the two isolation levels.
//!
//! The thread that waits for the server's answer keeps the turn, for the answer comes from outside.
//! So no statement here may wait for the other doctor: if both wrote the same row, the second would
//! wait for the commit of the first, which is paused. `lock_timeout` makes of such a wait an error.

mod hospital;

use hospital::{Hospital, server};
use interlace::{Explorer, Report};
use postgres::IsolationLevel;

/// Two doctors who would like to go home. Executions share the table, so one runs after the other.
fn two_doctors(isolation: IsolationLevel) -> Explorer<Hospital> {
    Explorer::new(Hospital::new)
        .thread("alice", move |hospital| hospital.ask_to_leave(0, isolation))
        .thread("bob", move |hospital| hospital.ask_to_leave(1, isolation))
        .outcome(Hospital::summary)
        .check(|hospital| assert!(hospital.on_call() > 0, "nobody is on call"))
        .workers(1)
        .keep_going()
}

fn explore_repeatable_read() -> Report {
    two_doctors(IsolationLevel::RepeatableRead).explore()
}

fn explore_serializable() -> Report {
    two_doctors(IsolationLevel::Serializable).explore()
}

fn main() {
    if server().is_none() {
        eprintln!("SKIPPED: WRITE_SKEW_DATABASE is not set; nothing was explored");
        eprintln!("examples/postgres_write_skew/run starts a server, and this with it");
        return;
    }

    println!("REPEATABLE READ:\n");
    let skewed = explore_repeatable_read();
    println!("{skewed}\n");
    skewed.assert_fails();
    // Three markers each have 6! / (3! 3!) = 20 orders, and a doctor sees that the other has gone
    // only in the 2 in which one begins after the other's commit. Then it stays and has one marker
    // instead of three, but what it leaves out came last and had one order.
    assert_eq!((skewed.schedules(), skewed.failing()), (20, 18));
    let outcomes = [
        ("\"0 on call, 0 refused\"", 18),
        ("\"1 on call, 0 refused\"", 2),
    ];
    assert!(skewed.outcomes().eq(outcomes));

    println!("SERIALIZABLE:\n");
    let serializable = explore_serializable();
    println!("{serializable}");
    serializable.assert_ok();
    assert!(serializable.is_exhaustive());
    // The same orders. In the 18, who commits first has gone, and the other is refused at its next
    // statement: it leaves out at most the commit, which came last and had one order.
    let outcomes = [
        ("\"1 on call, 0 refused\"", 2),
        ("\"1 on call, 1 refused\"", 18),
    ];
    assert_eq!(serializable.schedules(), 20);
    assert!(serializable.outcomes().eq(outcomes));
}
