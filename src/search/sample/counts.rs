//! Counts of steps, one for each thread.

/// The count of a thread, 0 if it has none yet.
pub(super) fn at(counts: &mut Vec<usize>, thread: usize) -> &mut usize {
    if counts.len() <= thread {
        counts.resize(thread + 1, 0);
    }
    &mut counts[thread]
}

/// Raises each count to that of `counts`, where it is less.
pub(super) fn raise(most: &mut Vec<usize>, counts: &[usize]) {
    for (thread, &count) in counts.iter().enumerate() {
        let most = at(most, thread);
        *most = count.max(*most);
    }
}
