//! Small programs, every one up to a length and random ones, beside the interpreter. Mistakes that the
//! model could have made show that this finds them.

use itertools::Itertools as _;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};

use super::interpreter::{Call, Interpreter};
use super::*;

const QUEUES: [usize; 3] = [A, B, 0x4000];
const THREADS: usize = 6;

/// A mistake that the model could have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mistake {
    WakesTheLast,
    IgnoresMasks,
    CountsThoseNotMeant,
    MovesTheWoken,
    MovesToTheFront,
    CancelsNobody,
}

const MISTAKES: [Mistake; 6] = [
    Mistake::WakesTheLast,
    Mistake::IgnoresMasks,
    Mistake::CountsThoseNotMeant,
    Mistake::MovesTheWoken,
    Mistake::MovesToTheFront,
    Mistake::CancelsNobody,
];

/// Makes `call`. Returns who was woken, and how many were moved or cancelled.
fn make(queues: &mut WaitQueues, call: Call) -> (Vec<ThreadId>, usize) {
    match call {
        Call::Wait(thread, queue, mask) => {
            if queues.waits(thread).is_none() {
                queues.wait(thread, queue, mask);
            }
            (vec![], 0)
        }
        Call::Wake(queue, count, mask) => (wake(queues, queue, count, mask), 0),
        Call::Requeue(ends, counts) => requeue(queues, ends, counts),
        Call::Cancel(thread) => (vec![], usize::from(queues.cancel(thread))),
        Call::Clear => {
            queues.clear();
            (vec![], 0)
        }
    }
}

/// As [`make`], but with `mistake` where the call gives occasion for it.
fn make_wrongly(queues: &mut WaitQueues, call: Call, mistake: Mistake) -> (Vec<ThreadId>, usize) {
    match (call, mistake) {
        (Call::Wake(..), Mistake::WakesTheLast) => {
            queues.waiters.reverse();
            let answer = make(queues, call);
            queues.waiters.reverse();
            answer
        }
        (Call::Wake(queue, count, _), Mistake::IgnoresMasks) => {
            make(queues, Call::Wake(queue, count, ALL))
        }
        (Call::Wake(queue, count, mask), Mistake::CountsThoseNotMeant) => {
            let there = queues.waiters.iter().filter(|it| it.queue == queue);
            let meant = there.take(count).filter(|it| it.mask & mask != 0);
            let count = meant.count();
            make(queues, Call::Wake(queue, count, mask))
        }
        (Call::Requeue(ends, (wake, moved)), Mistake::MovesTheWoken) => {
            let woken = queues.waiting_at(ends.0).take(wake).collect();
            (woken, requeue(queues, ends, (0, moved)).1)
        }
        (Call::Requeue(ends, counts), Mistake::MovesToTheFront) if ends.0 != ends.1 => {
            let answer = requeue(queues, ends, counts);
            queues.waiters.rotate_right(answer.1);
            answer
        }
        (Call::Cancel(_), Mistake::CancelsNobody) => (vec![], 0),
        _ => make(queues, call),
    }
}

/// Makes `calls` in the model and in the interpreter, and compares what can be seen after each.
fn compare(calls: &[Call], mistake: Option<Mistake>) -> Result<(), TestCaseError> {
    let (mut queues, mut interpreter) = (WaitQueues::default(), Interpreter::default());
    for &call in calls {
        let answer = match mistake {
            None => make(&mut queues, call),
            Some(mistake) => make_wrongly(&mut queues, call, mistake),
        };
        prop_assert_eq!(answer, interpreter.make(call));
        for thread in threads(0..THREADS) {
            prop_assert_eq!(queues.waits(thread), interpreter.waits(thread));
        }
        for queue in QUEUES {
            prop_assert_eq!(waiting(&queues, queue), interpreter.waiting_at(queue));
        }
        prop_assert_eq!(queues.is_empty(), interpreter.is_empty());
        for (&queue, number) in interpreter.named().iter().zip(0..) {
            prop_assert_eq!(queues.number(queue), number);
        }
    }
    Ok(())
}

/// Every call of two threads at two queues with two masks, where counts are 1 or, of a requeue's
/// woken ones, 0: 2 * 2 * 2 waits, 2 * 2 wakes, 4 * 2 requeues, 2 cancels and a clear.
fn small_calls() -> Vec<Call> {
    let (queues, masks) = ([A, B], [1, 2]);
    let mut calls = vec![Call::Clear];
    for thread in threads(0..2) {
        let waits = queues.into_iter().cartesian_product(masks);
        calls.extend(waits.map(|(queue, mask)| Call::Wait(thread, queue, mask)));
        calls.push(Call::Cancel(thread));
    }
    for queue in queues {
        calls.extend(masks.map(|mask| Call::Wake(queue, 1, mask)));
        let requeues = queues.into_iter().cartesian_product([0, 1]);
        calls.extend(requeues.map(|(to, wake)| Call::Requeue((queue, to), (wake, 1))));
    }
    calls
}

/// The first program of `length` calls at which the model, with `mistake`, and the interpreter differ.
fn first_difference(length: usize, mistake: Option<Mistake>) -> Option<Vec<Call>> {
    let calls = small_calls();
    let mut programs = (0..length)
        .map(|_| calls.iter().copied())
        .multi_cartesian_product();
    programs.find(|program| compare(program, mistake).is_err())
}

#[test]
fn every_program_of_three_calls_is_answered_as_the_manual_says() {
    assert_eq!(small_calls().len(), 8 + 4 + 8 + 2 + 1);
    assert_eq!(first_difference(3, None), None);
}

/// - Wakes the last: two threads wait, and one is woken.
/// - Ignores masks: one waits, and is woken for another bit.
/// - Counts those not meant: two wait with different masks, and the wake-up is for the second.
/// - Moves the woken: one waits, and a requeue both wakes and moves it.
/// - Moves to the front: one waits at each of two queues, and one of them is moved.
/// - Cancels nobody: one waits, and is cancelled.
#[test]
fn every_mistake_is_found_by_a_program_as_short_as_can_be() {
    let shortest = MISTAKES.map(|mistake| {
        let found = (1..4).find(|&length| first_difference(length, Some(mistake)).is_some());
        (mistake, found)
    });
    let expected = [3, 2, 3, 2, 3, 2];
    assert_eq!(
        shortest.map(|(_, found)| found),
        expected.map(Some),
        "{shortest:?}"
    );
}

fn any_call() -> impl Strategy<Value = Call> {
    let thread = || (0..THREADS).prop_map(thread);
    let queue = || prop::sample::select(&QUEUES[..]);
    let mask = || prop_oneof![1_u32..4, Just(ALL)];
    let count = || prop_oneof![0_usize..4, Just(usize::MAX)];
    let wait = (thread(), queue(), mask());
    let wake = (queue(), count(), mask());
    let requeue = ((queue(), queue()), (count(), count()));
    // More waits than what ends them, or hardly anybody would ever wait.
    prop_oneof![
        20 => wait.prop_map(|(thread, queue, mask)| Call::Wait(thread, queue, mask)),
        6 => wake.prop_map(|(queue, count, mask)| Call::Wake(queue, count, mask)),
        4 => requeue.prop_map(|(ends, counts)| Call::Requeue(ends, counts)),
        3 => thread().prop_map(Call::Cancel),
        1 => Just(Call::Clear),
    ]
}

proptest! {
    #[test]
    fn random_programs_are_answered_as_the_manual_says(calls in vec(any_call(), 0..60)) {
        compare(&calls, None)?;
    }
}

#[test]
fn every_mistake_is_found_by_a_random_program() {
    for mistake in MISTAKES {
        let mut runner = TestRunner::deterministic();
        let ran = runner.run(&vec(any_call(), 0..60), |calls| {
            compare(&calls, Some(mistake))
        });
        assert!(
            matches!(ran, Err(TestError::Fail(..))),
            "{mistake:?}: {ran:?}"
        );
    }
}
