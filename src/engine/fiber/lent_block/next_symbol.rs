//! The definitions of libc behind those of this library.

use std::ffi::CStr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The address of the next definition of `symbol`, which is that of libc; 0 if there is none.
/// `known` keeps it.
pub(super) fn next_symbol(known: &AtomicUsize, symbol: &CStr) -> usize {
    match known.load(Ordering::Relaxed) {
        0 => {
            // SAFETY: it only looks a name up.
            let address = unsafe { libc::dlsym(libc::RTLD_NEXT, symbol.as_ptr()) };
            let address = address.expose_provenance();
            known.store(address, Ordering::Relaxed);
            address
        }
        address => address,
    }
}
