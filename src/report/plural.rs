//! Counts of things, in words.

/// A count of things: `1 step`, `2 steps`.
pub(super) fn plural(number: u64, thing: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{s}")
}
