//! The places in the code that make accesses, each known by the address to which its call returns.

use std::collections::BTreeMap;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::names::place_of;
use super::role::{Role, role_of};
use crate::engine::{LockSite, aside};
use crate::failure::MarkerSite;
use crate::site::Site;

/// A place that has been reached.
pub(super) struct CodeSite {
    address: usize,
    pub(super) site: Site,
    pub(super) lock: LockSite,
    role: OnceLock<Role>,
}

impl CodeSite {
    /// What the access is for, as far as the functions tell that it is in.
    #[inline]
    pub(super) fn role(&self) -> Role {
        let known = self.role.get().copied();
        known.unwrap_or_else(|| aside(|| *self.role.get_or_init(|| self.find_role())))
    }

    #[cold]
    fn find_role(&self) -> Role {
        let role = role_of(self.address);
        match role {
            Role::Lock | Role::LockBit => self.lock.know(false),
            Role::WriteLock | Role::ReadLock | Role::ReadExchange => self.lock.know(true),
            // It is reached from many places, of which some may be locks and others not.
            Role::Shared => self.lock.refute(),
            Role::Other
            | Role::Increment
            | Role::Decrement
            | Role::ReadUnlock
            | Role::WriteUnlock => {}
        }
        role
    }
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
    &code_site(name, address).site
}

/// The same as failures name it: nothing but its `name` if no place is known.
pub(crate) fn marker_site(name: &'static str, address: usize) -> MarkerSite {
    site(name, address).id().into()
}

/// As [`site`], with all that is known of the place.
#[inline]
pub(super) fn code_site(name: &'static str, address: usize) -> &'static CodeSite {
    let recent = &RECENT[address % RECENT_COUNT];
    // SAFETY: what was stored there is never freed.
    match unsafe { recent.load(Ordering::Acquire).as_ref() } {
        Some(known) if known.address == address => known,
        _ => aside(|| look_up(name, address, recent)),
    }
}

#[cold]
fn look_up(name: &'static str, address: usize, recent: &AtomicPtr<CodeSite>) -> &'static CodeSite {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let known = *all.entry(address).or_insert_with(|| {
        let site = Site::found_by(move || aside(|| place_of(name, address)));
        Box::leak(Box::new(CodeSite {
            address,
            site,
            lock: LockSite::default(),
            role: OnceLock::new(),
        }))
    });
    recent.store(ptr::from_ref(known).cast_mut(), Ordering::Release);
    known
}

/// That of a function of std which acquires a lock.
pub(super) fn known_lock() -> &'static LockSite {
    static KNOWN: OnceLock<LockSite> = OnceLock::new();
    let know = || {
        let lock = LockSite::default();
        lock.know(false);
        lock
    };
    let known = KNOWN.get();
    known.unwrap_or_else(|| aside(|| KNOWN.get_or_init(know)))
}
