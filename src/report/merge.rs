//! Merges the reports of all shards into the report that one machine would have given.

use itertools::Itertools as _;

use super::{Report, SearchIdentity};
use crate::error::{Error, ErrorKind};
use crate::search::Shard;
use crate::workers::{StoppedBy, append_outcomes};

impl Report {
    /// Merges the reports of all [shards](crate::Explorer::shard) of one search into the report
    /// that one machine would have given, with the same counts, outcomes and first failure. Their
    /// order does not matter.
    ///
    /// Counts are added up in the order of the shards, as far as the first that ended the search.
    /// The time is the sum of their times.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotOfOneSearch`], with the report at fault, if a shard is missing or there
    /// twice, if a report is of no shard, or if two reports differ in the test, the place in the
    /// source, the threads, the settings or the steps of the first execution.
    ///
    /// ```
    /// use interlace::{Explorer, Report, marker};
    ///
    /// let explore = |number| {
    ///     Explorer::new(|| ())
    ///         .thread("a", |()| marker!("x"))
    ///         .thread("b", |()| marker!("y"))
    ///         .shard(number, 2)
    ///         .explore()
    /// };
    /// let whole = Report::merge([explore(2), explore(1)]).unwrap();
    /// assert_eq!(whole.to_string(), "interlace: no failure in 2 schedules; every schedule was run");
    ///
    /// let error = Report::merge([explore(2)]).unwrap_err();
    /// assert!(error.to_string().starts_with("shard 1/2 is missing"));
    /// ```
    pub fn merge(shards: impl IntoIterator<Item = Report>) -> Result<Report, Error> {
        let read = |report: &Report| {
            report.looked_at();
        };
        let shards: Vec<Report> = shards.into_iter().inspect(read).collect();
        for (one, other) in shards.iter().tuple_windows() {
            if let Some(difference) = difference(one, other) {
                return Err(foreign(&one.origin, &other.origin, difference));
            }
        }
        add_up(in_order(shards)?)
    }

    /// Merges the shards of several searches, each as [`merge`](Self::merge) does, such as those
    /// that the tests of a package have added to one file or to one for each machine. Reports of
    /// whole searches stay as they are. The result is in the order in which the searches first
    /// occur.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotOfOneSearch`], as for `merge`. Here a report of another search is not an
    /// error by itself, but its missing shards are.
    ///
    /// ```
    /// use interlace::{Explorer, Report, marker};
    ///
    /// let explore = |name: &str, number| {
    ///     Explorer::new(|| ())
    ///         .thread(name, |()| marker!("x"))
    ///         .thread("z", |()| marker!("y"))
    ///         .shard(number, 2)
    ///         .explore()
    /// };
    /// let of_one_search = [explore("a", 1), explore("a", 2)];
    /// let whole = Explorer::new(|| ()).thread("b", |()| marker!("x")).explore();
    /// let reports = Report::merge_all(of_one_search.into_iter().chain([whole])).unwrap();
    /// let schedules: Vec<u64> = reports.iter().map(Report::schedules).collect();
    /// assert_eq!(schedules, [2, 1]);
    /// ```
    pub fn merge_all(reports: impl IntoIterator<Item = Report>) -> Result<Vec<Report>, Error> {
        let mut searches: Vec<Vec<Report>> = Vec::new();
        for report in reports {
            report.looked_at();
            let is_shard = |report: &Report| report.origin.shard.is_some();
            let is_same = |search: &&mut Vec<Report>| {
                is_shard(&search[0]) && search[0].origin.is_at_the_place_of(&report.origin)
            };
            match searches.iter_mut().find(is_same) {
                Some(search) if is_shard(&report) => search.push(report),
                _ => searches.push(vec![report]),
            }
        }
        let merged = searches.into_iter().map(|mut search| match &search[..] {
            [whole] if whole.origin.shard.is_none() => Ok(search.remove(0)),
            _ => Report::merge(search),
        });
        merged.collect()
    }
}

/// What two reports differ in, if they are not of one search.
fn difference(one: &Report, other: &Report) -> Option<&'static str> {
    let (a, b) = (&one.origin, &other.origin);
    let of = |origin: &SearchIdentity| origin.shard.map(Shard::of);
    // A shard that could not begin has not measured anything.
    let is_measured = !a.steps.is_empty() && !b.steps.is_empty();
    [
        (!a.is_at_the_place_of(b), "tests or places in the source"),
        (a.threads != b.threads, "threads"),
        (
            is_measured && a.steps != b.steps,
            "numbers of steps in the first execution",
        ),
        (a.strategy != b.strategy, "strategies"),
        (a.seed != b.seed, "seeds"),
        (a.keeps_going != b.keeps_going, "uses of `keep_going`"),
        (a.waits != b.waits, "rules for waits"),
        (a.points != b.points, "kinds of points"),
        (one.engine != other.engine && is_measured, "engines"),
        (of(a) != of(b), "numbers of shards"),
    ]
    .into_iter()
    .find_map(|(differ, what)| differ.then_some(what))
}

/// The shards in order, if all are there.
fn in_order(mut shards: Vec<Report>) -> Result<Vec<Report>, Error> {
    let wrong = |text| Err(Error::new(ErrorKind::NotOfOneSearch, text));
    shards.sort_by_key(|report| report.origin.shard);
    let Some(first) = shards.first().map(|report| &report.origin) else {
        return wrong("there is no report to merge".to_owned());
    };
    if first.shard.is_none() {
        return wrong(format!("a report is of no shard: that of {first}"));
    }
    let numbers = shards.iter().map(|report| report.origin.shard);
    for (expected, shard) in (1..).zip(numbers.flatten()) {
        if shard.number() > expected {
            return wrong(format!(
                "shard {expected}/{} is missing of {first}",
                shard.of()
            ));
        }
        if shard.number() < expected {
            return wrong(format!(
                "shard {shard} is there twice of {first}; a file of an earlier run may have been \
                 added to"
            ));
        }
    }
    let (there, of) = (shards.len(), first.shard.map_or(0, Shard::of));
    if there < of as usize {
        return wrong(format!("shard {}/{of} is missing of {first}", there + 1));
    }
    Ok(shards)
}

/// Adds up all shards, which are in order and at least one.
fn add_up(shards: Vec<Report>) -> Result<Report, Error> {
    // Before they search, all shards try the same known schedules.
    let known = shards.iter().position(Report::is_of_known_schedule);
    let mut shards = shards.into_iter().skip(known.unwrap_or(0));
    let mut whole = shards.next().expect("there is a shard");
    whole.origin.shard = None;
    whole.origin.steps = Vec::new();
    if known.is_some() {
        return Ok(whole);
    }
    for next in shards {
        let stops = whole.failure.is_some() && !whole.origin.keeps_going;
        if stops || whole.error().is_some() {
            break;
        }
        if whole.schedules().checked_add(next.schedules()).is_none() {
            let text = "the reports count more executions than can be";
            return Err(Error::new(ErrorKind::NotOfOneSearch, text));
        }
        whole.append(next);
    }
    Ok(whole)
}

#[cold]
fn foreign(one: &SearchIdentity, other: &SearchIdentity, difference: &str) -> Error {
    let named = |origin: &SearchIdentity| match origin.shard {
        Some(shard) => format!("shard {shard} of {origin}"),
        None => format!("of no shard, {origin}"),
    };
    let text = format!(
        "two reports are not of one search, they have different {difference}:\n  {}\n  {}",
        named(one),
        named(other)
    );
    Error::new(ErrorKind::NotOfOneSearch, text)
}

impl Report {
    /// Adds the report of the next shard.
    fn append(&mut self, next: Report) {
        let before = self.schedules();
        if self.failure.is_none() {
            self.failure = next.failure;
            if let Some(failure) = &mut self.failure {
                failure.index = failure.index.saturating_add(before);
            }
        }
        self.coverage.append(&next.coverage);
        self.tally.append(&next.tally);
        append_outcomes(&mut self.outcomes, next.outcomes);
        self.repeats.0 = self.repeats.0.saturating_add(next.repeats.0);
        self.elapsed = self.elapsed.saturating_add(next.elapsed);
        if let (Some(all), Some(more)) = (&mut self.sampled, next.sampled) {
            all.uniform = all.uniform.saturating_add(more.uniform);
        }
        if let (StoppedBy::Sampled(_), StoppedBy::Sampled(_)) = (&self.stopped_by, &next.stopped_by)
        {
            self.stopped_by = StoppedBy::Sampled(self.schedules());
        }
        // A search that a limit has stopped is not whole, whatever comes after it.
        let is_error = matches!(next.stopped_by, StoppedBy::Error(_));
        if self.stopped_by == StoppedBy::Exhausted || is_error {
            self.stopped_by = next.stopped_by;
        }
    }
}
