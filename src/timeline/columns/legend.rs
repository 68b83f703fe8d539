//! Names that are too long for their columns, shortened and explained.

use crate::text_width::{beginning, cut, one_line, width};

/// A name of which less is left says nothing.
const MIN_LEFT: usize = 2;

/// The names that were shortened. Each has a number, by which it is told from others that begin like it.
#[derive(Debug, Default)]
pub(super) struct Legend(Vec<String>);

impl Legend {
    /// The name, or as much of it as there is room for, with its number.
    pub(super) fn shortened(&mut self, name: &str, room: usize) -> String {
        let name = one_line(name);
        if width(&name) <= room {
            return name.into_owned();
        }
        let known = self.0.iter().position(|it| **it == *name);
        let number = known.unwrap_or_else(|| {
            self.0.push(name.clone().into_owned());
            self.0.len() - 1
        });
        let mark = mark(number);
        let room = room.saturating_sub(width(&mark)).max(MIN_LEFT);
        beginning(&name, room).trim_end().to_owned() + &mark
    }

    /// A name with what is told of it, of which the name is shortened as long as something is left of it.
    pub(super) fn with_remark(&mut self, name: &str, remark: &str, room: usize) -> String {
        let remark = one_line(remark);
        let left = room.saturating_sub(width(&remark));
        if width(name) > left && left >= MIN_LEFT + width(&mark(self.0.len())) {
            return self.shortened(name, left) + &remark;
        }
        cut(&format!("{}{remark}", one_line(name)), room).into_owned()
    }

    /// What each number stands for.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let names = self.0.iter().enumerate();
        names.map(|(number, name)| format!("  {}  {name}", mark(number)))
    }
}

fn mark(number: usize) -> String {
    format!("…{}", number + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_begin_alike_are_told_apart() {
        let mut legend = Legend::default();
        assert_eq!(legend.shortened("worker", 6), "worker");
        assert_eq!(legend.shortened("worker-of-the-pool-1", 8), "worker…1");
        assert_eq!(legend.shortened("worker-of-the-pool-2", 8), "worker…2");
        assert_eq!(legend.shortened("worker-of-the-pool-1", 7), "worke…1");
        assert_eq!(
            legend.with_remark("read-the-state", " (waits)", 14),
            "read…3 (waits)"
        );
        // There is no room for a name.
        assert_eq!(
            legend.with_remark("write-the-state", " (goes on, waits)", 14),
            "write-the-sta…"
        );
        let lines: Vec<String> = legend.lines().collect();
        assert_eq!(
            lines,
            [
                "  …1  worker-of-the-pool-1",
                "  …2  worker-of-the-pool-2",
                "  …3  read-the-state"
            ]
        );
    }
}
