//! What is known of an execution under way when the process dies: its steps, whose turn it is, and what its
//! threads are called.
//!
//! One thread writes at a time: whoever runs the execution. Anybody may read, even the handler of a signal
//! on any thread: nothing is locked for that, and nothing is freed.

#![cfg_attr(not(unix), allow(dead_code, reason = "nothing is told there"))]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::OnceLock;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize};

use super::ending::Phase;
use super::lock::Mutex;
use crate::append_list::AppendList;
use crate::operation::{Pending, ThreadId};

/// Steps and names are kept in chunks, which are made when they are first needed.
const STEPS: usize = 1 << 12;
const NAMES: usize = 1 << 8;
/// So many chunks there may be: for a million steps, and 16 384 threads. What comes after that is not known.
const STEP_CHUNKS: usize = 1 << 8;
const NAME_CHUNKS: usize = 1 << 6;

/// The highest bit of the number of a thread, which no thread has: whether the step is one that a schedule
/// must force.
const IS_FORCED: u64 = 1 << 31;

/// What is known of the execution that is under way in one place.
pub(crate) struct FlightRecorder {
    /// How many turns were given: those in which declared threads start, and steps.
    turns: AtomicUsize,
    declared: AtomicUsize,
    phase: AtomicU8,
    /// What is said of the search, by its number.
    note: AtomicU32,
    /// Whether the end of the process was told in this execution.
    is_told: AtomicBool,
    steps: [OnceLock<Box<[AtomicU64]>>; STEP_CHUNKS],
    /// The numbers of the names of the threads.
    names: [OnceLock<Box<[AtomicU32]>>; NAME_CHUNKS],
}

/// All recorders that there ever were.
static ALL: AppendList<FlightRecorder> = AppendList::new();
/// Those that are not in use.
static FREE: Mutex<Vec<&'static FlightRecorder>> = Mutex::new(Vec::new());

/// All names that threads ever had: the handler of a signal may be about to read any of them.
static THREAD_NAMES: AppendList<str> = AppendList::new();
static NUMBERS: Mutex<BTreeMap<&'static str, usize>> = Mutex::new(BTreeMap::new());

impl FlightRecorder {
    fn new() -> Self {
        FlightRecorder {
            turns: AtomicUsize::new(0),
            declared: AtomicUsize::new(0),
            phase: AtomicU8::new(Phase::RESTING),
            note: AtomicU32::new(0),
            is_told: AtomicBool::new(false),
            steps: [const { OnceLock::new() }; STEP_CHUNKS],
            names: [const { OnceLock::new() }; NAME_CHUNKS],
        }
    }

    /// All in which an execution is under way.
    pub(super) fn in_use() -> impl Iterator<Item = &'static FlightRecorder> {
        ALL.iter().filter(|it| it.phase().is_some())
    }

    /// So many turns were given, the last of which is under way.
    #[inline]
    pub(super) fn turn(&self, count: usize) {
        self.turns.store(count, Relaxed);
    }

    /// The step of this number begins, which is `pending`.
    // It is a few instructions, and a call would be as many again.
    #[allow(clippy::inline_always, reason = "see above")]
    #[inline(always)]
    pub(super) fn step(&self, number: usize, pending: Pending, is_forced: bool) {
        if let Some(chunk) = self.steps.get(number / STEPS) {
            let bits = pending.bits() | if is_forced { IS_FORCED } else { 0 };
            chunk.get_or_init(chunk_of_steps)[number % STEPS].store(bits, Relaxed);
        }
        self.step_again(number);
    }

    /// The step of this number begins, and is the same as in the execution before.
    #[inline]
    pub(super) fn step_again(&self, number: usize) {
        // In order with what it touches, for a thread that looks on.
        let turns = self.declared.load(Relaxed) + number + 1;
        self.turns.store(turns, Release);
    }

    /// `thread` is called `name`.
    pub(super) fn name(&self, thread: ThreadId, name: &str) {
        let Some(chunk) = self.names.get(thread.index() / NAMES) else {
            return;
        };
        let chunk = chunk.get_or_init(|| (0..NAMES).map(|_| AtomicU32::new(0)).collect());
        let place = &chunk[thread.index() % NAMES];
        if THREAD_NAMES.get(place.load(Relaxed) as usize) != Some(name) {
            place.store(number_of(name), Release);
        }
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Release);
    }

    /// No execution is under way.
    pub(super) fn rest(&self) {
        self.phase.store(Phase::RESTING, Release);
    }

    /// The phase of the execution that is under way.
    pub(super) fn phase(&self) -> Option<Phase> {
        Phase::of_number(self.phase.load(Relaxed))
    }

    /// The end of the process is told, in this execution.
    pub(super) fn tell(&self) {
        self.is_told.store(true, Relaxed);
    }

    /// Whether it was told and the execution has come to its end all the same.
    #[inline]
    pub(super) fn was_told(&self) -> bool {
        self.is_told.load(Relaxed) && self.is_told.swap(false, Relaxed)
    }

    /// The number of what is said of the search.
    pub(super) fn note(&self) -> u32 {
        self.note.load(Relaxed)
    }

    /// How many steps have begun.
    pub(super) fn taken(&self) -> usize {
        let turns = self.turns.load(Relaxed);
        turns.saturating_sub(self.declared.load(Relaxed))
    }

    /// How many of them a schedule must force, if all of them are known.
    pub(super) fn forced(&self) -> Option<usize> {
        let taken = self.taken();
        if taken > STEPS * STEP_CHUNKS {
            return None;
        }
        let is_forced = |number: &usize| self.bits(*number) & IS_FORCED != 0;
        Some((0..taken).rfind(is_forced).map_or(0, |last| last + 1))
    }

    /// These steps, as far as they are known, with the names of their threads.
    pub(super) fn steps(
        &self,
        numbers: Range<usize>,
    ) -> impl Iterator<Item = (&'static str, Pending)> + '_ {
        numbers.map(|number| {
            let pending = Pending::of_bits(self.bits(number) & !IS_FORCED);
            (self.name_of(pending.thread), pending)
        })
    }

    /// The thread whose turn is under way, if it is a turn of one.
    pub(super) fn running(&self) -> Option<&'static str> {
        let turns = self.turns.load(Relaxed);
        let last = turns.checked_sub(1)?;
        let thread = match last.checked_sub(self.declared.load(Relaxed)) {
            Some(step) => Pending::of_bits(self.bits(step) & !IS_FORCED).thread,
            None => ThreadId::new(last),
        };
        Some(self.name_of(thread))
    }

    fn bits(&self, number: usize) -> u64 {
        let chunk = self.steps.get(number / STEPS).and_then(OnceLock::get);
        chunk.map_or(0, |chunk| chunk[number % STEPS].load(Relaxed))
    }

    fn name_of(&self, thread: ThreadId) -> &'static str {
        let chunk = self.names.get(thread.index() / NAMES);
        let chunk = chunk.and_then(OnceLock::get);
        let number = chunk.map(|chunk| chunk[thread.index() % NAMES].load(Relaxed));
        let name = number.and_then(|number| THREAD_NAMES.get(number as usize));
        name.unwrap_or("?")
    }
}

#[cold]
fn chunk_of_steps() -> Box<[AtomicU64]> {
    (0..STEPS).map(|_| AtomicU64::new(0)).collect()
}

/// The number of a name of threads. Programs have few, and the same in each execution.
#[cold]
fn number_of(name: &str) -> u32 {
    let mut numbers = NUMBERS.lock();
    let number = numbers.get(name).copied().unwrap_or_else(|| {
        let kept: &'static str = Box::leak(name.into());
        THREAD_NAMES.add(
            kept,
            || true,
            |number| {
                numbers.insert(kept, number);
            },
        );
        numbers[name]
    });
    u32::try_from(number).expect("fewer than 2^32 names")
}

thread_local! {
    /// That of the executions which the calling thread is part of. It has a constant initial value and no
    /// destructor, so that the handler of a signal may read it.
    static OWN: Cell<Option<&'static FlightRecorder>> = const { Cell::new(None) };
}

/// The recorder of the executions which the calling thread is part of.
pub(super) fn own() -> Option<&'static FlightRecorder> {
    OWN.get()
}

pub(super) fn set_own(recorder: Option<&'static FlightRecorder>) {
    OWN.set(recorder);
}

/// A recorder in use by whoever runs executions.
pub(crate) struct Recording(&'static FlightRecorder);

impl Recording {
    /// Begins for executions of these declared threads, of a search of which `note` is said.
    pub(super) fn begin(declared: &[impl AsRef<str>], note: u32) -> Self {
        let recorder = FREE.lock().pop().unwrap_or_else(|| {
            let made = Box::leak(Box::new(FlightRecorder::new()));
            ALL.add(made, || true, |_| {});
            made
        });
        recorder.turn(0);
        recorder.declared.store(declared.len(), Relaxed);
        recorder.note.store(note, Relaxed);
        for (index, name) in declared.iter().enumerate() {
            recorder.name(ThreadId::new(index), name.as_ref());
        }
        Recording(recorder)
    }

    pub(super) fn recorder(&self) -> &'static FlightRecorder {
        self.0
    }
}

impl Deref for Recording {
    type Target = FlightRecorder;

    #[inline]
    fn deref(&self) -> &FlightRecorder {
        self.0
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.0.rest();
        FREE.lock().push(self.0);
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").finish_non_exhaustive()
    }
}
