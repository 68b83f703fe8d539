//! What is a scheduling point.

use std::fmt;
use std::str::FromStr;

use super::not_instrumented;
use crate::error::{Error, ErrorKind};
use crate::named::{Named as _, displayed};

displayed! {
    /// What is a scheduling point: [`Explorer::points`](crate::Explorer::points) has a longer example.
    ///
    /// ```
    /// use interlace::Points;
    ///
    /// assert_eq!("calls".parse(), Ok(Points::Calls));
    /// assert_eq!(Points::Accesses.to_string(), "accesses");
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Points {
        /// Markers, and calls to the operating system at which threads wait, begin or end. The default
        /// where the program is not instrumented.
        Calls = "calls",
        /// Each atomic access to memory too. The default under `cargo interlace`, without which there is no
        /// such point.
        Accesses = "accesses",
    }
}

/// Whether calls to the system are those of the run that controls a thread: where `system` is built.
pub(super) const ARE_CALLS_SEEN: bool = cfg!(all(
    feature = "system",
    target_os = "linux",
    target_env = "gnu",
    not(target_feature = "crt-static"),
    any(target_arch = "x86_64", target_arch = "aarch64")
));

impl Default for Points {
    fn default() -> Self {
        if cfg!(interlace) {
            Points::Accesses
        } else {
            Points::Calls
        }
    }
}

impl FromStr for Points {
    type Err = Error;

    /// Parses the name that `Display` shows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadSetting`], for any other text.
    fn from_str(name: &str) -> Result<Self, Error> {
        Points::of_name(name).ok_or_else(|| {
            let text = format!("points are not `{name}`: they are `calls` or `accesses`");
            Error::new(ErrorKind::BadSetting, text)
        })
    }
}

impl Points {
    /// # Errors
    ///
    /// If there are no such points, since the program is not instrumented; or none of the calls by which a
    /// model starts its threads.
    pub(crate) fn check(self, is_model: bool) -> Result<(), Error> {
        let text = if self == Points::Accesses && cfg!(not(interlace)) {
            "accesses are points only in a program that is instrumented. Run it by `cargo interlace test`, \
             or let the points be `calls`"
        } else if is_model && !ARE_CALLS_SEEN {
            "the threads that the body of a model starts are not seen in this build. It takes the feature \
             `system` of this crate, and Linux with glibc. Elsewhere, add threads by `Explorer::thread`"
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::BadSetting, text.to_owned()))
    }

    /// What a report says of them.
    pub(crate) fn note(self, is_model: bool, looks_for_races: bool) -> PointsNote {
        let races = if looks_for_races {
            ""
        } else {
            ". Data races were not looked for: where there is one, more can happen"
        };
        PointsNote(match self {
            Points::Accesses => {
                let all = "markers, calls to the system, and atomic accesses to memory";
                match &*not_instrumented::list() {
                    "" => format!("{all}{races}"),
                    list => format!("{all}{races}\nnot instrumented: {list}"),
                }
            }
            Points::Calls if cfg!(interlace) => "markers, and calls to the system".to_owned(),
            Points::Calls if is_model => {
                "markers, and calls to the system; `cargo interlace test` adds each atomic access to memory"
                    .to_owned()
            }
            Points::Calls => String::new(),
        })
    }
}

/// What a report says of the points that there were: nothing, if they are what every build has and a
/// program that names its threads wants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PointsNote(pub(crate) String);

/// A line of its own.
impl fmt::Display for PointsNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            "" => Ok(()),
            text => write!(f, "\npoints: {text}"),
        }
    }
}
