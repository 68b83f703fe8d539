//! Which operations were reached.

use core::ffi::c_int;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{fs, io, process};

use super::super::code::Code;
use crate::engine::aside;

/// The orders of each operation, by the address to which its call returns, and whether a run has controlled the
/// thread.
static REACHED: Mutex<BTreeMap<(usize, bool), [c_int; 2]>> = Mutex::new(BTreeMap::new());

/// What was noted last, by a few bits of the address.
static RECENT: [AtomicUsize; RECENT_COUNT] = [const { AtomicUsize::new(0) }; RECENT_COUNT];
const RECENT_COUNT: usize = 1 << 12;

/// The operation whose call returns to `address` is reached.
pub(super) fn note(address: usize, orders: [c_int; 2], is_controlled: bool) {
    let recent = &RECENT[address % RECENT_COUNT];
    // Code has less than half of all addresses.
    let key = address * 2 + usize::from(is_controlled);
    if recent.load(Ordering::Relaxed) == key {
        return;
    }
    aside(|| {
        let mut reached = REACHED.lock().unwrap_or_else(PoisonError::into_inner);
        reached.insert((address, is_controlled), orders);
    });
    recent.store(key, Ordering::Relaxed);
}

/// Writes a line for each into a file of this process: where it is in the code, whether a run has controlled the
/// thread, and the orders.
pub(super) fn write(folder: &Path, code: &Code) -> io::Result<()> {
    let mut lines = String::new();
    let reached = REACHED.lock().unwrap_or_else(PoisonError::into_inner);
    for (&(address, is_controlled), [order, of_failure]) in &*reached {
        if let Some(offset) = code.offset(address) {
            let is_controlled = u8::from(is_controlled);
            let _ = writeln!(lines, "{offset:x}\t{is_controlled}\t{order}\t{of_failure}");
        }
    }
    fs::write(folder.join(process::id().to_string()), lines)
}
