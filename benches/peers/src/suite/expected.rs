//! What is expected of each program, and of each tool that sees it in another way.

use super::answer::Verdict::{self, DataRace, Deadlock, Holds, Livelock, Panic};
use super::tool::Tool;

/// What a tool must know of to see the mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// The orders of steps.
    Orders,
    /// That a load may see an older store than the last.
    WeakMemory,
    /// What happens before what.
    HappensBefore,
}

/// A tool, what it says in place of the verdict, and why.
pub(super) type Exception = (Tool, Verdict, &'static str);

/// What is expected of a program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    pub(super) program: &'static str,
    /// By the language and by std.
    pub(super) verdict: Verdict,
    pub(super) needs: Needs,
    /// What some tools say instead, and why.
    pub(super) but: &'static [Exception],
    /// How many classes there are, where that is easily told.
    pub(super) classes: Option<u64>,
}

impl Expected {
    /// What a tool is expected to say.
    pub(super) fn by(&self, tool: Tool) -> Verdict {
        let mut other = self.but.iter();
        if let Some(&(_, verdict, _)) = other.find(|&&(its, ..)| its == tool) {
            return verdict;
        }
        match self.needs {
            Needs::Orders => self.verdict,
            Needs::WeakMemory | Needs::HappensBefore if tool == Tool::Loom => self.verdict,
            Needs::HappensBefore if tool == Tool::Interlace => self.verdict,
            Needs::WeakMemory | Needs::HappensBefore => Holds,
        }
    }

    const fn needs(self, needs: Needs) -> Self {
        Expected { needs, ..self }
    }

    const fn classes(self, count: u64) -> Self {
        let classes = Some(count);
        Expected { classes, ..self }
    }

    const fn but(self, but: &'static [Exception]) -> Self {
        Expected { but, ..self }
    }
}

const fn expect(program: &'static str, verdict: Verdict) -> Expected {
    let (needs, but) = (Needs::Orders, &[] as &[_]);
    Expected {
        program,
        verdict,
        needs,
        but,
        classes: None,
    }
}

const fn weak(program: &'static str) -> Expected {
    expect(program, Panic).needs(Needs::WeakMemory)
}

const fn race(program: &'static str) -> Expected {
    expect(program, DataRace).needs(Needs::HappensBefore)
}

/// Loom's other verdicts.
const SEQ_CST: &[Exception] = &[(
    Tool::Loom,
    Panic,
    "takes accesses by `SeqCst` for `AcqRel`, and raises a false alarm",
)];
const LOAD_BUFFER: &[Exception] = &[(Tool::Loom, Holds, "does not load after a later store")];
const DISCONNECT: &[Exception] = &[(
    Tool::Loom,
    Deadlock,
    "waits for a message when all senders are gone, and raises a false alarm",
)];
/// Shuttle's.
const ARC: &[Exception] = &[
    (Tool::ShuttleDepthFirst, Holds, STD_ARC),
    (Tool::ShuttleRandom, Holds, STD_ARC),
];
const STD_ARC: &str = "has std's `Arc`, whose steps it does not see";
const SPINS: &[Exception] = &[(
    Tool::ShuttleDepthFirst,
    Livelock,
    "goes on with the thread that spins, without end; see the sample",
)];
const WAKES: &[Exception] = &[(
    Tool::ShuttleDepthFirst,
    Livelock,
    "wakes who parks again and again, without end; see the sample",
)];
const SPINS_SEQ_CST: &[Exception] = &[SEQ_CST[0], SPINS[0]];

pub(super) const ALL: &[Expected] = &[
    expect("lost_update", Panic),
    // Who comes first.
    expect("fetch_add", Holds).classes(2),
    // Who succeeds first; the other has looked before, and tries again, or after.
    expect("compare_exchange_loop", Holds).classes(4),
    // Whether each load sees the store: all but that neither does.
    expect("store_buffer_seq_cst", Holds)
        .but(SEQ_CST)
        .classes(3),
    // The same.
    expect("store_buffer_fences", Holds).classes(3),
    // The same: what weak memory adds is not seen.
    weak("store_buffer_relaxed").classes(3),
    // The same, but for that both do.
    weak("load_buffer_relaxed").but(LOAD_BUFFER).classes(3),
    // Whether the flag is seen.
    expect("publish_release", Holds).classes(2),
    // The same.
    weak("publish_relaxed").classes(2),
    // Two reads, in order, in three places: before, between and after the stores.
    expect("coherence", Holds).classes(6),
    race("plain_writes"),
    // Whether the flag is seen.
    expect("plain_publish_release", Holds).classes(2),
    race("plain_publish_relaxed"),
    // The same.
    expect("fence_release_acquire", Holds).classes(2),
    race("fence_without_acquire"),
    // Who makes it; the other has looked before, and locks, or after.
    expect("double_checked", Holds).classes(4),
    race("double_checked_relaxed"),
    expect("initialised_twice", Panic),
    expect("peterson_seq_cst", Holds).but(SPINS_SEQ_CST),
    expect("peterson_swap", Holds).but(SPINS),
    weak("peterson_relaxed").but(SPINS),
    expect("flags_read_first", Panic),
    // As in the store buffer.
    expect("dekker_fences", Holds).classes(3),
    // The same.
    weak("dekker_relaxed").classes(3),
    expect("spin_lock", Holds).but(SPINS),
    expect("spin_lock_of_two_steps", Panic).but(SPINS),
    expect("ticket_lock", Holds).but(SPINS),
    expect("ticket_lock_of_two_steps", Panic).but(SPINS),
    expect("sequence_lock", Holds),
    expect("sequence_lock_not_rechecked", Panic),
    expect("stack_push_pop", Holds),
    expect("stack_used_again", Panic),
    expect("swap_with_grace", Holds).but(SPINS),
    expect("swap_without_grace", Panic),
    expect("counting_barrier", Holds).but(SPINS),
    expect("counting_barrier_of_two_steps", Livelock),
    // Who is the last.
    expect("count_dropped", Holds).classes(2),
    race("count_dropped_relaxed"),
    expect("count_dropped_in_two_steps", Panic),
    // The same.
    expect("arc_is_dropped_once", Holds).classes(2),
    // Whether the other one is gone.
    expect("arc_get_mut", Holds).classes(2),
    expect("arc_nobody_unwraps", Panic).but(ARC),
    // Who comes first.
    expect("mutex_counter", Holds).classes(2),
    expect("mutex_two_sections", Panic),
    expect("mutexes_crosswise", Deadlock),
    // The same.
    expect("rwlock_write_read", Holds).classes(2),
    expect("rwlock_read_then_write", Panic),
    expect("rwlock_both_upgrade", Deadlock),
    expect("condvar_flag", Holds),
    expect("condvar_flag_not_locked", Deadlock),
    expect("condvar_if", Panic),
    expect("condvar_one_of_two_woken", Deadlock),
    expect("semaphore", Holds),
    expect("bounded_queue", Holds),
    expect("mpsc_two_senders", Holds),
    expect("mpsc_order_is_assumed", Panic),
    expect("mpsc_is_disconnected", Holds).but(DISCONNECT),
    expect("mpsc_a_sender_is_kept", Deadlock),
    expect("oneshot", Holds),
    expect("oneshot_closed_too_early", Panic),
    expect("park_token", Holds),
    expect("park_until_set", Holds).but(WAKES),
    expect("park_announced_late", Deadlock),
    expect("future_registers_first", Holds),
    expect("future_registers_late", Deadlock),
    expect("futures_joined", Holds),
];
