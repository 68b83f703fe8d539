//! Names that are missing, or mistyped in a schedule, and steps that are too many.

use interlace::{Schedule, schedule};

use crate::{Counter, ENGINES, assert_tells, counter, explore};

#[test]
fn threads_are_missing_or_have_no_name_of_their_own() {
    let none = "interlace: there is no thread to run: add one before running";
    assert_tells(&explore(counter), none);
    let named = |second: &'static str| {
        explore(move || {
            counter()
                .thread("a", Counter::add)
                .thread(second, Counter::add)
        })
    };
    let alike = "interlace: two threads are named `a`: give each thread a name of its own";
    assert_tells(&named("a"), alike);
    let nameless = "interlace: thread 2 of 2 has no name: give it one, for reports and schedules";
    assert_tells(&named(""), nameless);
    assert_tells(&named("\t "), nameless);
    named("b c:d").assert_exhaustive();
}

/// What the execution of this schedule is refused with, before where each thread stands.
#[track_caller]
fn refusal(schedule: &Schedule) -> String {
    let [threads, fibers] = ENGINES.map(|engine| {
        let explorer = counter()
            .thread("reader", Counter::increment)
            .thread("b", Counter::increment);
        explorer.engine(engine).replay(schedule).to_string()
    });
    assert_eq!(threads, fibers);
    fibers.lines().next().unwrap().to_owned()
}

#[test]
fn a_schedule_is_mistyped_or_too_long() {
    for (schedule, words) in [
        (
            schedule![reader: raed, b: read],
            "interlace: step 1 of 2, `reader:raed`, cannot be granted: `reader` is paused at read \
             (tests/wrong_usage/main.rs:24); did you mean `read`?",
        ),
        (
            schedule![raeder: read, b: read],
            "interlace: step 1 of 2, `raeder:read`, names a thread that was not added: the threads are `reader`, \
             `b`; did you mean `reader`?",
        ),
        // However short the name is.
        (
            schedule![reader: read, B: read],
            "interlace: step 2 of 2, `B:read`, names a thread that was not added: the threads are `reader`, `b`; \
             did you mean `b`?",
        ),
        (
            schedule![b: READ],
            "interlace: step 1 of 1, `b:READ`, cannot be granted: `b` is paused at read \
             (tests/wrong_usage/main.rs:24); did you mean `read`?",
        ),
        (
            schedule![b: read, b: write, b: read],
            "interlace: step 3 of 3, `b:read`, cannot be granted: `b` has finished. Take the steps out that are too \
             many: what a schedule leaves out follows by itself",
        ),
        (
            schedule![b: read, b: write, reader: read, reader: write, b: read],
            "interlace: step 5 of 5, `b:read`, cannot be granted: every thread has ended, and 1 of 5 steps are left. \
             Take the steps out that are too many: what a schedule leaves out follows by itself",
        ),
    ] {
        assert_eq!(refusal(&schedule), words);
    }
    assert_eq!(
        refusal(&schedule![b: read, b: write]),
        "interlace: the execution held"
    );
}
