//! Variants of a failing execution that may be smaller: cut short, or with two blocks of one thread
//! moved together.

use crate::operation::ThreadId;

/// Makes the variants lazily: an execution may have ten thousand steps.
#[derive(Debug)]
pub(super) struct Variants {
    path: Vec<ThreadId>,
    /// Where each block (a run of steps of one thread) starts. The end of the path comes last.
    blocks: Vec<usize>,
    /// The length of the next cut. Each cut halves the distance to the forced length.
    cut: usize,
    forced: usize,
    /// The next block to join with the following block of the same thread.
    block: usize,
    /// Whether the later of the two blocks has been moved already, so that the earlier comes next.
    moves_later: bool,
    /// A path to try as it is.
    only: Option<Vec<ThreadId>>,
}

impl Variants {
    pub(super) fn only(path: Vec<ThreadId>) -> Self {
        Variants {
            only: Some(path),
            ..Variants::of(&[], 0)
        }
    }

    /// The variants of `path`, whose first `forced` steps must be forced.
    pub(super) fn of(path: &[ThreadId], forced: usize) -> Self {
        let starts = (0..path.len()).filter(|&at| at == 0 || path[at - 1] != path[at]);
        Variants {
            blocks: starts.chain([path.len()]).collect(),
            path: path.to_vec(),
            cut: 0,
            forced,
            block: 0,
            moves_later: false,
            only: None,
        }
    }

    fn next_cut(&mut self) -> Option<Vec<ThreadId>> {
        let length = self.cut;
        if length >= self.forced {
            return None;
        }
        self.cut = length + (self.forced - length).div_ceil(2);
        Some(self.path[..length].to_vec())
    }

    fn next_move(&mut self) -> Option<Vec<ThreadId>> {
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
        let thread = self.path[self.blocks[block]];
        (block + 1..self.blocks.len() - 1).find(|&other| self.path[self.blocks[other]] == thread)
    }

    /// The path with the two blocks joined, at the place of the later one or of the earlier.
    fn moved(&self, earlier: usize, later: usize, is_later: bool) -> Vec<ThreadId> {
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
    type Item = Vec<ThreadId>;

    fn next(&mut self) -> Option<Vec<ThreadId>> {
        let variant = self.only.take().or_else(|| self.next_cut());
        variant.or_else(|| self.next_move())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(threads: &[usize]) -> Vec<ThreadId> {
        threads.iter().copied().map(ThreadId::new).collect()
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
    fn the_empty_path_has_no_variants() {
        assert_eq!(Variants::of(&[], 0).count(), 0);
        assert_eq!(Variants::only(path(&[1])).collect::<Vec<_>>(), [path(&[1])]);
    }
}
