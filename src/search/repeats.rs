//! How often an execution is run once more, to see whether the program does the same.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// How often executions are run once more, to see whether the program does the same.
/// [`Explorer::repeats`](crate::Explorer::repeats) has an example.
///
/// ```
/// use interlace::Repeats;
///
/// assert_eq!(Repeats::default(), Repeats::AtLeast(128));
/// assert_eq!("each".parse(), Ok(Repeats::Each));
/// assert_eq!(Repeats::AtLeast(1000).to_string(), "1000");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeats {
    /// None is.
    Never,
    /// The first execution this often, the second half as often, the third a third as often, and so on;
    /// further on one of two, one of three, but not fewer than one of 64. That may take a quarter of a
    /// millisecond for each of this number, and beyond that a sixteenth of the time of the search. The default is
    /// 128: what is left to chance is noticed nearly always if it comes out differently in one of 64 executions.
    AtLeast(u64),
    /// Each at least once, and the first as by default, however long it takes.
    Each,
}

/// How often the first execution is repeated by default.
const LEAST: u64 = 128;

/// Of how many executions one is repeated at least.
const GAP: u64 = 64;

impl Default for Repeats {
    fn default() -> Self {
        Repeats::AtLeast(LEAST)
    }
}

impl fmt::Display for Repeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Repeats::Never => f.pad("never"),
            Repeats::AtLeast(least) => least.fmt(f),
            Repeats::Each => f.pad("each"),
        }
    }
}

impl FromStr for Repeats {
    type Err = Error;

    /// Parses what `Display` shows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadSetting`], for any other text.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "never" => Ok(Repeats::Never),
            "each" => Ok(Repeats::Each),
            _ => text.parse().map(Repeats::AtLeast).map_err(|_| {
                let text =
                    format!("repeats are not `{text}`: they are `never`, a number, or `each`");
                Error::new(ErrorKind::BadSetting, text)
            }),
        }
    }
}

/// Which executions of a search are repeated, and how often.
#[derive(Debug)]
pub(crate) struct Rate {
    repeats: Repeats,
    /// How many executions there were, and the number of the next that is repeated.
    executions: u64,
    next: u64,
    /// By which that is drawn, so that it has nothing to do with the order of a search.
    random: fastrand::Rng,
}

impl Rate {
    /// The rate in a search, after this number of its executions.
    pub(crate) fn new(repeats: Repeats, executions: u64) -> Self {
        Rate {
            repeats,
            executions,
            next: match repeats {
                Repeats::Never => u64::MAX,
                _ => executions + 1,
            },
            random: fastrand::Rng::with_seed(executions),
        }
    }

    /// How often the execution that has just ended is to be repeated.
    #[inline]
    pub(crate) fn times(&mut self) -> u64 {
        self.executions += 1;
        if self.executions < self.next {
            0
        } else {
            self.due()
        }
    }

    fn due(&mut self) -> u64 {
        let least = match self.repeats {
            Repeats::Never => return 0,
            Repeats::AtLeast(least) => least,
            Repeats::Each => LEAST,
        };
        let number = self.executions;
        let is_early = number <= least;
        let gap = match number.checked_div(least) {
            _ if is_early || self.repeats == Repeats::Each => 1,
            Some(gap) => gap.min(GAP),
            None => GAP,
        };
        self.next = number + self.random.u64(1..2 * gap);
        if is_early { least / number } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often each of the first executions is repeated.
    fn times(repeats: Repeats, executions: usize) -> Vec<u64> {
        let mut rate = Rate::new(repeats, 0);
        (0..executions).map(|_| rate.times()).collect()
    }

    #[test]
    fn the_first_are_repeated_often_and_later_ones_less_and_less() {
        let default = times(Repeats::default(), 100_000);
        assert_eq!(default[..8], [128, 64, 42, 32, 25, 21, 18, 16]);
        // The sum of 128 / n for n from 1 to 128, rounded down.
        assert_eq!(default[..128].iter().sum::<u64>(), 645);
        assert!(default[128..].iter().all(|&it| it <= 1));
        // About 128 times the logarithm of 64: one of n / 128, drawn.
        let middle: u64 = default[128..8192].iter().sum();
        assert!((470..=640).contains(&middle), "{middle}");
        // One of 64.
        let rest: u64 = default[8192..].iter().sum();
        let expected = (100_000 - 8192) / 64;
        assert!(rest.abs_diff(expected) < expected / 8, "{rest}");
    }

    #[test]
    fn none_is_repeated_or_each_is() {
        assert_eq!(times(Repeats::Never, 300), [0; 300]);
        let each = times(Repeats::Each, 300);
        assert_eq!(each[..128], times(Repeats::default(), 128));
        assert_eq!(each[128..], [1; 172]);
        assert_eq!(times(Repeats::AtLeast(2), 2), [2, 1]);
        // A search may be short: it is repeated no less than it was asked for.
        assert_eq!(times(Repeats::AtLeast(1000), 1), [1000]);
        let few: u64 = times(Repeats::AtLeast(0), 6400).iter().sum();
        assert!((70..=130).contains(&few), "one of 64, not {few}");
    }

    #[test]
    fn settings_are_read_as_they_are_shown() {
        for repeats in [Repeats::Never, Repeats::AtLeast(7), Repeats::Each] {
            assert_eq!(repeats.to_string().parse(), Ok(repeats));
        }
        let error = "some".parse::<Repeats>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "repeats are not `some`: they are `never`, a number, or `each`"
        );
    }
}
