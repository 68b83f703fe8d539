//! What the environment sets: one table of variables, read whenever something is run.

mod mutants;
mod program;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use itertools::Itertools as _;

pub(crate) use mutants::is_for_mutants;
pub(crate) use program::{Purpose, purpose};

use crate::engine::{Engine, Points, Timeouts};
use crate::error::{Error, ErrorKind};
use crate::search::{Repeats, Shard};
use crate::strategy::{self, Strategy};

/// What can be set both in code and by variables. What is not set is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Settings {
    pub(crate) engine: Option<Engine>,
    /// The folder that gets a page for each failure.
    pub(crate) html: Option<PathBuf>,
    /// Whether the search is run in a process of its own first, to find what ends that.
    pub(crate) isolate: Option<bool>,
    pub(crate) max_schedules: Option<u64>,
    /// What is a scheduling point.
    pub(crate) points: Option<Points>,
    pub(crate) progress: Option<bool>,
    /// Whether clocks and sleeps are the real ones.
    pub(crate) real_time: Option<bool>,
    /// How often executions are run once more.
    pub(crate) repeats: Option<Repeats>,
    /// The text of the one schedule to run.
    pub(crate) replay: Option<String>,
    /// The file that gets reports as JSON.
    pub(crate) report: Option<PathBuf>,
    /// Which part of a search to run: its number, and of how many.
    pub(crate) shard: Option<(u32, u32)>,
    /// Whether failures are saved where the code does not say where.
    pub(crate) saved: Option<bool>,
    pub(crate) seed: Option<u64>,
    /// How many spurious wake-ups an execution may have.
    pub(crate) spurious_wakeups: Option<u32>,
    pub(crate) strategy: Option<Strategy>,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) timeouts: Option<Timeouts>,
    /// Whether what markers declare is verified.
    pub(crate) verify_accesses: Option<bool>,
    pub(crate) workers: Option<usize>,
}

/// Tells a process that is started for an [isolated](crate::Explorer::isolate) search about that.
pub(crate) const CHILD: &str = "INTERLACE_CHILD";

/// A variable: its name, what its value must be, in words, and how the value is read.
struct Variable {
    name: &'static str,
    wants: &'static str,
    /// Sets what the value says; `None` if the value is bad.
    set: fn(&str, &mut Settings) -> Option<()>,
}

/// All variables. `docs/settings.md` has the same table, with defaults; a test compares their names.
const VARIABLES: [Variable; 19] = [
    Variable {
        name: "INTERLACE_ENGINE",
        wants: "`threads` or `fibers`",
        set: |value, settings| store(&mut settings.engine, value.parse().ok()),
    },
    Variable {
        name: "INTERLACE_HTML",
        wants: "the path of a folder",
        set: |value, settings| {
            let path = (!value.is_empty()).then(|| value.into());
            store(&mut settings.html, path)
        },
    },
    Variable {
        name: "INTERLACE_ISOLATE",
        wants: "`1` to run the search in a process of its own or `0` not to",
        set: |value, settings| store(&mut settings.isolate, flag(value)),
    },
    Variable {
        name: "INTERLACE_MAX_SCHEDULES",
        wants: "a number of executions",
        set: |value, settings| store(&mut settings.max_schedules, value.parse().ok()),
    },
    Variable {
        name: "INTERLACE_POINTS",
        wants: "`calls` or `accesses`",
        set: |value, settings| store(&mut settings.points, value.parse().ok()),
    },
    Variable {
        name: "INTERLACE_PROGRESS",
        wants: "`1` to show it or `0` not to",
        set: |value, settings| store(&mut settings.progress, flag(value)),
    },
    Variable {
        name: "INTERLACE_REAL_TIME",
        wants: "`1` for real time or `0` for virtual time",
        set: |value, settings| store(&mut settings.real_time, flag(value)),
    },
    Variable {
        name: "INTERLACE_REPEATS",
        wants: "`never`, how often the first execution is repeated, or `each`",
        set: |value, settings| store(&mut settings.repeats, value.parse().ok()),
    },
    Variable {
        name: "INTERLACE_REPLAY",
        wants: "a schedule, as a failure prints it",
        set: |value, settings| store(&mut settings.replay, Some(value.to_owned())),
    },
    Variable {
        name: "INTERLACE_REPORT",
        wants: "the path of a file",
        set: |value, settings| {
            let path = (!value.is_empty()).then(|| value.into());
            store(&mut settings.report, path)
        },
    },
    Variable {
        name: "INTERLACE_SAVED",
        wants: "`1` to save failures or `0` not to",
        set: |value, settings| store(&mut settings.saved, flag(value)),
    },
    Variable {
        name: "INTERLACE_SEED",
        wants: "a number below 2^64",
        set: |value, settings| store(&mut settings.seed, value.parse().ok()),
    },
    Variable {
        name: "INTERLACE_SHARD",
        wants: "the number of a shard, counted from 1, and of how many, as in `1/3`",
        set: |value, settings| {
            let shard: Option<Shard> = value.parse().ok();
            store(&mut settings.shard, shard.map(|it| (it.number(), it.of())))
        },
    },
    Variable {
        name: "INTERLACE_SPURIOUS_WAKEUPS",
        wants: "a number of wake-ups in an execution",
        set: |value, settings| store(&mut settings.spurious_wakeups, value.parse().ok()),
    },
    Variable {
        name: "INTERLACE_STRATEGY",
        wants: strategy::WANTS,
        set: |value, settings| store(&mut settings.strategy, value.parse().ok()),
    },
    Variable {
        name: "INTERLACE_TIMEOUTS",
        wants: "`early` or `late`",
        set: |value, settings| store(&mut settings.timeouts, value.parse().ok()),
    },
    Variable {
        name: "INTERLACE_TIME_LIMIT",
        wants: "a number of seconds",
        set: |value, settings| {
            let seconds = value.parse().ok()?;
            let limit = Duration::try_from_secs_f64(seconds).ok();
            store(&mut settings.time_limit, limit)
        },
    },
    Variable {
        name: "INTERLACE_VERIFY_ACCESSES",
        wants: "`1` to verify what markers declare or `0` not to",
        set: |value, settings| store(&mut settings.verify_accesses, flag(value)),
    },
    Variable {
        name: "INTERLACE_WORKERS",
        wants: "a number of workers, at least 1",
        set: |value, settings| {
            let workers = value.parse().ok().filter(|&workers| workers > 0);
            store(&mut settings.workers, workers)
        },
    },
];

/// Sets what a good value says; `None` if the value is bad.
fn store<T>(setting: &mut Option<T>, value: Option<T>) -> Option<()> {
    *setting = Some(value?);
    Some(())
}

fn flag(value: &str) -> Option<bool> {
    match value {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// If a value is bad, or a variable whose name begins with `INTERLACE_` is unknown.
    pub(crate) fn from_environment() -> Result<Self, Error> {
        Self::read(std::env::vars_os())
    }

    fn read(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<Self, Error> {
        let mut settings = Settings::default();
        for (name, value) in variables {
            if !name.as_encoded_bytes().starts_with(b"INTERLACE_") {
                continue;
            }
            let name = name.to_string_lossy();
            if name == CHILD {
                continue;
            }
            let Some(variable) = VARIABLES.iter().find(|variable| variable.name == name) else {
                return Err(unknown(&name));
            };
            let set = value
                .to_str()
                .and_then(|value| (variable.set)(value, &mut settings));
            set.ok_or_else(|| bad(variable, &value.to_string_lossy()))?;
        }
        Ok(settings)
    }

    /// These settings; where one is not set, that of `others`.
    pub(crate) fn or(self, others: Settings) -> Self {
        Settings {
            engine: self.engine.or(others.engine),
            html: self.html.or(others.html),
            isolate: self.isolate.or(others.isolate),
            max_schedules: self.max_schedules.or(others.max_schedules),
            points: self.points.or(others.points),
            progress: self.progress.or(others.progress),
            real_time: self.real_time.or(others.real_time),
            repeats: self.repeats.or(others.repeats),
            replay: self.replay.or(others.replay),
            report: self.report.or(others.report),
            saved: self.saved.or(others.saved),
            shard: self.shard.or(others.shard),
            seed: self.seed.or(others.seed),
            spurious_wakeups: self.spurious_wakeups.or(others.spurious_wakeups),
            strategy: self.strategy.or(others.strategy),
            time_limit: self.time_limit.or(others.time_limit),
            timeouts: self.timeouts.or(others.timeouts),
            verify_accesses: self.verify_accesses.or(others.verify_accesses),
            workers: self.workers.or(others.workers),
        }
    }
}

#[cold]
fn bad(variable: &Variable, value: &str) -> Error {
    let Variable { name, wants, .. } = variable;
    let text = format!("the environment variable `{name}` is `{value}`: it must be {wants}");
    Error::new(ErrorKind::BadSetting, text)
}

#[cold]
fn unknown(name: &str) -> Error {
    let names = || VARIABLES.iter().map(|variable| variable.name);
    let mut text = format!("the environment variable `{name}` means nothing to interlace");
    let distances = names().map(|known| (strsim::damerau_levenshtein(name, known), known));
    if let Some((1..=4, known)) = distances.min() {
        let _ = write!(text, "; did you mean `{known}`?");
    }
    let known = names().map(|name| format!("`{name}`")).format(", ");
    let _ = write!(text, "\nthere are {known}");
    Error::new(ErrorKind::BadSetting, text)
}

#[cfg(test)]
mod tests;
