//! What is asked of `cargo interlace mutants`.

use std::ffi::{OsStr, OsString};
use std::thread;
use std::time::Duration;

use crate::arguments::Arguments;
use crate::packages::{ONLY, SKIP};

/// How cargo is asked for what it would run.
pub(super) const COMMAND: [&str; 3] = [
    "test",
    "--no-run",
    "--message-format=json-render-diagnostics",
];

const CRATES: &str = "--crates";
const TIMEOUT: &str = "--timeout";
const JSON: &str = "--json";

/// The options of cargo that are followed by a value.
const WITH_VALUES: [&str; 23] = [
    "-p",
    "--package",
    "--exclude",
    "--test",
    "--bin",
    "--example",
    "--bench",
    "-F",
    "--features",
    "--target",
    "--target-dir",
    "--manifest-path",
    "--lockfile-path",
    "--profile",
    "--color",
    "--config",
    "-j",
    "--jobs",
    "-Z",
    CRATES,
    TIMEOUT,
    ONLY,
    SKIP,
];

/// The options.
pub(super) struct Options {
    /// The packages whose operations are changed; if there are none, those whose tests are run.
    pub(super) crates: Vec<String>,
    /// How many tests are run at a time.
    pub(super) jobs: usize,
    /// What each test may take at least.
    pub(super) timeout: Duration,
    pub(super) is_json: bool,
    /// What is for the tests.
    pub(super) for_tests: Vec<OsString>,
}

impl Options {
    /// # Errors
    ///
    /// If one has a bad value, or there is a filter where cargo would take it for a test of its own.
    pub(super) fn of(arguments: &Arguments<'_>) -> Result<Self, String> {
        let value = |names: [&str; 2]| names.into_iter().find_map(|it| arguments.value(it));
        let number = |names: [&str; 2], wants: &str| match value(names) {
            None => Ok(None),
            Some(text) => {
                let number = text.to_str().and_then(|it| it.parse::<u32>().ok());
                let number = number.filter(|&it| it > 0);
                number.map(Some).ok_or_else(|| {
                    let [name, _] = names;
                    format!("`{name} {}`: it must be {wants}", text.display())
                })
            }
        };
        let jobs = number(["--jobs", "-j"], "a number of tests to run at a time")?;
        let timeout = number([TIMEOUT; 2], "a number of seconds")?;
        let unexpected = positional(&for_cargo(arguments));
        if let Some(filter) = unexpected {
            return Err(format!(
                "what chooses tests by their names comes after `--`: `cargo interlace mutants -- {filter}`"
            ));
        }
        let crates = arguments.values(CRATES);
        Ok(Options {
            crates: crates.map(|it| it.to_string_lossy().into_owned()).collect(),
            jobs: match jobs {
                Some(jobs) => jobs as usize,
                None => thread::available_parallelism().map_or(1, usize::from),
            },
            timeout: Duration::from_secs(timeout.unwrap_or(20).into()),
            is_json: arguments.flags(&[JSON]).next().is_some(),
            for_tests: arguments.for_program().map(OsStr::to_owned).collect(),
        })
    }
}

/// What is passed on to cargo.
pub(super) fn for_cargo<'a>(arguments: &Arguments<'a>) -> Vec<&'a OsStr> {
    let all = arguments.without(&["--target-dir", ONLY, SKIP, CRATES, TIMEOUT]);
    let own = all.into_iter().take_while(|it| *it != "--");
    own.filter(|it| *it != JSON).collect()
}

/// The first argument that is neither an option nor the value of one.
fn positional(arguments: &[&OsStr]) -> Option<String> {
    let mut is_value = false;
    for argument in arguments {
        let text = argument.to_string_lossy();
        if !is_value && !text.starts_with('-') {
            return Some(text.into_owned());
        }
        is_value = !is_value && WITH_VALUES.iter().any(|it| *it == text);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Result<Options, String> {
        let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
        Options::of(&Arguments::of(&arguments)?)
    }

    #[test]
    fn options_have_defaults() {
        let Options {
            crates,
            timeout,
            is_json,
            ..
        } = options(&["mutants"]).unwrap();
        assert!(crates.is_empty() && !is_json);
        assert_eq!(timeout, Duration::from_secs(20));
    }

    #[test]
    fn what_is_for_cargo_is_passed_on_and_what_is_for_tests_is_kept() {
        let all = [
            "mutants",
            "--crates",
            "a",
            "--json",
            "-p",
            "b",
            "--jobs=3",
            "--crates=c",
            "--",
            "--exact",
            "x",
        ];
        let own = options(&all).unwrap();
        assert_eq!(own.crates, ["a", "c"]);
        assert_eq!((own.jobs, own.is_json), (3, true));
        assert_eq!(own.for_tests, ["--exact", "x"]);
        let all = all.map(OsString::from);
        let passed_on = for_cargo(&Arguments::of(&all).unwrap());
        assert_eq!(passed_on, ["-p", "b", "--jobs=3"]);
    }

    #[test]
    fn bad_options_are_refused() {
        for (arguments, error) in [
            (
                &["mutants", "--jobs", "0"][..],
                "`--jobs 0`: it must be a number of tests to run at a time",
            ),
            (
                &["mutants", "--timeout=soon"],
                "`--timeout soon`: it must be a number of seconds",
            ),
            (
                &["mutants", "--test", "a", "push"],
                "what chooses tests by their names comes after `--`: `cargo interlace mutants -- push`",
            ),
        ] {
            assert_eq!(options(arguments).err().unwrap(), error);
        }
    }
}
