//! Blocks of arenas over a piece of ordinary memory.

use super::*;

/// Some memory, aligned as much as any layout here asks for.
#[repr(align(4096))]
struct Memory([u8; SIZE]);

const SIZE: usize = 1 << 19;

impl Memory {
    fn new() -> Box<Self> {
        let layout = Layout::new::<Self>();
        // SAFETY: the layout is that of the box, and any bytes will do.
        unsafe { Box::from_raw(std::alloc::alloc_zeroed(layout).cast()) }
    }

    fn arena(&mut self) -> Arena {
        let start = (&raw mut self.0).expose_provenance();
        Arena::new(start, start + SIZE, |_, _| true)
    }
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

#[test]
fn freed_blocks_are_used_again_last_in_first_out() {
    let mut memory = Memory::new();
    let arena = memory.arena();
    for layout in [layout(24, 8), layout(2000, 1), layout(100, 128)] {
        let [first, second] = [(); 2].map(|()| arena.allocate(layout).unwrap());
        // SAFETY: they are not used any more.
        unsafe {
            arena.release(first, layout);
            arena.release(second, layout);
        }
        assert_eq!(arena.allocate(layout), Some(second));
        assert_eq!(arena.allocate(layout), Some(first));
    }
}

#[test]
fn blocks_are_aligned_and_do_not_overlap() {
    let mut memory = Memory::new();
    let arena = memory.arena();
    let mut ends = Vec::new();
    for (size, align) in [(1, 1), (7, 128), (40, 64), (1, 4096), (33, 8), (5000, 16)] {
        let block = arena.allocate(layout(size, align)).unwrap();
        assert_eq!(block.addr() % align, 0);
        assert!(ends.last().is_none_or(|end| *end <= block.addr()));
        // SAFETY: there are as many bytes.
        unsafe { block.write_bytes(1, size) };
        ends.push(block.addr() + Arena::room(layout(size, align)));
    }
}

#[test]
fn after_a_reset_the_same_requests_get_the_same_blocks() {
    let mut memory = Memory::new();
    let arena = memory.arena();
    let run = || {
        let [a, b, c] = [16, 300, 16].map(|size| arena.allocate(layout(size, 8)).unwrap());
        // SAFETY: it is not used any more.
        unsafe { arena.release(a, layout(16, 8)) };
        let d = arena.allocate(layout(10, 2)).unwrap();
        [a, b, c, d]
    };
    let first = run();
    assert_eq!(first[0], first[3], "of the same class");
    assert_eq!(
        arena.reset(64),
        Some((first[0].addr() + 64, first[2].addr() + 16))
    );
    assert_eq!(run(), first);
    assert_eq!(arena.reset(SIZE), None);
}

#[test]
fn whoever_frees_a_block_gets_it_next() {
    let (mut memory, mut another) = (Memory::new(), Memory::new());
    let (one, other) = (memory.arena(), another.arena());
    let block = one.allocate(layout(64, 8)).unwrap();
    // SAFETY: it is not used any more.
    unsafe { other.release(block, layout(64, 8)) };
    assert_ne!(one.allocate(layout(64, 8)), Some(block));
    assert_eq!(other.allocate(layout(64, 8)), Some(block));
}

#[test]
fn what_has_no_room_is_refused() {
    let mut memory = Memory::new();
    let arena = memory.arena();
    assert_eq!(arena.allocate(layout(SIZE + 1, 1)), None);
    assert_eq!(arena.allocate(layout(usize::MAX / 4, 1)), None);
    let block = arena.allocate(layout(SIZE, 1));
    assert_eq!(block.map(<*mut u8>::addr), Some(arena.start));
    assert_eq!(arena.allocate(layout(1, 1)), None);
}

#[test]
fn memory_that_the_system_does_not_give_is_not_used() {
    let mut memory = Memory::new();
    let start = (&raw mut memory.0).expose_provenance();
    let arena = Arena::new(start, start + SIZE, |_, _| false);
    assert_eq!(arena.allocate(layout(1, 1)), None);
}
