//! How much is known of what a step touches.

/// How much is known of what a step has touched, beside the accesses recorded for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Knowledge {
    /// It may have touched anything: its marker declares nothing.
    Nothing,
    /// Its marker declares all of it.
    Declared,
    /// No marker gates it: the thread has not passed any yet.
    Unmarked,
}
