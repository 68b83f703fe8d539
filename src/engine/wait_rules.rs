//! How waits may end, and which time the program sees.

use std::fmt;
use std::str::FromStr;

use itertools::Itertools as _;

use crate::error::{Error, ErrorKind};
use crate::named::{Named as _, displayed};

displayed! {
    /// When a wait with a time-out times out. [`Explorer::timeouts`](crate::Explorer::timeouts) has an
    /// example.
    ///
    /// ```
    /// use interlace::Timeouts;
    ///
    /// assert_eq!("late".parse(), Ok(Timeouts::Late));
    /// assert_eq!(Timeouts::default().to_string(), "early");
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[non_exhaustive]
    pub enum Timeouts {
        /// At any time: while others could go on, it is explored what happens if they are too slow. The
        /// default.
        #[default]
        Early = "early",
        /// Only when nobody else can go on: others are never too slow.
        Late = "late",
    }
}

impl FromStr for Timeouts {
    type Err = Error;

    /// Parses the name that `Display` shows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadSetting`], for any other text.
    fn from_str(name: &str) -> Result<Self, Error> {
        Timeouts::of_name(name).ok_or_else(|| {
            let text = format!("time-outs are not `{name}`: they are `early` or `late`");
            Error::new(ErrorKind::BadSetting, text)
        })
    }
}

/// How waits may end, and which time the program sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct WaitRules {
    pub(crate) timeouts: Timeouts,
    /// Whether clocks and sleeps are the real ones.
    pub(crate) real_time: bool,
    /// How many spurious wake-ups an execution may have.
    pub(crate) spurious_wakeups: u32,
}

impl WaitRules {
    /// Whether waits may time out while others could go on. By the real clock nobody knows when that
    /// would be.
    pub(crate) fn times_out_early(self) -> bool {
        self.timeouts == Timeouts::Early && !self.real_time
    }
}

/// What differs from the default, on a line of its own.
impl fmt::Display for WaitRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timeouts = match self.timeouts {
            Timeouts::Early => None,
            Timeouts::Late => Some("time-outs only where nobody else could go on".to_owned()),
        };
        let real_time = self.real_time.then(|| "real time".to_owned());
        let spurious = match self.spurious_wakeups {
            0 => None,
            1 => Some("at most 1 spurious wake-up in an execution".to_owned()),
            count => Some(format!("at most {count} spurious wake-ups in an execution")),
        };
        let rules = [timeouts, real_time, spurious];
        let mut rules = rules.iter().flatten().peekable();
        if rules.peek().is_some() {
            write!(f, "\nwaits: {}", rules.format(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_the_default_is_told() {
        let mut rules = WaitRules::default();
        assert_eq!(rules.to_string(), "");
        rules.spurious_wakeups = 1;
        let one = "\nwaits: at most 1 spurious wake-up in an execution";
        assert_eq!(rules.to_string(), one);
        let rules = WaitRules {
            timeouts: "late".parse().unwrap(),
            real_time: true,
            spurious_wakeups: 2,
        };
        assert_eq!(
            rules.to_string(),
            "\nwaits: time-outs only where nobody else could go on, real time, at most 2 spurious \
             wake-ups in an execution"
        );
        let error = "never".parse::<Timeouts>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadSetting);
    }
}
