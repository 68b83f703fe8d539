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
use crate::search::Shard;
use crate::strategy::{self, Strategy};

/// What can be set both in code and by variables. What is not set is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Settings {
    pub(crate) engine: Option<Engine>,
    /// Whether the search is run in a process of its own first, to find what ends that.
    pub(crate) isolate: Option<bool>,
    pub(crate) max_schedules: Option<u64>,
    /// What is a scheduling point.
    pub(crate) points: Option<Points>,
    pub(crate) progress: Option<bool>,
    /// Whether clocks and sleeps are the real ones.
    pub(crate) real_time: Option<bool>,
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
const VARIABLES: [Variable; 17] = [
    Variable {
        name: "INTERLACE_ENGINE",
        wants: "`threads` or `fibers`",
        set: |value, settings| store(&mut settings.engine, value.parse().ok()),
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
            isolate: self.isolate.or(others.isolate),
            max_schedules: self.max_schedules.or(others.max_schedules),
            points: self.points.or(others.points),
            progress: self.progress.or(others.progress),
            real_time: self.real_time.or(others.real_time),
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
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::strategy::Strategy;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, Error> {
        let variables = variables.iter();
        Settings::read(variables.map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn each_variable_sets_one_thing() {
        let settings = read(&[
            ("INTERLACE_ENGINE", "fibers"),
            ("INTERLACE_ISOLATE", "1"),
            ("INTERLACE_CHILD", "told by interlace"),
            ("INTERLACE_MAX_SCHEDULES", "1000"),
            ("INTERLACE_POINTS", "accesses"),
            ("INTERLACE_PROGRESS", "0"),
            ("INTERLACE_REAL_TIME", "1"),
            ("INTERLACE_REPLAY", "a:x b:y"),
            ("INTERLACE_REPORT", "target/report.jsonl"),
            ("INTERLACE_SAVED", "0"),
            ("INTERLACE_SHARD", "2/3"),
            ("INTERLACE_SEED", "18446744073709551615"),
            ("INTERLACE_SPURIOUS_WAKEUPS", "2"),
            ("INTERLACE_STRATEGY", "pct:4"),
            ("INTERLACE_TIMEOUTS", "late"),
            ("INTERLACE_TIME_LIMIT", "1.5"),
            ("INTERLACE_VERIFY_ACCESSES", "1"),
            ("INTERLACE_WORKERS", "3"),
            ("PATH", "/bin"),
        ]);
        let expected = Settings {
            engine: Some(Engine::Fibers),
            isolate: Some(true),
            max_schedules: Some(1000),
            points: Some(Points::Accesses),
            progress: Some(false),
            real_time: Some(true),
            replay: Some("a:x b:y".to_owned()),
            report: Some(PathBuf::from("target/report.jsonl")),
            saved: Some(false),
            shard: Some((2, 3)),
            seed: Some(u64::MAX),
            spurious_wakeups: Some(2),
            strategy: Some(Strategy::Pct {
                depth: 4,
                schedules: 1000,
            }),
            time_limit: Some(Duration::from_millis(1500)),
            timeouts: Some(Timeouts::Late),
            verify_accesses: Some(true),
            workers: Some(3),
        };
        assert_eq!(settings, Ok(expected));
        assert_eq!(read(&[("HOME", "/")]), Ok(Settings::default()));
    }

    #[test]
    fn a_bad_value_is_an_error_that_says_what_is_wanted() {
        for (name, value) in [
            ("INTERLACE_ENGINE", "Threads"),
            ("INTERLACE_ISOLATE", "yes"),
            ("INTERLACE_MAX_SCHEDULES", "1e6"),
            ("INTERLACE_POINTS", "markers"),
            ("INTERLACE_PROGRESS", "yes"),
            ("INTERLACE_REAL_TIME", "true"),
            ("INTERLACE_REPORT", ""),
            ("INTERLACE_SAVED", "off"),
            ("INTERLACE_SHARD", "0/3"),
            ("INTERLACE_SHARD", "3"),
            ("INTERLACE_SEED", "-1"),
            ("INTERLACE_SPURIOUS_WAKEUPS", "-1"),
            ("INTERLACE_STRATEGY", "best"),
            ("INTERLACE_STRATEGY", "replay:nonsense"),
            ("INTERLACE_TIMEOUTS", "never"),
            ("INTERLACE_TIME_LIMIT", "-1"),
            ("INTERLACE_TIME_LIMIT", "inf"),
            ("INTERLACE_VERIFY_ACCESSES", "all"),
            ("INTERLACE_WORKERS", "0"),
            ("INTERLACE_WORKERS", ""),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BadSetting);
            let start = format!("the environment variable `{name}` is `{value}`: it must be ");
            assert!(error.to_string().starts_with(&start), "{error}");
        }
    }

    #[test]
    fn an_unknown_variable_is_an_error_that_lists_the_known() {
        let error = read(&[("INTERLACE_WORKER", "2")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the environment variable `INTERLACE_WORKER` means nothing to interlace; did you mean \
             `INTERLACE_WORKERS`?\nthere are `INTERLACE_ENGINE`, `INTERLACE_ISOLATE`, `INTERLACE_MAX_SCHEDULES`, \
             `INTERLACE_POINTS`, `INTERLACE_PROGRESS`, `INTERLACE_REAL_TIME`, `INTERLACE_REPLAY`, \
             `INTERLACE_REPORT`, `INTERLACE_SAVED`, `INTERLACE_SEED`, `INTERLACE_SHARD`, `INTERLACE_SPURIOUS_WAKEUPS`, \
             `INTERLACE_STRATEGY`, `INTERLACE_TIMEOUTS`, `INTERLACE_TIME_LIMIT`, \
             `INTERLACE_VERIFY_ACCESSES`, `INTERLACE_WORKERS`"
        );
        let error = read(&[("INTERLACE_COLOUR_OF_THE_BAR", "red")]).unwrap_err();
        assert!(!error.to_string().contains("did you mean"), "{error}");
    }

    #[test]
    fn what_code_sets_wins() {
        let code = Settings {
            workers: Some(1),
            ..Settings::default()
        };
        let environment = read(&[("INTERLACE_WORKERS", "3"), ("INTERLACE_PROGRESS", "1")]).unwrap();
        let both = code.or(environment);
        assert_eq!((both.workers, both.progress), (Some(1), Some(true)));
    }

    #[test]
    fn the_page_of_settings_has_the_same_table() {
        let page = include_str!("../docs/settings.md");
        let named = page
            .split('`')
            .filter(|word| word.starts_with("INTERLACE_"));
        let named: Vec<_> = named.sorted().dedup().collect();
        assert_eq!(named, VARIABLES.each_ref().map(|variable| variable.name));
    }

    proptest! {
        #[test]
        fn no_value_panics(which in 0..VARIABLES.len(), value in vec(any::<char>(), 0..20)) {
            let value: String = value.into_iter().collect();
            let _ = read(&[(VARIABLES[which].name, &value)]);
        }
    }
}
