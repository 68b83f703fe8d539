//! The places in the code that make accesses, each known by the address to which its call returns.

use std::collections::BTreeMap;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

use super::names::place_of;
use crate::engine::aside;
use crate::site::Site;

/// A place that has been reached.
struct CodeSite {
    address: usize,
    site: Site,
}

/// The places that were looked up last, by a few bits of their addresses.
static RECENT: [AtomicPtr<CodeSite>; RECENT_COUNT] =
    [const { AtomicPtr::new(ptr::null_mut()) }; RECENT_COUNT];
const RECENT_COUNT: usize = 1 << 12;

/// All places. They live as long as the process, as the code does.
/// Not by hash: that would draw a number of the calling thread's.
static ALL: Mutex<BTreeMap<usize, &'static CodeSite>> = Mutex::new(BTreeMap::new());

/// The place whose call returns to `address`, and which makes the access called `name`.
#[inline]
pub(super) fn site(name: &'static str, address: usize) -> &'static Site {
    let recent = &RECENT[address % RECENT_COUNT];
    // SAFETY: what was stored there is never freed.
    match unsafe { recent.load(Ordering::Acquire).as_ref() } {
        Some(known) if known.address == address => &known.site,
        _ => aside(|| look_up(name, address, recent)),
    }
}

#[cold]
fn look_up(name: &'static str, address: usize, recent: &AtomicPtr<CodeSite>) -> &'static Site {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let known = *all.entry(address).or_insert_with(|| {
        let site = Site::found_by(move || aside(|| place_of(name, address)));
        Box::leak(Box::new(CodeSite { address, site }))
    });
    recent.store(ptr::from_ref(known).cast_mut(), Ordering::Release);
    &known.site
}
