//! Variants of a failing execution that may be smaller: cut short, without one of its interruptions,
//! or with two blocks of one thread moved together.

use crate::operation::Way;

/// Makes the variants lazily: an execution may have ten thousand steps.
#[derive(Debug)]
pub(super) struct Variants {
    path: Vec<Way>,
    /// Where each block (a run of steps of one thread) starts. The end of the path comes last.
    blocks: Vec<usize>,
    /// The length of the next cut. Each cut halves the distance to the forced length.
    cut: usize,
    forced: usize,
    /// Where to look for the next interruption to leave out.
    interruption: usize,
    /// The next block to join with the following block of the same thread.
    block: usize,
    /// Whether the later of the two blocks has been moved already, so that the earlier comes next.
    moves_later: bool,
    /// A path to try as it is.
    only: Option<Vec<Way>>,
}

impl Variants {
    pub(super) fn only(path: Vec<Way>) -> Self {
        Variants {
            only: Some(path),
            ..Variants::of(&[], 0)
        }
    }

    /// The variants of `path`, whose first `forced` steps must be forced.
    pub(super) fn of(path: &[Way], forced: usize) -> Self {
        let is_same = |at: usize| path[at - 1].thread() == path[at].thread();
        let starts = (0..path.len()).filter(|&at| at == 0 || !is_same(at));
        Variants {
            blocks: starts.chain([path.len()]).collect(),
            path: path.to_vec(),
            cut: 0,
            forced,
            interruption: 0,
            block: 0,
            moves_later: false,
            only: None,
        }
    }

    fn next_cut(&mut self) -> Option<Vec<Way>> {
        let length = self.cut;
        if length >= self.forced {
            return None;
        }
        self.cut = length + (self.forced - length).div_ceil(2);
        Some(self.path[..length].to_vec())
    }

    fn next_without_interruption(&mut self) -> Option<Vec<Way>> {
        let mut rest = self.path[self.interruption..].iter();
        let at = self.interruption + rest.position(|way| way.is_interruption())?;
        self.interruption = at + 1;
        Some([&self.path[..at], &self.path[at + 1..]].concat())
    }

    fn next_move(&mut self) -> Option<Vec<Way>> {
        while self.block + 2 < self.blocks.len() {
            let block = self.block;
            self.moves_later = !self.moves_later;
            self.block += usize::from(!self.moves_later);
            if let Some(next) = self.next_of_thread(block) {
                return Some(self.moved(block, next, !self.moves_later));
            }
        }
        None
    }

    /// The next block of the thread of `block`.
    fn next_of_thread(&self, block: usize) -> Option<usize> {
        let thread = |block: usize| self.path[self.blocks[block]].thread();
        (block + 1..self.blocks.len() - 1).find(|&other| thread(other) == thread(block))
    }

    /// The path with the two blocks joined, at the place of the later one or of the earlier.
    fn moved(&self, earlier: usize, later: usize, is_later: bool) -> Vec<Way> {
        let mut path = self.path.clone();
        let (start, end) = (self.blocks[earlier], self.blocks[earlier + 1]);
        let (next, next_end) = (self.blocks[later], self.blocks[later + 1]);
        if is_later {
            path[start..next].rotate_left(end - start);
        } else {
            path[end..next_end].rotate_right(next_end - next);
        }
        path
    }
}

impl Iterator for Variants {
    type Item = Vec<Way>;

    fn next(&mut self) -> Option<Vec<Way>> {
        let variant = self.only.take().or_else(|| self.next_cut());
        let variant = variant.or_else(|| self.next_without_interruption());
        variant.or_else(|| self.next_move())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Pending, ThreadId};

    fn path(threads: &[usize]) -> Vec<Way> {
        let ordinary = |&thread: &usize| Way::ordinary(ThreadId::new(thread));
        threads.iter().map(ordinary).collect()
    }

    #[test]
    fn a_path_is_cut_and_its_blocks_are_moved_together() {
        let variants: Vec<_> = Variants::of(&path(&[0, 1, 0, 1]), 3).collect();
        let expected = [
            path(&[]),
            path(&[0, 1]),
            // The blocks of thread 0, then those of thread 1: the later moves up, the earlier down.
            path(&[0, 0, 1, 1]),
            path(&[1, 0, 0, 1]),
            path(&[0, 1, 1, 0]),
            path(&[0, 0, 1, 1]),
        ];
        assert_eq!(variants, expected);
    }

    #[test]
    fn each_interruption_is_left_out_in_turn() {
        let [one, other] = [0, 1].map(|thread| Pending::timed(thread, 0).way());
        let [a, b] = [0, 1].map(|thread| Way::ordinary(ThreadId::new(thread)));
        // Four blocks of two threads are moved in four ways, as above.
        let variants: Vec<_> = Variants::of(&[one, b, a, other], 0).collect();
        assert_eq!(variants[..2], [vec![b, a, other], vec![one, b, a]]);
        assert_eq!(variants.len(), 2 + 4);
    }

    #[test]
    fn the_empty_path_has_no_variants() {
        assert_eq!(Variants::of(&[], 0).count(), 0);
        assert_eq!(Variants::only(path(&[1])).collect::<Vec<_>>(), [path(&[1])]);
    }
}
