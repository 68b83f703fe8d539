mod shared_tree;

use std::sync::{Arc, Once};
use std::thread;

use proptest::prelude::*;

use super::bounds::Limits;
use super::work_queue::WorkQueue;
use super::worker::Worker;
use super::*;
use crate::engine::{ExecutionEnd, ExecutionResult, Lessons, Scheduler as _, ThreadTable};
use crate::failure::{Deadlock, EarlierPanics, FailureKind, InvariantViolation};
use crate::operation::{Event, Pending, SchedulingPoint, Trace};
use crate::search::{
    Alternation, Bounded, DepthFirst, Feedback, Method, Part, Rate, Repeats, Sample,
};
use crate::site::Site;

/// A toy program. How many steps its threads have, how its executions end and in what depends on
/// the order of the steps, by a hash.
#[derive(Debug, Clone, Copy)]
struct Toy {
    threads: usize,
    max_steps: u32,
    salt: u64,
    /// About one execution in `failing` fails, and one in `contradicting` contradicts an earlier
    /// one.
    failing: u64,
    contradicting: u64,
}

impl Toy {
    /// The hash of Fowler, Noll and Vo, with its better bits.
    fn hash(&self, kind: u64, order: &[usize]) -> u64 {
        let values = [kind, self.salt].into_iter();
        let values = values.chain(order.iter().map(|&thread| thread as u64 + 7));
        let hash = values.fold(0xcbf2_9ce4_8422_2325, |hash: u64, value| {
            (hash ^ value).wrapping_mul(0x0100_0000_01b3)
        });
        (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
    }

    /// Runs one execution.
    fn run(&self, worker: &mut Worker) {
        let names: Vec<String> = (0..self.threads).map(|thread| thread.to_string()).collect();
        let table = ThreadTable::new(&names);
        let choices = worker.job.as_ref().unwrap().search.order();
        // The choices that lead to an execution do not depend on the worker.
        let contradicts =
            !choices.is_empty() && self.hash(1, &choices).is_multiple_of(self.contradicting);
        let mut left = vec![self.max_steps; self.threads];
        let mut order = Vec::new();
        let mut steps: Vec<Event> = Vec::new();
        let end = loop {
            let shift = u32::from(contradicts) * 100;
            let live = (0..self.threads).filter(|&thread| left[thread] > 0);
            let ready: Vec<Pending> = live
                .map(|thread| Pending::at(thread, left[thread] + shift))
                .collect();
            if ready.is_empty() {
                break match self.hash(2, &order) % (2 * self.failing) {
                    0 => FailureKind::Deadlock(Deadlock::default()).into(),
                    1 => {
                        let name = steps.len().to_string().into();
                        FailureKind::Invariant(InvariantViolation { name }).into()
                    }
                    _ => ExecutionEnd::Held,
                };
            }
            let point = SchedulingPoint::after(&steps, &ready);
            let Some(choice) = worker.choose(&point, &table).taken() else {
                break ExecutionEnd::Pruned;
            };
            let thread = ready[choice].thread;
            order.push(thread.index());
            steps.push(Event {
                index: u32::try_from(choice).unwrap(),
                enabled_count: u32::try_from(ready.len()).unwrap(),
                ..Event::of(ready[choice])
            });
            left[thread.index()] -= 1;
            if self.hash(3, &order).is_multiple_of(5) {
                left[thread.index()] = 0;
            }
        };
        let outcome =
            (end != ExecutionEnd::Pruned).then(|| format!("{}", self.hash(4, &order) % 4));
        worker.end(ExecutionResult {
            trace: Trace::of(&steps),
            names: table.names(),
            threads: &[],
            blocked_on: &[],
            stacks: &[],
            panics: &EarlierPanics::default(),
            end: &end,
            outcome: outcome.as_deref(),
        });
    }

    /// What this number of workers finds, as text.
    fn text_found_by(&self, whole: Box<dyn Part>, workers: usize, keeps_going: bool) -> String {
        format!("{:?}", self.found_by(whole, workers, keeps_going))
    }

    /// What this number of workers finds. They delay each other as often as `salt` says.
    fn found_by(
        &self,
        whole: Box<dyn Part>,
        workers: usize,
        keeps_going: bool,
    ) -> (Findings, StoppedBy) {
        name_markers();
        let queue = Arc::new(WorkQueue::new(whole));
        let bounds = Bounds {
            lessons: Lessons::default(),
            limits: Limits::new(None, None),
            keeps_going,
            verifies: false,
            repeats: Repeats::Never,
            before: 0,
            workers,
            shard: None,
        };
        queue.expect_workers(workers - 1);
        thread::scope(|scope| {
            for number in 0..workers {
                let queue = &queue;
                scope.spawn(move || {
                    if number > 0 {
                        queue.worker_joined();
                    }
                    let mut worker = Worker::new(
                        queue,
                        bounds,
                        Rate::new(bounds.repeats, 0),
                        self.threads,
                        None,
                    );
                    while worker.new_execution().is_some() {
                        self.run(&mut worker);
                        let executions = usize::try_from(worker.executions).unwrap();
                        let pause = self.hash(number as u64, &[executions]);
                        if pause.is_multiple_of(4) {
                            thread::yield_now();
                        }
                    }
                });
            }
        });
        queue.finish(keeps_going)
    }
}

/// Gives the markers of toys a place in the source, since schedules are printed by name.
fn name_markers() {
    static NAMED: Once = Once::new();
    NAMED.call_once(|| {
        for _ in 0..200 {
            let site: &'static Site = Box::leak(Box::new(Site::new("toy", file!(), 1, 1)));
            site.id();
        }
    });
}

fn toys() -> impl Strategy<Value = Toy> {
    let shapes = prop_oneof![Just((2, 5)), Just((2, 6)), Just((3, 3)), Just((4, 2))];
    let failing = prop_oneof![Just(10), Just(100), Just(1000), Just(u64::MAX / 2)];
    let contradicting = prop_oneof![1 => Just(300), 4 => Just(u64::MAX)];
    (shapes, any::<u64>(), failing, contradicting).prop_map(
        |((threads, max_steps), salt, failing, contradicting)| Toy {
            threads,
            max_steps,
            salt,
            failing,
            contradicting,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn what_is_found_does_not_depend_on_the_number_of_workers(
        toy in toys(),
        keeps_going in any::<bool>(),
    ) {
        for whole in searches(toy) {
            let alone = toy.text_found_by(whole(), 1, keeps_going);
            for workers in [2, 3, 7] {
                let found = toy.text_found_by(whole(), workers, keeps_going);
                prop_assert_eq!(&found, &alone, "{} workers", workers);
            }
        }
    }
}

/// A search of every kind. What a sample comes to does not follow from its order, so it goes
/// through programs that contradict nothing.
fn searches(toy: Toy) -> Vec<fn() -> Box<dyn Part>> {
    let mut searches: Vec<fn() -> Box<dyn Part>> = vec![all, || Box::new(Bounded::new(2))];
    if toy.contradicting == u64::MAX {
        searches.push(|| Box::new(Sample::new(Method::RoundRobin, 3, 0..150)));
        searches.push(|| Box::new(Sample::new(Method::Surw, 4, 0..150)));
        searches.push(|| Box::new(Feedback::new(6, 150)));
        searches.push(|| {
            let sample = Sample::new(Method::RoundRobin, 5, 0..500);
            Box::new(Alternation::new(sample))
        });
    }
    searches
}

fn all() -> Box<dyn Part> {
    Box::new(DepthFirst::default())
}

#[test]
fn toys_are_large_enough_and_end_in_every_way() {
    let toy = |failing, contradicting| Toy {
        threads: 3,
        max_steps: 3,
        salt: 5,
        failing,
        contradicting,
    };
    let found = toy(10, u64::MAX).text_found_by(all(), 3, true);
    for part in [
        "index: 17,",
        "InvariantViolation",
        "Exhausted",
        "example: Schedule",
    ] {
        assert!(found.contains(part), "{found}");
    }
    let found = toy(u64::MAX / 2, 100).text_found_by(all(), 3, true);
    assert!(found.contains("contradiction: Some"), "{found}");
}
