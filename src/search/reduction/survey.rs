//! How deep the tree of choices is cut into prefixes.

/// How many prefixes there are for each shard, at least: their sizes differ.
const PREFIXES: u64 = 64;

/// Executions that only show how many prefixes there are.
#[derive(Debug)]
pub(super) struct Survey {
    depth: CutDepth,
    found: u64,
    wanted: u64,
    /// Whether executions go on after their prefixes.
    has_cut: bool,
}

impl Survey {
    /// For this number of shards.
    pub(super) fn new(shards: u32) -> Self {
        Survey {
            depth: CutDepth::new(),
            found: 0,
            wanted: PREFIXES * u64::from(shards),
            has_cut: false,
        }
    }

    /// How many steps the prefixes have that are counted now.
    pub(super) fn depth(&self) -> usize {
        self.depth.next()
    }

    /// An execution was ended after its prefix.
    pub(super) fn cut(&mut self) {
        self.has_cut = true;
    }

    /// Counts an execution. Returns whether there are enough.
    pub(super) fn count(&mut self) -> bool {
        self.found += 1;
        self.found >= self.wanted
    }

    /// All prefixes of the depth are known, or enough. Goes on to another depth; returns whether that is
    /// the one to be used.
    pub(super) fn go_on(&mut self) -> bool {
        // If no execution goes on after its prefix, there are no more prefixes at any depth.
        let is_enough = self.found >= self.wanted || !self.has_cut;
        self.depth.learn(self.depth(), is_enough);
        (self.found, self.has_cut) = (0, false);
        self.depth.is_found()
    }
}

/// Looks for the least depth at which there are enough prefixes.
#[derive(Debug)]
struct CutDepth {
    /// A depth at which there are too few.
    too_shallow: usize,
    /// A depth at which there are enough, or at which there are as many as there ever will be.
    enough: Option<usize>,
}

impl CutDepth {
    fn new() -> Self {
        CutDepth {
            too_shallow: 0,
            enough: None,
        }
    }

    /// The depth to be looked at next; the one that was looked for if it is found.
    fn next(&self) -> usize {
        match self.enough {
            None => (self.too_shallow * 2).max(1),
            Some(enough) => (self.too_shallow + enough).div_ceil(2),
        }
    }

    fn is_found(&self) -> bool {
        self.enough == Some(self.too_shallow + 1)
    }

    /// At `depth` there are enough, or too few.
    fn learn(&mut self, depth: usize, is_enough: bool) {
        if is_enough {
            self.enough = Some(depth);
        } else {
            self.too_shallow = depth;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_depth_is_found_in_few_steps() {
        for least in 1..200 {
            let mut depth = CutDepth::new();
            let mut looks = 0;
            while !depth.is_found() {
                let next = depth.next();
                depth.learn(next, next >= least);
                looks += 1;
            }
            assert_eq!(depth.next(), least);
            // Up to the next power of two, and half as far back as often as there is a half.
            let doublings = least.next_power_of_two().ilog2();
            assert_eq!(looks, (2 * doublings).max(1), "{least}");
        }
    }
}
