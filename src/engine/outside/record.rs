//! What is known of one thread that no run controls.

use std::fmt;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, fence};
use std::sync::{Arc, OnceLock};

use super::kernel::{self, PollEntry};
use super::stir::stir;
use crate::engine::lock::Mutex;

/// A thread of the process. Only the thread itself writes what it sleeps in; all may read it.
pub(crate) struct Record {
    /// Odd while the thread says that it sleeps; each sleep has another number.
    sequence: AtomicU64,
    /// The address of a futex, or a file.
    place: AtomicUsize,
    /// A [`Kind`], whether there is a time-out, and the word or the events that are waited for.
    detail: AtomicU64,
    /// Whether the end of the sleep is to stir.
    is_watched: AtomicBool,
    /// Whether its last sleep has ended by itself.
    by_itself: AtomicBool,
    /// What does not fit in there.
    more: Mutex<More>,
    number: u64,
    parent: Mutex<Option<Arc<Record>>>,
    name: OnceLock<String>,
    /// How many reasons there are to count it as an engine's own thread.
    engine_marks: AtomicUsize,
    was_engine: AtomicBool,
    has_ended: AtomicBool,
    /// One bit for each search.
    connections: AtomicU64,
}

#[derive(Default)]
struct More {
    files: Vec<PollEntry>,
    joined: Option<Arc<Record>>,
}

/// In what a thread sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Futex,
    File,
    /// In `More`.
    Files,
    Join,
    /// Until a given time, and nothing else ends it.
    Pause,
}

const TIMED: u64 = 1 << 63;

/// What is known of a thread that is surely asleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asleep {
    /// Which of its sleeps this is.
    pub(super) sequence: u64,
    /// Whether it wakes up by itself after some time.
    pub(crate) will_wake: bool,
    /// Whether it waits for files.
    pub(crate) awaits_files: bool,
}

impl Record {
    pub(super) fn new(number: u64, parent: Option<Arc<Record>>) -> Self {
        Record {
            sequence: AtomicU64::new(0),
            place: AtomicUsize::new(0),
            detail: AtomicU64::new(0),
            is_watched: AtomicBool::new(false),
            by_itself: AtomicBool::new(false),
            more: Mutex::default(),
            number,
            parent: Mutex::new(parent),
            name: OnceLock::new(),
            engine_marks: AtomicUsize::new(0),
            was_engine: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
            connections: AtomicU64::new(0),
        }
    }

    /// Notes that the thread, which is the calling one, is about to sleep.
    #[inline]
    pub(super) fn fall_asleep(&self, kind: Kind, place: usize, low: u32, is_timed: bool) {
        let sequence = self.sequence.load(Relaxed);
        if sequence == 0 {
            self.learn_name();
        }
        let timed = if is_timed { TIMED } else { 0 };
        // Each with `Release`: who reads one of these from a later sleep then sees that the
        // sequence has changed.
        self.place.store(place, Release);
        let detail = timed | (kind as u64) << 32 | u64::from(low);
        self.detail.store(detail, Release);
        self.sequence.store(sequence | 1, Release);
    }

    /// Notes that the calling thread, which is that of the record, is awake, perhaps by itself: its
    /// time was up.
    #[inline]
    pub(super) fn wake_up(&self, by_itself: bool) {
        self.by_itself.store(by_itself, Relaxed);
        let sequence = self.sequence.load(Relaxed);
        self.sequence.store((sequence | 1) + 1, SeqCst);
        if self.is_watched.load(SeqCst) {
            self.is_watched.store(false, Relaxed);
            stir();
        }
    }

    /// Has the end of the sleep of this number stir. Returns whether it has not ended before.
    pub(super) fn watch(&self, sleep: u64) -> bool {
        // Who wakes up says so first, and then looks whether it is watched. So either that is seen
        // there, or the end of the sleep is seen here.
        self.is_watched.store(true, SeqCst);
        self.sequence.load(SeqCst) == sleep
    }

    pub(super) fn set_files(&self, files: &[PollEntry]) {
        self.with_more(|more| {
            more.files.clear();
            more.files.extend_from_slice(files);
        });
    }

    pub(super) fn set_joined(&self, joined: Option<Arc<Record>>) {
        drop(self.with_more(|more| std::mem::replace(&mut more.joined, joined)));
    }

    /// Others hold this lock for a moment only, and to wait for it in the kernel would be a sleep.
    fn with_more<T>(&self, change: impl FnOnce(&mut More) -> T) -> T {
        loop {
            if let Some(mut more) = self.more.try_lock() {
                return change(&mut more);
            }
            std::hint::spin_loop();
        }
    }

    /// The number of the current sleep, if the thread says that it sleeps.
    pub(super) fn sleep_number(&self) -> Option<u64> {
        let sequence = self.sequence.load(Acquire);
        (sequence & 1 == 1).then_some(sequence)
    }

    /// What is known of the thread if it is surely asleep.
    pub(crate) fn is_surely_asleep(&self) -> Option<Asleep> {
        let sequence = self.sleep_number()?;
        let (kind, place, low, is_timed) = self.said();
        let is_asleep = match kind {
            Kind::Futex => kernel::is_word(place, low),
            Kind::File => {
                let file = u32::try_from(place).unwrap_or(u32::MAX).cast_signed();
                let events = u16::try_from(low).unwrap_or(0).cast_signed();
                !kernel::is_ready(&mut [PollEntry::new(file, events)])
            }
            Kind::Files => {
                let files = self.more.try_lock().map(|more| more.files.clone());
                files.is_some_and(|mut files| !kernel::is_ready(&mut files))
            }
            Kind::Join => {
                let more = self.more.try_lock();
                let joined = more.as_ref().and_then(|more| more.joined.as_ref());
                joined.is_some_and(|joined| !joined.has_ended())
            }
            Kind::Pause => true,
        };
        fence(Acquire);
        (is_asleep && self.sequence.load(Relaxed) == sequence).then_some(Asleep {
            sequence,
            will_wake: is_timed,
            awaits_files: matches!(kind, Kind::File | Kind::Files),
        })
    }

    fn said(&self) -> (Kind, usize, u32, bool) {
        let detail = self.detail.load(Relaxed);
        let kinds = [
            Kind::Futex,
            Kind::File,
            Kind::Files,
            Kind::Join,
            Kind::Pause,
        ];
        let kind = kinds[usize::from((detail >> 32).to_le_bytes()[0])];
        let low = u32::try_from(detail & u64::from(u32::MAX)).unwrap_or(0);
        (kind, self.place.load(Relaxed), low, detail & TIMED != 0)
    }

    /// Whether the sleep, in which the thread surely is, ends by nothing that the program does
    /// without a wake-up. `saying` tells how many threads say that they sleep at an address.
    pub(super) fn ends_by_calls_alone(&self, saying: impl Fn(usize) -> usize) -> bool {
        let (kind, place, low, _) = self.said();
        match kind {
            // Those of whom the kernel does not know yet go on if the word changes.
            Kind::Futex => kernel::waiting_at(place, low) >= saying(place),
            Kind::File | Kind::Files => false,
            Kind::Join | Kind::Pause => true,
        }
    }

    /// The address of the futex at which the thread says that it sleeps.
    pub(super) fn futex(&self) -> Option<usize> {
        self.sleep_number()?;
        let (kind, place, ..) = self.said();
        (kind == Kind::Futex).then_some(place)
    }

    #[inline]
    pub(super) fn is_at_futex(&self, address: usize) -> bool {
        self.place.load(Relaxed) == address && self.futex() == Some(address)
    }

    #[cfg_attr(not(test), allow(dead_code, reason = "see `Relation::file_sleepers`"))]
    pub(super) fn awaits_files(&self) -> bool {
        let is_asleep = self.sleep_number().is_some();
        is_asleep && matches!(self.said().0, Kind::File | Kind::Files)
    }

    #[cold]
    fn learn_name(&self) {
        // By now a thread of std has given itself the name that the user has chosen.
        self.name.get_or_init(kernel::thread_name);
    }

    pub(super) fn woke_by_itself(&self) -> bool {
        self.by_itself.load(Relaxed)
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn mark_engine(&self) {
        self.engine_marks.fetch_add(1, Relaxed);
        self.was_engine.store(true, Relaxed);
    }

    pub(super) fn unmark_engine(&self) {
        self.engine_marks.fetch_sub(1, Relaxed);
    }

    pub(super) fn is_engine(&self) -> bool {
        self.engine_marks.load(Relaxed) > 0
    }

    pub(super) fn end(&self) {
        self.has_ended.store(true, Release);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.load(Acquire)
    }

    /// Connects the thread with the searches of `bits`. Returns whether it was not.
    pub(super) fn connect(&self, bits: u64) -> bool {
        !self.is_connected(bits) && self.connections.fetch_or(bits, Relaxed) & bits != bits
    }

    pub(super) fn is_connected(&self, bits: u64) -> bool {
        self.connections.load(Relaxed) & bits == bits
    }

    pub(super) fn disconnect(&self, bits: u64) {
        self.connections.fetch_and(!bits, Relaxed);
    }

    pub(super) fn parent(&self) -> Option<Arc<Record>> {
        self.parent.lock().clone()
    }

    /// Forgets ancestors that have ended, but for those of whom kinship may depend, so that a chain
    /// of threads in which each starts the next one does not grow.
    pub(super) fn forget_ended_ancestors(&self) {
        while let Some(ended) = self.parent() {
            if !ended.has_ended() || ended.was_engine.load(Relaxed) {
                break;
            }
            *self.parent.lock() = ended.parent();
        }
    }

    /// The thread as messages name it.
    pub(crate) fn name(&self) -> String {
        match self.name.get() {
            Some(name) if !name.is_empty() => format!("thread \"{name}\""),
            _ => match self.parent().as_deref().and_then(|it| it.name.get()) {
                Some(parent) => format!("a thread that thread \"{parent}\" has started"),
                None => "a thread".to_owned(),
            },
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut record = f.debug_struct("Record");
        record
            .field("number", &self.number)
            .field("name", &self.name.get());
        record.finish_non_exhaustive()
    }
}
