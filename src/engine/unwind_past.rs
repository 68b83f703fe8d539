//! Placeholder
pub(super) fn unwind_past() {}
