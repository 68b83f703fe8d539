//! What it means if a search had nothing to interleave.

use itertools::Itertools as _;

use super::{Coverage, Report};

/// What threads reach, of which people have forgotten some where there is none.
const POINT: &str = if cfg!(interlace) {
    "marker, atomic access or wait"
} else {
    "marker"
};

const MEANT: &str = "If that is meant, say so with `allow_trivial()`";

impl Report {
    /// Why the search shows nothing about interleavings, or nothing about those of some threads; nothing if it
    /// does. A shard may be too small to tell, and a single schedule was meant where one was to be run.
    pub(super) fn gap(&self) -> Option<String> {
        let says_more = self.failure.is_some() || self.error().is_some() || self.schedules() == 0;
        if says_more || self.is_of_known_schedule() || self.origin.shard.is_some() {
            return None;
        }
        let Coverage {
            unreached,
            has_no_choice,
        } = &self.coverage;
        match &unreached[..] {
            [] if !has_no_choice => None,
            _ if *has_no_choice && self.origin.threads.len() == 1 => {
                Some(one_thread(&self.origin.threads[0]))
            }
            [] => Some(format!(
                "there was one schedule only, so nothing was interleaved: at no point could more than one thread \
                 go on. Does each thread reach a {POINT}, and before it waits for the others? {MEANT}"
            )),
            names => Some(without_point(names, &self.origin.explored_at)),
        }
    }
}

fn one_thread(thread: &str) -> String {
    format!(
        "there was one schedule only, so nothing was interleaved: no thread was added or started that could go \
         on beside `{thread}`. {MEANT}"
    )
}

fn without_point(names: &[String], explored_at: &str) -> String {
    let list = names.iter().map(|name| format!("`{name}`")).format(", ");
    let (threads, all, its) = match names {
        [_] => ("thread", "all that it does was", "its"),
        _ => ("threads", "all that each of them does was", "their"),
    };
    let other_crate = other_crate(explored_at);
    format!(
        "{threads} {list} reached no {POINT}: {all} done in one go, at the start, and never between the steps of \
         others. Is {its} code marked with `// interlace: name`, and is the function, impl or module around it \
         under `#[interlace::trace]`?{other_crate} {MEANT}"
    )
}

/// Why an attribute that is there may not be in force, if the test is at a place where that happens.
pub(crate) fn other_crate(explored_at: &str) -> &'static str {
    let folders = || explored_at.split(['/', '\\']);
    if folders().any(|it| it == "src") || !folders().any(|it| it == "tests") {
        return "";
    }
    " A test in the folder `tests` is a crate of its own: `cfg(test)` is off in the library that it tests, and so is \
     `#[cfg_attr(test, interlace::trace)]` there. A feature can turn it on (README)."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_for_tests_in_a_crate_of_their_own_cfg_test_is_told_to_be_off() {
        for (explored_at, is_told) in [
            ("tests/a.rs:1:2", true),
            (r"crates\b\tests\a.rs:1:2", true),
            ("src/tests/a.rs:1:2", false),
            ("src/a.rs:1:2", false),
            ("latests/a.rs:1:2", false),
            ("", false),
        ] {
            assert_eq!(
                !other_crate(explored_at).is_empty(),
                is_told,
                "{explored_at}"
            );
        }
    }
}
