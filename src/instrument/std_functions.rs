//! Functions of std that are compiled with it, and so have no points: what they do to memory that others see
//! is done here instead, access by access.
//!
//! The linker has calls of the [functions of std](table.rs) come here (`--wrap`), and gives the originals
//! other names. On a thread that no run controls, the original is called. On a controlled thread the words of
//! std are changed as std would, which the parts of std that are inlined into the program rely on: so the
//! protocols here are those of std's futexes. Where several accesses in a row need no point in between, since
//! nobody can tell, they have one before the first.
//!
//! What is not promised is looked at where that can be done: layouts by the compiler, or by what the originals
//! change. The subcommand refuses a std whose functions have other names.

mod barrier;
mod cleanup;
mod condvar;
mod mutex;
mod once;
mod parker;
mod print;
mod rwlock;
mod scope;
mod word;

/// Defines a symbol for each function, which jumps to what takes its place.
macro_rules! std_functions {
    ($($name:ident = $path:literal,)*) => {
        $(symbol!(concat!("interlace_std_", stringify!($name)), super::places::$name);)*
    };
}

/// What takes the places, by the names in the table.
mod places {
    pub(super) use super::barrier::wait as barrier_wait;
    pub(super) use super::cleanup::panic_in_cleanup;
    pub(super) use super::condvar::notify_all as condvar_notify_all;
    pub(super) use super::condvar::notify_all as nonpoison_notify_all;
    pub(super) use super::condvar::notify_one as condvar_notify_one;
    pub(super) use super::condvar::notify_one as nonpoison_notify_one;
    pub(super) use super::condvar::wait as condvar_wait;
    pub(super) use super::condvar::wait_timeout as condvar_wait_timeout;
    pub(super) use super::mutex::lock_contended as mutex_lock_contended;
    pub(super) use super::once::call as once_call;
    pub(super) use super::once::wait as once_wait;
    pub(super) use super::once::wait_force as once_wait_force;
    pub(super) use super::parker::{
        park, park_other, park_other_timeout, park_timeout, park_timeout_ms,
    };
    pub(super) use super::print::{eprint, print};
    pub(super) use super::rwlock::read_contended as rwlock_read_contended;
    pub(super) use super::rwlock::wake as rwlock_wake;
    pub(super) use super::rwlock::write_contended as rwlock_write_contended;
    pub(super) use super::scope::decrement as scope_decrement;
    pub(super) use super::scope::increment as scope_increment;
}

mod table;

/// Ends the process, since something of std is not as it is known: to go on would be a guess.
#[cold]
fn unknown_std(what: &str) -> ! {
    eprintln!(
        "error: Interlace does not know how `{what}` works in this version of std. Try another version of \
         Rust, or of Interlace"
    );
    std::process::abort()
}
