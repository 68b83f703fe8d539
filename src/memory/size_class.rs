//! The sizes of the blocks of an arena.

/// How many classes there are.
pub(super) const CLASSES: usize = FINE + 4 * (MAX_SIZE.ilog2() - FINE_SIZE.ilog2()) as usize;

/// The largest block.
const MAX_SIZE: usize = 1 << 30;

/// Up to here, each multiple of the grain is a class.
const FINE_SIZE: usize = 1 << 10;
const FINE: usize = FINE_SIZE / GRAIN;

/// Each block is aligned to this.
pub(super) const GRAIN: usize = 16;

/// The class of blocks with room for `size` bytes, and their size; `None` if that is too much.
#[inline]
pub(super) fn class(size: usize) -> Option<(usize, usize)> {
    if size <= FINE_SIZE {
        let grains = size.div_ceil(GRAIN).max(1);
        return Some((grains - 1, grains * GRAIN));
    }
    if size > MAX_SIZE {
        return None;
    }
    // Four between a power of two and the next.
    let power = (size - 1).ilog2();
    let shift = power - 2;
    let steps = ((size - 1) >> shift) + 1;
    let octave = (power - FINE_SIZE.ilog2()) as usize;
    Some((FINE + 4 * octave + steps - 5, steps << shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_room_and_wastes_at_most_a_fifth() {
        let mut last = (0, 0);
        for size in 1..=(1 << 16) {
            let (class, room) = class(size).unwrap();
            assert!(room >= size && room % GRAIN == 0, "{size}: {room}");
            assert!(room - size < GRAIN.max(room / 5 + 1), "{size}: {room}");
            assert!(class == last.0 || class == last.0 + 1, "no gaps");
            assert_eq!(class == last.0, room == last.1 || last.1 == 0);
            last = (class, room);
        }
    }

    #[test]
    fn the_largest_block_is_of_the_last_class() {
        assert_eq!(class(MAX_SIZE), Some((CLASSES - 1, MAX_SIZE)));
        assert_eq!(class(MAX_SIZE + 1), None);
        assert_eq!(class(0), class(1));
    }
}
