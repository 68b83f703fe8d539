//! What the program asks of the operating system through libc: locks, threads, time, chance, files.
//!
//! Each file defines the symbols of one concern, which the linker takes in place of libc's. On a
//! thread that no run controls a call is passed on. On a controlled thread it becomes an operation
//! of the run, so that nothing sleeps in the kernel while it has the turn.
//!
//! The symbols are weak: a program that defines one of them itself keeps its own, and what it does
//! with that is not seen. Only if fat link-time optimization puts both into one unit, the compiler
//! says that the symbol is already defined.
//!
//! Not seen are calls that libc makes itself (`getaddrinfo`, `lockf`), system calls by the bare
//! instruction (rustix), and libraries that are opened while the program runs.

#![allow(unsafe_code)]
#![allow(
    clippy::wildcard_imports,
    reason = "the modules within a file are parts of it"
)]

#[macro_use]
mod real;

mod barrier;
mod clock;
mod condition;
mod deadline;
mod errno;
mod exit;
mod file;
pub(crate) mod futex;
mod handler_stack;
#[cfg(interlace)]
mod heap;
mod mutex;
mod once;
mod outside;
mod queue;
mod random;
mod rwlock;
mod semaphore;
mod sleep;
mod table;
mod thread;
mod thread_identity;
