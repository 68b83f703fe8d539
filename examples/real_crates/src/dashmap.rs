//! Two owners of one name in a `DashMap`, by its user.
//!
//! A name is free if the map does not contain it, and then it is inserted. Two threads can both find it free, and the
//! second takes it from the first, who was told that it has it. Users ask about it
//! (<https://github.com/xacrimon/dashmap/issues/196>); `entry` does both under the lock of the shard.

use std::sync::Arc;
use std::thread;

use dashmap::{DashMap, Entry};
use interlace::Explorer;
use interlace::saved::Nowhere;

type Owners = DashMap<&'static str, u32>;

/// Two threads that want the same name. `claim` says whether the thread has it.
fn two_claims(claim: fn(&Owners, u32) -> bool) -> Explorer<()> {
    Explorer::model(move || {
        let owners = Arc::new(Owners::new());
        let its = Arc::clone(&owners);
        let other = thread::spawn(move || claim(&its, 1));
        let is_mine = claim(&owners, 2);
        let is_others = other.join().unwrap();
        assert!(is_mine != is_others, "both have the name");
    })
}

fn contains_key_and_insert(owners: &Owners, own: u32) -> bool {
    let is_free = !owners.contains_key("name");
    if is_free {
        owners.insert("name", own);
    }
    is_free
}

fn entry(owners: &Owners, own: u32) -> bool {
    match owners.entry("name") {
        Entry::Occupied(_) => false,
        Entry::Vacant(free) => {
            free.insert(own);
            true
        }
    }
}

pub(crate) fn wrong() -> Explorer<()> {
    two_claims(contains_key_and_insert).saved(Nowhere)
}

pub(crate) fn right() -> Explorer<()> {
    two_claims(entry)
}

#[cfg(test)]
mod tests {
    use crate::verdict;

    use super::*;

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn two_threads_have_the_name() {
        verdict::fails(wrong(), "panic: both have the name", 1, 300);
    }

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn one_thread_has_the_name_by_its_entry() {
        verdict::holds_in_every_class(right());
    }
}
