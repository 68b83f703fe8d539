//! The places of markers in the source, and their ids.

use std::fmt;
use std::num::NonZeroU32;
#[cfg(interlace)]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::append_list::AppendList;

/// The id of a marker's place in the source: all that searches and engines see of it. Two markers
/// with one name at two places have two ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MarkerId(NonZeroU32);

/// One marker's place in the source. Each call site of a marker has a `static` of this type, so
/// reaching it takes no allocation and no hashing.
#[derive(Debug)]
pub struct Site {
    place: Place,
    /// What the marker calls what it declares to be touched, in the order in which it is declared.
    places: &'static [&'static str],
    /// The number of its id; 0 until the site is first reached in an execution.
    id: AtomicU32,
}

/// What is known of a site's place.
enum Place {
    Written(SourcePlace),
    /// It costs so much to find that this is left to who asks first.
    #[cfg(interlace)]
    Found(
        OnceLock<SourcePlace>,
        Box<dyn Fn() -> SourcePlace + Send + Sync>,
    ),
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Written(place) => place.fmt(f),
            #[cfg(interlace)]
            Place::Found(place, _) => place.fmt(f),
        }
    }
}

/// A place in the source and what it is called. Lines and columns count from 1; of a place that is not known
/// the file is empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SourcePlace {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// The text of the line, as far as that is to be shown.
    pub(crate) text: LineText,
}

/// What is known of the text of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
pub(crate) enum LineText {
    Known(&'static str),
    /// The file was changed after the program was built.
    Changed,
    NotRead,
}

/// Every site reached so far, by id: sites live as long as the process. Its lock is std's: a thread may add
/// one while it stands in the queue of a lock of `parking_lot`.
static REACHED: AppendList<Site> = AppendList::new();

/// What schedules call the first step of a thread that the program starts. It also stands for the
/// last marker of a thread that has not passed any.
static START: Site = Site::new("start", "", 0, 0);

/// What schedules call the step of a thread that goes on after another has ended.
static JOIN: Site = Site::new("join", "", 0, 0);

impl Site {
    /// Describes the marker `name` at a place in the source; `line` and `column` count from 1.
    pub const fn new(name: &'static str, file: &'static str, line: u32, column: u32) -> Self {
        Site::at(Place::Written(SourcePlace {
            name,
            file,
            line,
            column,
            text: LineText::NotRead,
        }))
    }

    const fn at(place: Place) -> Self {
        Site {
            place,
            places: &[],
            id: AtomicU32::new(0),
        }
    }

    /// Describes a place by what `find` returns, which is called when somebody asks.
    #[cfg(interlace)]
    pub(crate) fn found_by(find: impl Fn() -> SourcePlace + Send + Sync + 'static) -> Self {
        Site::at(Place::Found(OnceLock::new(), Box::new(find)))
    }

    fn place(&self) -> &SourcePlace {
        match &self.place {
            Place::Written(place) => place,
            #[cfg(interlace)]
            Place::Found(place, find) => place.get_or_init(find),
        }
    }

    /// The name, if it is known without being looked up.
    #[allow(clippy::unnecessary_wraps, reason = "it is not known everywhere")]
    pub(crate) fn known_name(&self) -> Option<&'static str> {
        match &self.place {
            Place::Written(place) => Some(place.name),
            #[cfg(interlace)]
            Place::Found(place, _) => place.get().map(|place| place.name),
        }
    }

    /// The same marker, which declares that its code touches `places`: one name for each access, in the order
    /// in which the accesses are declared.
    #[must_use]
    pub const fn declaring(mut self, places: &'static [&'static str]) -> Self {
        self.places = places;
        self
    }

    pub(crate) fn name(&self) -> &'static str {
        self.place().name
    }

    pub(crate) fn places(&self) -> &'static [&'static str] {
        self.places
    }

    pub(crate) fn line(&self) -> u32 {
        self.place().line
    }

    pub(crate) fn file(&self) -> &'static str {
        self.place().file
    }

    pub(crate) fn text(&self) -> LineText {
        self.place().text
    }

    /// What the access at this place is made to, as the source says it; empty if that is not known.
    pub(crate) fn accessed(&self) -> &'static str {
        let SourcePlace {
            name, text, column, ..
        } = *self.place();
        match text {
            LineText::Known(text) => accessed(text, name, column as usize),
            LineText::Changed | LineText::NotRead => "",
        }
    }

    /// Whether nobody has marked it: it is an access in instrumented code.
    pub(crate) fn is_found(&self) -> bool {
        !matches!(self.place, Place::Written(_))
    }

    /// The site's id, given on the first call.
    #[inline]
    pub(crate) fn id(&'static self) -> MarkerId {
        self.known_id().unwrap_or_else(|| self.register())
    }

    /// The site's id, if it has one.
    #[inline]
    pub(crate) fn known_id(&self) -> Option<MarkerId> {
        MarkerId::of_number(self.id.load(Ordering::Acquire))
    }

    #[cold]
    fn register(&'static self) -> MarkerId {
        // Another thread may have registered the site while this one waited for the lock.
        let is_new = || self.known_id().is_none();
        REACHED.add(self, is_new, |others| {
            let others = u32::try_from(others).expect("fewer than 2^32 markers in one program");
            self.id
                .store(MarkerId::new(others).number(), Ordering::Release);
        });
        self.known_id().expect("it has just been given")
    }
}

/// In a line, on what the method is called that makes the access called `name`: of `self.value.store(1, SeqCst);`
/// that is `self.value`. If there are several such calls, the one that is meant is at the column or behind it.
pub(crate) fn accessed<'a>(text: &'a str, name: &str, column: usize) -> &'a str {
    let operation = name.rsplit('.').next().unwrap_or(name);
    let operation = operation.trim_end_matches(|it: char| it.is_ascii_digit());
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    let call = format!(".{operation}");
    let calls = text.match_indices(&call).map(|(at, _)| at);
    let mut calls = calls.filter(|at| {
        let rest = text[at + call.len()..].trim_start_matches(is_part);
        rest.starts_with('(')
    });
    // The column is that of the whole call or of the method's name.
    let Some(at) = calls.find(|at| text[..*at].chars().count() + 2 >= column) else {
        return "";
    };
    let receiver = text[..at].trim_end();
    let begin = receiver.rfind(|it| !is_part(it) && it != '.' && it != ':');
    let begin = begin.map_or(0, |at| {
        at + receiver[at..].chars().next().map_or(1, char::len_utf8)
    });
    receiver[begin..].trim_start_matches('.')
}

/// The name, file and line; in the alternate form, the column too. Of a place that is not known, the name.
impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SourcePlace {
            name,
            file,
            line,
            column,
            ..
        } = self.place();
        match *file {
            "" => f.write_str(name),
            file if f.alternate() => write!(f, "{name} ({file}:{line}:{column})"),
            file => write!(f, "{name} ({file}:{line})"),
        }
    }
}

impl MarkerId {
    /// The id of the site that is reached after `others` others.
    pub(crate) fn new(others: u32) -> Self {
        MarkerId(NonZeroU32::MIN.saturating_add(others))
    }

    /// Its number, which is never 0.
    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.0.get()
    }

    /// The id whose [`number`](Self::number) this is; nothing for 0.
    #[inline]
    pub(crate) fn of_number(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(MarkerId)
    }

    /// Stands for the marker of a thread's first step, and of threads before it.
    pub(crate) fn start() -> Self {
        START.id()
    }

    /// Stands for the marker of a step that follows the end of another thread.
    pub(crate) fn join() -> Self {
        JOIN.id()
    }

    /// The site that has this id, if it is registered.
    pub(crate) fn registered(self) -> Option<&'static Site> {
        REACHED.get(self.number() as usize - 1)
    }

    /// The site that has this id.
    pub(crate) fn site(self) -> &'static Site {
        self.registered().expect("it was given to a site")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accessed_is_found_in_the_line() {
        for (text, name, accessed_there) in [
            (
                "self.value.store(value + 1, SeqCst);",
                "increment.store2",
                "self.value",
            ),
            (
                "let other = spawn(move || own.fetch_add(1, SeqCst));",
                "run.fetch_add",
                "own",
            ),
            ("assert_eq!(VALUE.load(SeqCst), 2);", "run.load", "VALUE"),
            (
                "self.slots[i].stamp.compare_exchange_weak(1, 2)",
                "pop.compare_exchange",
                "stamp",
            ),
            (".store(head, SeqCst);", "pop.store", ""),
            ("log.lock().unwrap().push(1);", "lock.compare_exchange", ""),
            ("größe(ä.load(SeqCst))", "run.load", "ä"),
        ] {
            assert_eq!(accessed(text, name, 1), accessed_there, "{text}");
        }
        let two = "(self.a.load(SeqCst), self.b.load(SeqCst))";
        // The first begins at column 2, and its `load` at 9; the second at 23 and 30.
        for (column, place) in [(2, "self.a"), (9, "self.a"), (23, "self.b"), (30, "self.b")] {
            assert_eq!(accessed(two, "both.load", column), place, "{column}");
        }
    }

    #[test]
    fn an_id_leads_back_to_its_site_and_is_given_once() {
        static SITE: Site = Site::new("read", "src/a.rs", 3, 9);
        static OTHER: Site = Site::new("read", "src/a.rs", 4, 9);
        let id = SITE.id();
        assert_eq!(SITE.id(), id);
        assert!(std::ptr::eq(id.site(), &raw const SITE));
        assert_ne!(OTHER.id(), id, "two places of one name are two markers");
        assert_eq!(SITE.to_string(), "read (src/a.rs:3)");
    }
}
