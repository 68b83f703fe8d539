//! Two deposits to one account in an `SQLite` database, each over its own connection.
//!
//! [`lost_update`]: a deposit in two transactions, of which one is lost. [`waiting`]: a conflict of
//! locks, and clients that wait for the lock inside of `SQLite`.
//!
//! Prints for each the report that the explorer gives, then those of the fixed twins.

mod bank;
mod lost_update;
mod waiting;

fn main() {
    lost_update::show();
    waiting::show();
}
