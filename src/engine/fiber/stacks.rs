//! Stacks of fibers that have ended, kept for the next. To map and unmap one takes longer than many
//! searches.

use std::io;

use corosensei::stack::DefaultStack;

use crate::engine::lock::Mutex;
/// The stacks that are kept, each with the size it was requested with.
static KEPT: Mutex<Vec<(usize, DefaultStack)>> = Mutex::new(Vec::new());

/// The most bytes that are kept in all.
const MAX_KEPT: usize = 16 << 20;

/// Larger than any address space, but small enough that adding a guard page does not overflow.
const MAX_SIZE: usize = usize::MAX / 4;

/// A stack of at least `size` bytes, with a guard page below it.
pub(super) fn take(size: usize) -> io::Result<DefaultStack> {
    if size > MAX_SIZE {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    let mut kept = KEPT.lock();
    if let Some(place) = kept.iter().position(|&(of, _)| of == size) {
        return Ok(kept.swap_remove(place).1);
    }
    drop(kept);
    DefaultStack::new(size)
}

pub(super) fn give_back(size: usize, stack: DefaultStack) {
    let mut kept = KEPT.lock();
    let total: usize = kept.iter().map(|&(size, _)| size).sum();
    if size <= MAX_KEPT.saturating_sub(total) {
        kept.push((size, stack));
    }
}

#[cfg(test)]
mod tests {
    use corosensei::stack::Stack as _;

    use super::*;

    /// A size that nothing else in this process asks for.
    const SIZE: usize = (1 << 18) + 4096;

    #[test]
    fn a_stack_is_used_again_for_the_size_that_it_was_made_for() {
        let first = take(SIZE).unwrap();
        let base = first.base();
        give_back(SIZE, first);
        let smaller = take(SIZE / 2).unwrap();
        assert_ne!(smaller.base(), base);
        let again = take(SIZE).unwrap();
        assert_eq!(again.base(), base);
        let another = take(SIZE).unwrap();
        assert_ne!(another.base(), base, "it was taken");
    }

    #[test]
    fn no_more_are_kept_than_so_many_bytes() {
        // One that is as large as all that may be kept leaves no room for a second.
        for _ in 0..2 {
            give_back(MAX_KEPT, DefaultStack::new(4096).unwrap());
        }
        let mut kept = KEPT.lock();
        assert!(kept.iter().map(|&(size, _)| size).sum::<usize>() <= MAX_KEPT);
        kept.retain(|&(size, _)| size < MAX_KEPT);
    }

    #[test]
    fn a_size_that_no_address_space_holds_is_refused() {
        let error = take(usize::MAX).map(drop).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
    }
}
