//! What an access is for, as far as the functions tell that it is in.
//!
//! Most of what is known of locks is [learnt](crate::engine::LockSite). But `parking_lot` spins before it waits,
//! and waits at a futex of the thread; and nothing that a counter does shows that nobody looks at it.

use super::symbols::frames_of;

/// What the access at a place is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It acquires a lock whose word is 0 while it is free.
    Lock,
    /// It acquires a lock that is held while the lowest bit of its word is set.
    LockBit,
    /// It acquires a lock of readers and writers whose word is 0 while it is free.
    WriteLock,
    /// It begins to acquire such a lock, to read: by a look whether there is a writer, and a compare-and-swap.
    ReadLock,
    /// It is the compare-and-swap after that.
    ReadExchange,
    /// It ends to read.
    ReadUnlock,
    /// It releases such a lock after writing.
    WriteUnlock,
    /// One more refers to what is counted, and who has counted it does not look at the number.
    Increment,
    /// One fewer refers to it: all that is looked at is whether it was the last.
    Decrement,
    /// A function that all accesses of a kind are made by, wherever.
    Shared,
    Other,
}

/// The functions of which the role of their accesses is known, and what those do.
const KNOWN: [(&str, &str, Role); 11] = [
    (
        "<std::sys::sync::mutex::futex::Mutex>::lock",
        COMPARE,
        Role::Lock,
    ),
    (
        "<parking_lot::raw_mutex::RawMutex as lock_api::mutex::RawMutex>::lock",
        COMPARE,
        Role::LockBit,
    ),
    (
        "<alloc::sync::Arc<T,A> as core::clone::Clone>::clone",
        ADD,
        Role::Increment,
    ),
    (
        "<alloc::sync::Weak<T,A> as core::clone::Clone>::clone",
        ADD,
        Role::Increment,
    ),
    (
        "<alloc::sync::Arc<T,A> as core::ops::drop::Drop>::drop",
        SUB,
        Role::Decrement,
    ),
    (
        "<alloc::sync::Weak<T,A> as core::ops::drop::Drop>::drop",
        SUB,
        Role::Decrement,
    ),
    (
        "<std::sys::sync::rwlock::futex::RwLock>::write",
        COMPARE,
        Role::WriteLock,
    ),
    (
        "<std::sys::sync::rwlock::futex::RwLock>::read",
        LOAD,
        Role::ReadLock,
    ),
    (
        "<std::sys::sync::rwlock::futex::RwLock>::read",
        COMPARE,
        Role::ReadExchange,
    ),
    (
        "<std::sys::sync::rwlock::futex::RwLock>::read_unlock",
        SUB,
        Role::ReadUnlock,
    ),
    (
        "<std::sys::sync::rwlock::futex::RwLock>::write_unlock",
        SUB,
        Role::WriteUnlock,
    ),
];

/// What the names of core's functions begin with that make an access.
const ATOMIC: &str = "core::sync::atomic::";
const LOAD: &str = "core::sync::atomic::atomic_load";
const COMPARE: &str = "core::sync::atomic::atomic_compare_exchange";
const ADD: &str = "core::sync::atomic::atomic_add";
const SUB: &str = "core::sync::atomic::atomic_sub";

/// The role of the access whose call returns to `address`.
pub(super) fn role_of(address: usize) -> Role {
    let frames = frames_of(address);
    let functions: Vec<&str> = frames.iter().map(|it| &*it.function).collect();
    role_in(&functions)
}

/// The role of an access in these functions, the innermost first.
fn role_in(functions: &[&str]) -> Role {
    let Some(innermost) = functions.first() else {
        return Role::Other;
    };
    let is_atomic = |it: &&&str| it.trim_start_matches('<').starts_with(ATOMIC);
    let Some(own) = functions.iter().find(|it| !is_atomic(it)) else {
        return Role::Shared;
    };
    let known = KNOWN.iter();
    let mut known = known.filter(|it| it.0 == *own && innermost.starts_with(it.1));
    known.next().map_or(Role::Other, |it| it.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_is_known_by_the_function_that_makes_it_and_what_it_does() {
        let lock = "<std::sys::sync::mutex::futex::Mutex>::lock";
        let clone = "<alloc::sync::Arc<T,A> as core::clone::Clone>::clone";
        let drop = "<alloc::sync::Arc<T,A> as core::ops::drop::Drop>::drop";
        let compare = "<core::sync::atomic::AtomicU32>::compare_exchange";
        for (functions, role) in [
            (&[COMPARE, compare, lock, "program::add"][..], Role::Lock),
            (&["core::sync::atomic::atomic_load", lock], Role::Other),
            (&[COMPARE, compare, "program::try_lock", lock], Role::Other),
            (&[COMPARE], Role::Shared),
            (&[ADD, clone, drop], Role::Increment),
            (&[SUB, drop], Role::Decrement),
            (&[SUB, "alloc::sync::Arc<T,A>::strong_count"], Role::Other),
            (&[ADD, "ticket::Lock::take"], Role::Other),
            (&[], Role::Other),
        ] {
            assert_eq!(role_in(functions), role, "{functions:?}");
        }
    }
}
