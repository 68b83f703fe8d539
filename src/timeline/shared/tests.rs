use super::*;
use crate::operation::{Knowledge, Operation, Pending, ThreadId};
use crate::site::Site;

static SITE: Site = Site::new("access", "", 0, 0);

/// What a step does with a word: `w` writes and `r` reads.
fn event(
    thread: usize,
    operation: Operation,
    accesses: &mut Vec<Access>,
    does: &[Access],
) -> Event {
    accesses.extend_from_slice(does);
    let pending = Pending {
        thread: ThreadId::new(thread),
        operation,
    };
    let end = u32::try_from(accesses.len()).unwrap();
    Event {
        knowledge: Knowledge::Declared,
        accesses_end: end,
        ..Event::begin(pending, 0, 1, end)
    }
}

fn word(at: usize) -> Object {
    Object::Memory(at..at + 8)
}

/// Main writes `a`, starts a thread, reads `b` and is stopped. The other reads `a`, writes `b` and `c`. Main goes on
/// with a read of `c` and a write to `b`, joins, and reads `a` and `c`.
fn events(accesses: &mut Vec<Access>) -> Vec<Event> {
    let [a, b, c] = [16, 32, 48].map(word);
    let at = Operation::at_marker(SITE.id());
    let other = ThreadId::new(1);
    let mut one = |thread, operation, does: &[Access]| event(thread, operation, accesses, does);
    let mut events = vec![
        one(0, at, &[Access::write(a.clone())]),
        one(0, at, &[Access::write(Object::Thread(other))]),
        one(0, at, &[Access::read(b.clone())]),
        one(1, Operation::start(), &[]),
        one(1, at, &[Access::read(a.clone())]),
        one(1, at, &[Access::write(b.clone())]),
        one(1, at, &[Access::write(c.clone())]),
        one(0, at, &[Access::read(c.clone())]),
        one(0, at, &[Access::write(b)]),
        one(0, Operation::join(other), &[]),
        one(0, at, &[Access::read(a)]),
        one(0, at, &[Access::read(c)]),
    ];
    events[3].preempts = true;
    events
}

#[test]
fn what_comes_before_a_start_or_after_a_join_is_alone() {
    let mut accesses = Vec::new();
    let events = events(&mut accesses);
    let trace = Trace {
        accesses: &accesses,
        ..Trace::of(&events)
    };
    let alone = alone(&trace);
    let alone: Vec<usize> = (0..alone.len()).filter(|it| alone[*it]).collect();
    // The write to `a` comes before the start, and its read by the other after that. The read of `a` after the join
    // is met by no write. Start, join and the last step are always told.
    assert_eq!(alone, [0, 1, 4, 10]);
}

/// Of `b`, main has read and writes; of `c`, it only reads afterwards.
#[test]
fn a_stop_is_told_by_what_the_thread_comes_back_to() {
    let mut accesses = Vec::new();
    let events = events(&mut accesses);
    let trace = Trace {
        accesses: &accesses,
        ..Trace::of(&events)
    };
    let names = ["main".into(), "main/1".into()];
    let mut places = vec![""; events.len()];
    let told = |places: &[&str]| preemptions(&trace, &names, places);
    assert_eq!(
        told(&places)[3],
        "main stops here: it has read what others touch in step 3; main/1 writes it in step 6, before main writes it \
         in step 9"
    );
    places[2] = "self.b";
    let told = told(&places);
    assert!(
        told[3].contains(" read `self.b` in step 3; "),
        "{}",
        told[3]
    );
    assert_eq!(told.iter().filter(|it| !it.is_empty()).count(), 1);
}
