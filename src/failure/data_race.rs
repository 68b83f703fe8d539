//! Executions in which two accesses to memory are not ordered.

use std::fmt;
use std::sync::Arc;

use super::MarkerSite;
use crate::getters::getters;
use crate::named::Named as _;
use crate::races::{AccessType, MemoryOrder, Race, RacingSide};

/// A data race: two threads have accessed the same memory, at least one of them to write, not both atomically,
/// and nothing orders the two. In Rust that is undefined behaviour, whatever is read. Found in instrumented
/// builds, in the first execution in which it shows.
///
/// ```no_run
/// use interlace::{Explorer, FailureKind};
/// use std::sync::atomic::{AtomicBool, Ordering::{Acquire, Relaxed}};
/// use std::thread;
///
/// static mut DATA: u32 = 0;
/// static IS_READY: AtomicBool = AtomicBool::new(false);
///
/// let report = Explorer::model(|| {
///     let reader = thread::spawn(|| {
///         if IS_READY.load(Acquire) {
///             unsafe { assert_eq!({ DATA }, 1) };
///         }
///     });
///     unsafe { DATA = 1 };
///     IS_READY.store(true, Relaxed); // it takes `Release` to publish what was written before
///     reader.join().unwrap();
/// })
/// .explore();
/// let FailureKind::DataRace(race) = report.assert_fails().kind() else {
///     panic!("nothing orders the write and the read");
/// };
/// assert_eq!((race.first().thread(), race.second().thread()), ("main", "main/1"));
/// assert_eq!(race.passed().unwrap().store_order().to_string(), "Relaxed");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataRace {
    pub(crate) details: Box<RaceDetails>,
}

/// What there is to say of a race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RaceDetails {
    pub(crate) first: RacingAccess,
    pub(crate) second: RacingAccess,
    pub(crate) passed: Option<PassedValue>,
    /// Where the code is of both accesses, of the store and of the load; 0 if that is not known.
    pub(crate) code: [usize; 4],
}

/// One of two accesses that race.
///
/// ```no_run
/// use interlace::{Explorer, FailureKind, failure::AccessType};
/// use std::thread;
///
/// static mut DATA: u32 = 0;
///
/// let report = Explorer::model(|| {
///     let writer = thread::spawn(|| unsafe { DATA = 1 });
///     unsafe { assert!({ DATA } < 2) };
///     writer.join().unwrap();
/// })
/// .explore();
/// let FailureKind::DataRace(race) = report.assert_fails().kind() else {
///     panic!("nothing orders the write and the read");
/// };
/// for side in [race.first(), race.second()] {
///     assert_eq!(side.size(), 4);
///     assert_eq!(side.access() == AccessType::Write, side.thread() == "main/1");
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RacingAccess {
    pub(crate) thread: Arc<str>,
    pub(crate) access: AccessType,
    pub(crate) size: u32,
    pub(crate) site: MarkerSite,
}

getters! { RacingAccess {
    /// Returns the name of the thread.
    thread: &str,
    /// Returns what the access does.
    access: copy AccessType,
    /// Returns how many bytes it accesses; 0 if they are many.
    size: copy u32,
    /// Returns what makes the access, and where that is in the source. Of what frees memory, the last access
    /// before it.
    site: &MarkerSite,
} }

/// How the second thread has learnt of what the first has done before: it has read what that has stored later.
///
/// ```
/// use interlace::failure::{DataRace, MemoryOrder};
///
/// /// Whether it takes a `Release` to repair it.
/// fn lacks_release(race: &DataRace) -> bool {
///     race.passed().is_some_and(|it| it.store_order() == MemoryOrder::Relaxed)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedValue {
    pub(crate) store: MarkerSite,
    pub(crate) store_order: MemoryOrder,
    pub(crate) load: MarkerSite,
    pub(crate) load_order: MemoryOrder,
}

getters! { PassedValue {
    /// Returns what the first thread has stored by, and where that is in the source.
    store: &MarkerSite,
    /// Returns the ordering of that.
    store_order: copy MemoryOrder,
    /// Returns what the second thread has read it by.
    load: &MarkerSite,
    /// Returns the ordering of that.
    load_order: copy MemoryOrder,
} }

impl DataRace {
    /// This race, of threads with these names. Its places are found out [later](Self::find_sites).
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    pub(crate) fn new(race: &Race, names: &[Arc<str>]) -> Self {
        let access = |side: RacingSide| RacingAccess {
            thread: names
                .get(side.thread)
                .map_or_else(|| "?".into(), Arc::clone),
            access: side.kind,
            size: u32::try_from(side.size).unwrap_or(0),
            site: unknown(side.kind.name()),
        };
        let passed = race.passed.map(|passed| PassedValue {
            store: unknown("store"),
            store_order: passed.store_order,
            load: unknown("load"),
            load_order: passed.load_order,
        });
        let [store, load] = race.passed.map_or([0; 2], |it| [it.store, it.load]);
        DataRace {
            details: Box::new(RaceDetails {
                first: access(race.first),
                second: access(race.second),
                passed,
                code: [race.first.site, race.second.site, store, load],
            }),
        }
    }

    /// Asks for each place in the code what it is called, with what the access there does.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    pub(crate) fn find_sites(&mut self, find: impl Fn(&'static str, usize) -> MarkerSite) {
        let RaceDetails {
            first,
            second,
            passed,
            code,
        } = &mut *self.details;
        first.site = find(first.access.name(), code[0]);
        second.site = find(second.access.name(), code[1]);
        if let Some(passed) = passed {
            passed.store = find("store", code[2]);
            passed.load = find("load", code[3]);
        }
    }

    /// Returns the access that came first in this execution.
    pub fn first(&self) -> &RacingAccess {
        &self.details.first
    }

    /// Returns the access that came second.
    pub fn second(&self) -> &RacingAccess {
        &self.details.second
    }

    /// Returns how the second thread has learnt of what the first has done, if it has: an atomic would have ordered
    /// them if both its accesses had the right orderings.
    pub fn passed(&self) -> Option<&PassedValue> {
        self.details.passed.as_ref()
    }

    /// Whether `other` is between the same two places.
    pub(crate) fn is_like(&self, other: &DataRace) -> bool {
        let [here, there] = [self, other].map(|race| {
            let RaceDetails {
                first,
                second,
                code,
                ..
            } = &*race.details;
            [(first, code[0]), (second, code[1])]
        });
        is_same(here[0], there[0]) && is_same(here[1], there[1])
            || is_same(here[0], there[1]) && is_same(here[1], there[0])
    }
}

/// Whether both are at the same place. Those of one process are known by their code, also where the places were
/// not looked up.
fn is_same(here: (&RacingAccess, usize), there: (&RacingAccess, usize)) -> bool {
    let is_same_place = match (here.1, there.1) {
        (0, _) | (_, 0) => here.0.site == there.0.site,
        (here, there) => here == there,
    };
    is_same_place && here.0.access == there.0.access
}

fn unknown(name: &'static str) -> MarkerSite {
    MarkerSite {
        name: name.into(),
        file: "".into(),
        line: 0,
    }
}

impl fmt::Display for RacingAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RacingAccess {
            thread,
            access,
            size,
            site,
        } = self;
        let does = match access {
            AccessType::Read => "reads",
            AccessType::Write => "writes",
            AccessType::AtomicRead => "atomically reads",
            AccessType::AtomicWrite => "atomically writes",
            AccessType::Free => return write!(f, "{thread} frees it, after {site}"),
        };
        match size {
            0 => write!(f, "{thread} {does} many bytes: {site}"),
            1 => write!(f, "{thread} {does} 1 byte: {site}"),
            size => write!(f, "{thread} {does} {size} bytes: {site}"),
        }
    }
}

impl fmt::Display for DataRace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RaceDetails {
            first,
            second,
            passed,
            ..
        } = &*self.details;
        f.write_str("data race: nothing orders two accesses to the same memory")?;
        write!(f, "\n  {first}\n  {second}")?;
        let Some(passed) = passed else {
            return f.write_str(
                "\nwhat would order them: an acquire load that reads what a release store after the first has \
                 written, a lock, or a join",
            );
        };
        let PassedValue {
            store,
            store_order,
            load,
            load_order,
        } = passed;
        let (reader, writer) = (&second.thread, &first.thread);
        write!(
            f,
            "\nin between, {reader} has read what {writer} had stored, which does not order them:\n  \
             stored with {store_order}: {store}\n  read with {load_order}: {load}"
        )?;
        f.write_str(match (store_order.releases(), load_order.acquires()) {
            (false, false) => "\nwhat would: to store with Release, and to load with Acquire",
            (false, true) => "\nwhat would: to store with Release",
            (true, _) => "\nwhat would: to load with Acquire",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::races::Passed;

    fn side(thread: usize, kind: AccessType, site: usize) -> RacingSide {
        RacingSide {
            thread,
            kind,
            size: 4,
            site,
        }
    }

    fn race(passed: Option<Passed>) -> DataRace {
        let race = Race {
            first: side(0, AccessType::Write, 7),
            second: side(1, AccessType::Read, 8),
            passed,
        };
        let mut race = DataRace::new(&race, &["a".into(), "b".into()]);
        race.find_sites(|name, code| MarkerSite {
            name: format!("f.{name}").into(),
            file: "a.rs".into(),
            line: u32::try_from(code).unwrap(),
        });
        race
    }

    #[test]
    fn it_says_what_would_order_them() {
        let sides = "data race: nothing orders two accesses to the same memory\n  a writes 4 bytes: f.write \
                     (a.rs:7)\n  b reads 4 bytes: f.read (a.rs:8)";
        let without = "\nwhat would order them: an acquire load that reads what a release store after the \
                       first has written, a lock, or a join";
        assert_eq!(race(None).to_string(), format!("{sides}{without}"));
        let passed = Passed {
            store: 5,
            store_order: MemoryOrder::Relaxed,
            load: 6,
            load_order: MemoryOrder::SeqCst,
        };
        let with = "\nin between, b has read what a had stored, which does not order them:\n  stored with \
                    Relaxed: f.store (a.rs:5)\n  read with SeqCst: f.load (a.rs:6)\nwhat would: to store with \
                    Release";
        assert_eq!(race(Some(passed)).to_string(), format!("{sides}{with}"));
    }

    #[test]
    fn it_is_like_one_between_the_same_places() {
        let here = race(None);
        let mut swapped = here.clone();
        let details = &mut *swapped.details;
        std::mem::swap(&mut details.first, &mut details.second);
        details.code.swap(0, 1);
        assert!(here.is_like(&swapped));
        swapped.details.code[0] = 9;
        assert!(!here.is_like(&swapped));
        // Of another process: by their places.
        swapped.details.code = [0; 4];
        assert!(here.is_like(&swapped));
        swapped.details.first.site.line += 1;
        assert!(!here.is_like(&swapped));
    }
}
