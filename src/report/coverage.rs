//! What a search had to interleave, and what it means if that was nothing.

use itertools::Itertools as _;

use super::Report;

/// What a search has not interleaved with anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Coverage {
    /// The declared threads that reached no scheduling point in any execution.
    pub(crate) unreached: Vec<String>,
    /// Whether there never was a choice, so that there is one schedule only.
    pub(crate) has_no_choice: bool,
}

impl Coverage {
    /// Adds what another shard has left over: a gap is what all have left over.
    pub(super) fn append(&mut self, next: &Coverage) {
        self.unreached.retain(|name| next.unreached.contains(name));
        self.has_no_choice &= next.has_no_choice;
    }
}

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
            _ if *has_no_choice && self.origin.threads.len() == 1 => Some(self.one_thread()),
            [] => Some(format!(
                "there was one schedule only, so nothing was interleaved: at no point could more than one thread \
                 go on. Does each thread reach a {POINT}, and before it waits for the others? {MEANT}"
            )),
            names => Some(self.without_point(names)),
        }
    }

    fn one_thread(&self) -> String {
        format!(
            "there was one schedule only, so nothing was interleaved: no thread was added or started that could go \
             on beside `{}`. {MEANT}",
            self.origin.threads[0]
        )
    }

    fn without_point(&self, names: &[String]) -> String {
        let list = names.iter().map(|name| format!("`{name}`")).format(", ");
        let (threads, all, its) = match names {
            [_] => ("thread", "all that it does was", "its"),
            _ => ("threads", "all that each of them does was", "their"),
        };
        format!(
            "{threads} {list} reached no {POINT}: {all} done in one go, at the start, and never between the steps of \
             others. Is {its} code marked with `// interlace: name`, and is the function, impl or module around it \
             under `#[interlace::trace]`? {MEANT}"
        )
    }
}
