//! The allocator of the process.
//!
//! A program that has one of its own cannot have it in an instrumented build: the compiler accepts only
//! one, and says so.

use std::alloc::{GlobalAlloc, Layout, System};

use super::arena::Arena;
use super::writes::{Freed, allocate, is_of_arena, is_of_heap, release};

/// Takes memory from the arena of the calling thread, if it runs the program's code; otherwise from the
/// system.
struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: blocks of arenas are as large and aligned as the layout says, and belong to nobody else
// before they are freed, or their execution is over. All others are the system's.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        allocate(layout).unwrap_or_else(|| unsafe { System.alloc(layout) })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        match allocate(layout) {
            Some(block) => {
                // SAFETY: there are as many bytes. Another execution may have written there.
                unsafe { block.write_bytes(0, layout.size()) };
                block
            }
            // SAFETY: as the caller promises.
            None => unsafe { System.alloc_zeroed(layout) },
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe {
            if release(block, layout) == Freed::OfHeap {
                System.dealloc(block, layout);
            }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the size can be one.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if is_of_heap(block) {
            // SAFETY: as the caller promises.
            return unsafe { System.realloc(block, layout, size) };
        }
        if is_of_arena(block) && Arena::room(wanted) == Arena::room(layout) {
            return block;
        }
        // SAFETY: as the caller promises, and both have as many bytes as are copied.
        unsafe {
            let larger = self.alloc(wanted);
            if !larger.is_null() {
                larger.copy_from_nonoverlapping(block, size.min(layout.size()));
                self.dealloc(block, layout);
            }
            larger
        }
    }
}
