//! Executions that are run once more, of a toy program whose executions are given.

use std::sync::Arc;
use std::time::Duration;

use super::again::{Again, may_take};
use super::difference::Difference;
use super::mutant::Mutant;
use crate::engine::{ExecutionEnd, ExecutionResult};
use crate::failure::{Deadlock, EarlierPanics, FailureKind};
use crate::operation::{
    Access, Event, Object, Pending, SchedulingPoint, ThreadState, ThreadStatus, Trace,
};
use crate::search::{Rate, Repeats};

/// One execution of two threads: what is ready at each point, of which the first is taken.
#[derive(Debug, Clone)]
struct Toy {
    points: Vec<Vec<Pending>>,
    /// The place that each step touches; none if 0.
    touched: Vec<usize>,
    end: ExecutionEnd,
    outcome: Option<&'static str>,
}

fn toy() -> Toy {
    let [a, b] = [0, 1].map(|thread| move |marker| Pending::at(thread, marker));
    Toy {
        points: vec![vec![a(0), b(5)], vec![a(1), b(5)], vec![b(5)], vec![b(6)]],
        touched: vec![8, 16, 8, 16],
        end: ExecutionEnd::Held,
        outcome: Some("2"),
    }
}

impl Toy {
    /// Runs it, asking `again` for choices where it is a repeat, and returns how it ended.
    fn run<T>(
        &self,
        mut again: Option<&mut Again>,
        end: impl FnOnce(Option<&mut Again>, ExecutionResult<'_>) -> T,
    ) -> T {
        let (mut events, mut accesses) = (Vec::new(), Vec::new());
        for (enabled, &place) in self.points.iter().zip(&self.touched) {
            let point = SchedulingPoint::after(&events, enabled);
            let choice = again
                .as_mut()
                .map_or(0, |it| it.choose(&point).taken().unwrap());
            let event = point.event(choice);
            if place > 0 {
                accesses.push(Access::write(Object::Memory(place..place + 8)));
            }
            events.push(Event {
                accesses_end: u32::try_from(accesses.len()).unwrap(),
                ..event
            });
        }
        let finished = ThreadStatus {
            state: ThreadState::Finished,
            passed: None,
        };
        let threads = [finished; 2];
        let result = ExecutionResult {
            trace: Trace {
                accesses: &accesses,
                threads: &threads,
                identities: &[7, 5],
                ..Trace::of(&events)
            },
            names: &["a".into(), "b".into()] as &[Arc<str>],
            threads: &threads,
            blocked_on: &[],
            stacks: &[],
            panics: &EarlierPanics::default(),
            end: &self.end,
            outcome: self.outcome,
        };
        end(again, result)
    }
}

/// How a program is told from one that does the same each time.
#[derive(Debug)]
struct Told {
    /// How many repeats there were by then.
    repeats: usize,
    difference: Option<Box<Difference>>,
}

/// Runs `before`, which stands for its class, then as often as asked for what `repeat` says of the number of the
/// repeat, from 1.
fn told(before: &Toy, repeat: impl Fn(usize) -> Toy) -> Told {
    told_of(true, before, repeat)
}

fn told_of(is_of_class: bool, before: &Toy, repeat: impl Fn(usize) -> Toy) -> Told {
    let mut again = Again::new(Repeats::AtLeast(20), Rate::new(Repeats::AtLeast(20), 0));
    before.run(None, |_, result| again.note(result, is_of_class));
    let mut repeats = 0;
    while again.begins(|| Duration::from_secs(1000)) {
        repeats += 1;
        let end =
            |again: Option<&mut Again>, result: ExecutionResult<'_>| again.unwrap().end(result);
        let difference = repeat(repeats).run(Some(&mut again), end);
        if difference.is_some() {
            return Told {
                repeats,
                difference,
            };
        }
    }
    Told {
        repeats,
        difference: None,
    }
}

/// What is told where only the third repeat is `other`.
fn once(other: &Toy) -> Told {
    told(
        &toy(),
        |number| if number == 3 { other.clone() } else { toy() },
    )
}

fn deadlock() -> ExecutionEnd {
    FailureKind::Deadlock(Deadlock::default()).into()
}

#[test]
fn an_execution_that_is_the_same_is_repeated_as_often_as_asked_for() {
    let told = told(&toy(), |_| toy());
    assert!(told.difference.is_none());
    assert_eq!(told.repeats, 20);
}

/// Each with where it leaves the steps, if it does, and the rule by which it is noticed.
fn others() -> Vec<(Toy, Option<usize>, Option<Mutant>)> {
    let toy = toy();
    let other = |change: fn(&mut Toy)| {
        let mut other = toy.clone();
        change(&mut other);
        other
    };
    vec![
        // Another step is taken; another could be taken; one more, one less.
        (
            other(|it| it.points[1][0] = Pending::at(0, 9)),
            Some(1),
            None,
        ),
        (
            other(|it| it.points[2].push(Pending::at(1, 9))),
            Some(2),
            Some(Mutant::CountsIgnored),
        ),
        (
            other(|it| {
                it.points.push(vec![Pending::at(1, 9)]);
                it.touched.push(0);
            }),
            Some(4),
            None,
        ),
        (other(|it| drop(it.points.pop())), Some(3), None),
        (
            other(|it| it.end = deadlock()),
            None,
            Some(Mutant::EndsIgnored),
        ),
        (
            other(|it| it.outcome = Some("1")),
            None,
            Some(Mutant::OutcomesIgnored),
        ),
        (
            other(|it| it.touched = vec![8, 16, 16, 8]),
            None,
            Some(Mutant::TouchedIgnored),
        ),
        (
            other(|it| it.touched[1] = 0),
            None,
            Some(Mutant::TouchedIgnored),
        ),
    ]
}

#[test]
fn whatever_is_another_once_is_noticed_in_the_repeat_after_it() {
    for (other, stray, mutant) in others() {
        let told = once(&other);
        let difference = told.difference.expect("a difference");
        assert_eq!(difference.stray().map(|it| it.depth), stray);
        assert!(!difference.has_settled);
        // What came then is looked at once more, and is not the same as that.
        assert_eq!(told.repeats, 4);
        if let Some(mutant) = mutant {
            let missed = mutant.during(|| once(&other));
            assert!(missed.difference.is_none(), "{mutant:?}");
        }
    }
}

#[test]
fn what_stays_another_is_told_from_chance() {
    for (other, stray, _) in others() {
        let stays = || {
            told(
                &toy(),
                |number| if number >= 3 { other.clone() } else { toy() },
            )
        };
        let told = stays();
        if stray.is_none() && other.touched != toy().touched {
            // What is used for the first time may touch more; the rest is compared with what came later.
            assert!(told.difference.is_none());
            assert_eq!(told.repeats, 20);
            let told = Mutant::FirstUseMatters.during(stays);
            assert!(told.difference.is_some());
            continue;
        }
        let difference = told.difference.expect("a difference");
        assert!(difference.has_settled);
        assert_eq!(
            (told.repeats, difference.stray().map(|it| it.depth)),
            (3 + 4, stray)
        );
    }
}

#[test]
fn addresses_are_those_of_one_execution() {
    let mut moved = toy();
    moved.touched = vec![80, 32, 80, 32];
    assert!(once(&moved).difference.is_none());
}

/// Where no class was told by what steps touch, nothing depends on it. What a thread finds in a socket, and so what it
/// does next within its step, is up to others.
#[test]
fn what_steps_touch_matters_where_the_search_goes_by_it() {
    let mut other = toy();
    other.touched = vec![8, 16, 16, 8];
    let repeat = |number| if number == 3 { other.clone() } else { toy() };
    assert!(told_of(true, &toy(), repeat).difference.is_some());
    let told = told_of(false, &toy(), repeat);
    assert!(told.difference.is_none() && told.repeats == 20);
}

/// Threads may be left behind in each deadlock.
#[test]
fn a_deadlock_is_not_repeated() {
    let mut stuck = toy();
    stuck.end = deadlock();
    assert_eq!(told(&stuck, |_| stuck.clone()).repeats, 0);
    assert_eq!(told(&toy(), |_| toy()).repeats, 20);
}

#[test]
fn what_they_take_is_bounded() {
    let [milli, second] = [Duration::from_millis(1), Duration::from_secs(1)];
    let default = Repeats::default();
    assert!(may_take(default, 32 * milli, Duration::ZERO));
    assert!(!may_take(default, 33 * milli, Duration::ZERO));
    assert!(may_take(default, second, 16 * second));
    assert!(!may_take(default, second, 15 * second));
    assert!(may_take(Repeats::Each, second, second));
    assert!(!may_take(Repeats::Never, Duration::ZERO, second));
}
