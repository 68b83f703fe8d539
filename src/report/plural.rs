//! Counts of things, in words.

/// A count of things: `1 step`, `2 steps`.
pub(super) fn plural(number: u64, thing: &str) -> String {
    let end = match number {
        1 => "",
        _ if thing.ends_with('s') => "es",
        _ => "s",
    };
    format!("{number} {thing}{end}")
}
