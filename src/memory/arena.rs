//! Memory of one thread: what is freed is used again last in, first out, and all of it anew in each
//! execution. So the k-th block of a thread that does the same has the same address.

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr;

use super::size_class::{CLASSES, GRAIN, class};

/// Memory of one thread.
#[derive(Debug)]
pub(super) struct Arena {
    start: usize,
    end: usize,
    /// What is above has not been given out in this execution.
    top: Cell<usize>,
    /// What is below may be used.
    usable: Cell<usize>,
    /// Makes the memory between two addresses usable; false if the system has none.
    grow: fn(usize, usize) -> bool,
    /// The blocks of each class that were freed, the last one first: each begins with the address of
    /// the next.
    freed: [Cell<usize>; CLASSES],
    /// Those whose size is a power of two, which is also their alignment.
    freed_aligned: [Cell<usize>; POWERS],
}

const POWERS: usize = usize::BITS as usize;

impl Arena {
    /// One between these addresses, of which nothing is usable yet.
    pub(super) fn new(start: usize, end: usize, grow: fn(usize, usize) -> bool) -> Self {
        Arena {
            start,
            end,
            top: Cell::new(start),
            usable: Cell::new(start),
            grow,
            freed: [const { Cell::new(0) }; CLASSES],
            freed_aligned: [const { Cell::new(0) }; POWERS],
        }
    }

    /// A block, whose bytes are not set; `None` if there is no room.
    #[inline]
    pub(super) fn allocate(&self, layout: Layout) -> Option<*mut u8> {
        let (freed, size, align) = self.place(layout)?;
        let block = freed.get();
        if block == 0 {
            return self.allocate_at_top(size, align);
        }
        let block: *mut usize = ptr::with_exposed_provenance_mut(block);
        // SAFETY: a freed block of this arena begins with an address, and is aligned for it.
        freed.set(unsafe { block.read() });
        Some(block.cast())
    }

    /// Takes a block back, of this arena or of another.
    ///
    /// # Safety
    ///
    /// An arena has given it out for this layout, and nobody uses it any more.
    #[inline]
    pub(super) unsafe fn release(&self, block: *mut u8, layout: Layout) {
        if let Some((freed, ..)) = self.place(layout) {
            let address = block.expose_provenance();
            let block: *mut usize = ptr::with_exposed_provenance_mut(address);
            // SAFETY: each block has room for an address, and is aligned for it.
            unsafe { block.write(freed.get()) };
            freed.set(address);
        }
    }

    /// How many bytes a block for this layout has.
    #[inline]
    pub(super) fn room(layout: Layout) -> usize {
        if layout.align() > GRAIN {
            return power(layout);
        }
        class(layout.size()).map_or(0, |(_, size)| size)
    }

    /// Takes all blocks back: nobody uses any of them. Returns what is usable beyond `kept` bytes, so
    /// that the memory there can be given back to the system.
    pub(super) fn reset(&self, kept: usize) -> Option<(usize, usize)> {
        let top = self.top.replace(self.start);
        if top == self.start && self.freed.iter().all(|it| it.get() == 0) {
            return None;
        }
        self.freed.iter().for_each(|it| it.set(0));
        self.freed_aligned.iter().for_each(|it| it.set(0));
        let kept = self.start + kept;
        (top > kept).then_some((kept, top))
    }

    /// Where blocks for this layout are when they are freed, and their size and alignment.
    #[inline]
    fn place(&self, layout: Layout) -> Option<(&Cell<usize>, usize, usize)> {
        if layout.align() > GRAIN {
            let size = power(layout);
            let freed = self.freed_aligned.get(size.ilog2() as usize)?;
            return Some((freed, size, size));
        }
        let (class, size) = class(layout.size())?;
        Some((&self.freed[class], size, GRAIN))
    }

    fn allocate_at_top(&self, size: usize, align: usize) -> Option<*mut u8> {
        /// As much is made usable at a time, at least.
        const STEP: usize = 1 << 18;
        let block = self.top.get().checked_next_multiple_of(align)?;
        let end = block.checked_add(size).filter(|end| *end <= self.end)?;
        let usable = self.usable.get();
        if end > usable {
            let doubled = usable + (usable - self.start);
            let next = end.max(doubled).next_multiple_of(STEP).min(self.end);
            if !(self.grow)(usable, next) {
                return None;
            }
            self.usable.set(next);
        }
        self.top.set(end);
        Some(ptr::with_exposed_provenance_mut(block))
    }
}

/// The size of a block for a layout that asks for more than the usual alignment.
fn power(layout: Layout) -> usize {
    layout.size().max(layout.align()).next_power_of_two()
}

#[cfg(test)]
mod tests;
