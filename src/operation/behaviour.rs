//! What the threads of an execution did, whatever the order in which their steps came.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::{Access, AccessKind, Knowledge, Object, Operation, ThreadId, ThreadState, Trace};
use crate::site::MarkerId;

/// What each thread did. Executions of one class have the same, if what their steps declare is all that they
/// touch.
#[derive(Debug, Clone)]
pub(crate) struct Behaviour {
    /// By the numbers of threads that are the same under every schedule.
    courses: BTreeMap<u64, Course>,
    /// The places in memory that were touched, and by whom, in the order of the courses.
    places: Vec<(u64, Range<usize>)>,
}

/// The steps of one thread, and where it stood at the end.
#[derive(Debug, Clone)]
struct Course {
    thread: ThreadId,
    steps: Vec<Taken>,
    stands: Option<(ThreadState, Option<MarkerId>)>,
}

#[derive(Debug, Clone)]
struct Taken {
    operation: Operation,
    knowledge: Knowledge,
    touched: Vec<(AccessKind, Touched)>,
}

/// What can be compared of an object: addresses and ids are those of one execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touched {
    Waker(u64),
    Scope,
    /// This many bytes.
    Memory(usize),
    Text(u64),
    Clock,
    Returns(Option<u64>),
}

/// A thread that did something else in another execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The thread, by its ids in both executions.
    pub(crate) thread: [Option<ThreadId>; 2],
    pub(crate) what: Differs,
}

/// In what a thread differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Differs {
    /// Its step after some others is another, or none.
    Operation([Option<Operation>; 2]),
    /// It was to touch something else in this step.
    Touched(Operation),
    /// It stood somewhere else at the end.
    Stands,
}

impl Behaviour {
    pub(crate) fn of(trace: &Trace<'_>) -> Self {
        let identity = |thread: ThreadId| trace.identities[thread.index()];
        let mut courses = BTreeMap::new();
        for (index, &number) in trace.identities.iter().enumerate() {
            let status = trace.threads.get(index);
            let course = Course {
                thread: ThreadId::new(index),
                steps: Vec::new(),
                stands: status.map(|it| (it.state, it.passed)),
            };
            courses.insert(number, course);
        }
        let mut touched_places: BTreeMap<u64, Vec<Range<usize>>> = BTreeMap::new();
        for (number, event) in trace.events.iter().enumerate() {
            let thread = identity(event.thread);
            let own_places = touched_places.entry(thread).or_default();
            let mut touched = Vec::new();
            for Access { object, kind, .. } in trace.accesses(number) {
                let what = match object {
                    // That a thread can go on by it depends on whether that has arrived there already.
                    Object::Thread(_) | Object::Loop(_) => continue,
                    Object::Waker(of) => Touched::Waker(identity(of)),
                    Object::Memory(place) => {
                        own_places.push(place.clone());
                        Touched::Memory(place.len())
                    }
                    Object::Scope(_) => Touched::Scope,
                    Object::Text(text) => Touched::Text(text),
                    Object::Returns(of) => Touched::Returns(of.map(identity)),
                    Object::Clock => Touched::Clock,
                };
                touched.push((kind, what));
            }
            let taken = Taken {
                operation: event.operation,
                knowledge: event.knowledge,
                touched,
            };
            if let Some(course) = courses.get_mut(&thread) {
                course.steps.push(taken);
            }
        }
        let places = touched_places.into_iter();
        let places = places.flat_map(|(thread, own)| own.into_iter().map(move |it| (thread, it)));
        Behaviour {
            courses,
            places: places.collect(),
        }
    }

    /// The first thread that did something else in `other`, if any did.
    pub(crate) fn difference(&self, other: &Behaviour) -> Option<Difference> {
        let numbers = self.courses.keys().chain(other.courses.keys());
        let numbers: Vec<u64> = numbers.copied().collect();
        for compare in [other_operation, other_touch, other_end] {
            for number in &numbers {
                let both = [self, other].map(|it| it.courses.get(number));
                if let Some(what) = compare(both) {
                    let thread = both.map(|it| it.map(|course| course.thread));
                    return Some(Difference { thread, what });
                }
            }
        }
        self.other_place(other)
    }

    /// The first step that touches another place. Addresses are those of one execution: so all that can be
    /// compared is which steps touch the same place. Places of one thread alone do not count, since memory
    /// that was freed is used again by whoever comes next.
    fn other_place(&self, other: &Behaviour) -> Option<Difference> {
        let groups = [self, other].map(Behaviour::shared_places);
        let mut compared = HashSet::new();
        let mut pairs = self.places.iter().zip(&other.places);
        let at = pairs.position(|((_, one), (_, two))| {
            let both = (groups[0].get(one), groups[1].get(two));
            matches!(both, (Some(here), Some(there)) if compared.insert((one, two)) && here != there)
        })?;
        let thread = self.places[at].0;
        let before = self.places[..at].iter().filter(|it| it.0 == thread).count();
        let mut left = before + 1;
        let course = self.courses.get(&thread)?;
        let is_place = |it: &&(AccessKind, Touched)| matches!(it.1, Touched::Memory(_));
        let step = course.steps.iter().find(|step| {
            let places = step.touched.iter().filter(is_place).count();
            let is_in = left <= places;
            left = left.saturating_sub(places);
            is_in
        })?;
        Some(Difference {
            thread: [
                Some(course.thread),
                other.courses.get(&thread).map(|it| it.thread),
            ],
            what: Differs::Touched(step.operation),
        })
    }

    /// The places that several threads touch, with the numbers of the accesses that do.
    fn shared_places(&self) -> HashMap<&Range<usize>, Vec<usize>> {
        let mut groups: HashMap<&Range<usize>, Vec<usize>> = HashMap::new();
        for (number, (_, place)) in self.places.iter().enumerate() {
            groups.entry(place).or_default().push(number);
        }
        let thread = |number: &usize| self.places[*number].0;
        groups.retain(|_, numbers| {
            let first = numbers.first().map(thread);
            numbers.iter().any(|it| Some(thread(it)) != first)
        });
        groups
    }
}

fn other_operation(both: [Option<&Course>; 2]) -> Option<Differs> {
    let steps = both.map(|it| it.map_or(&[][..], |course| &course.steps));
    let numbers = 0..steps[0].len().max(steps[1].len());
    let mut operations = numbers.map(|number| steps.map(|it| Some(it.get(number)?.operation)));
    let is_other = |both: &[Option<Operation>; 2]| match both {
        [Some(one), Some(two)] => !one.is_like(*two),
        _ => true,
    };
    operations.find(is_other).map(Differs::Operation)
}

fn other_touch(both: [Option<&Course>; 2]) -> Option<Differs> {
    let [one, two] = both.map(|it| it.map_or(&[][..], |course| &course.steps));
    let mut pairs = one.iter().zip(two);
    let is_other = |(one, two): &(&Taken, &Taken)| {
        (one.knowledge, &one.touched) != (two.knowledge, &two.touched)
    };
    let (step, _) = pairs.find(is_other)?;
    Some(Differs::Touched(step.operation))
}

fn other_end(both: [Option<&Course>; 2]) -> Option<Differs> {
    let is_same = match both.map(|it| it.and_then(|course| course.stands)) {
        [Some(one), Some(two)] => one.1 == two.1 && is_alike(one.0, two.0),
        [None, None] => true,
        _ => false,
    };
    (!is_same).then_some(Differs::Stands)
}

/// Whether the states are the same but for numbers that depend on the execution.
fn is_alike(one: ThreadState, other: ThreadState) -> bool {
    match (one, other) {
        (ThreadState::Blocked(one), ThreadState::Blocked(other))
        | (ThreadState::MayGoOn(one), ThreadState::MayGoOn(other))
        | (ThreadState::Unblocked(one), ThreadState::Unblocked(other)) => one.call == other.call,
        (ThreadState::Joining(_), ThreadState::Joining(_))
        | (ThreadState::Joined(_), ThreadState::Joined(_)) => true,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Event, Pending, ThreadStatus};

    /// A step: its thread, its marker, and what it touches: addresses, of 8 bytes each.
    type Step<'a> = (usize, u32, &'a [usize]);

    fn behaviour(steps: &[Step<'_>]) -> Behaviour {
        let (mut events, mut accesses) = (Vec::new(), Vec::new());
        for (thread, marker, places) in steps {
            let place = |start: &usize| Access::write(Object::Memory(*start..*start + 8));
            accesses.extend(places.iter().map(place));
            events.push(Event {
                accesses_end: u32::try_from(accesses.len()).unwrap(),
                ..Event::of(Pending::at(*thread, *marker))
            });
        }
        let finished = ThreadStatus {
            state: ThreadState::Finished,
            passed: None,
        };
        Behaviour::of(&Trace {
            accesses: &accesses,
            threads: &[finished; 2],
            identities: &[7, 5],
            ..Trace::of(&events)
        })
    }

    fn differs(one: &[Step<'_>], other: &[Step<'_>]) -> Option<(usize, Differs)> {
        let difference = behaviour(one).difference(&behaviour(other))?;
        let thread = difference.thread[0].expect("both have both threads");
        assert_eq!(difference.thread[1], Some(thread));
        Some((thread.index(), difference.what))
    }

    fn operation(marker: u32) -> Operation {
        Pending::at(0, marker).operation
    }

    #[test]
    fn the_order_of_threads_does_not_matter() {
        let steps: [Step<'_>; 3] = [(0, 0, &[8]), (0, 1, &[]), (1, 2, &[8, 64])];
        let others: [Step<'_>; 3] = [(1, 2, &[80, 16]), (0, 0, &[80]), (0, 1, &[])];
        assert_eq!(differs(&steps, &others), None);
    }

    #[test]
    fn what_a_thread_does_matters() {
        let steps: [Step<'_>; 3] = [(0, 0, &[8]), (0, 1, &[]), (1, 2, &[8])];
        let other = Differs::Operation([Some(operation(1)), Some(operation(3))]);
        let others: [Step<'_>; 3] = [(0, 0, &[8]), (0, 3, &[]), (1, 2, &[8])];
        assert_eq!(differs(&steps, &others), Some((0, other)));
        let none = Differs::Operation([Some(operation(1)), None]);
        assert_eq!(differs(&steps, &[steps[0], steps[2]]), Some((0, none)));
        let more: [Step<'_>; 3] = [(0, 0, &[8]), (0, 1, &[]), (1, 2, &[8, 16])];
        let touched = Differs::Touched(operation(2));
        assert_eq!(differs(&steps, &more), Some((1, touched)));
    }

    #[test]
    fn it_matters_which_steps_of_several_threads_touch_the_same_place() {
        let steps: [Step<'_>; 4] = [(0, 0, &[8]), (0, 1, &[16]), (1, 2, &[8]), (1, 3, &[16])];
        let crossed: [Step<'_>; 4] = [(0, 0, &[8]), (0, 1, &[16]), (1, 2, &[16]), (1, 3, &[8])];
        // The second thread has the lower number, and so comes first.
        let touched = Differs::Touched(operation(2));
        assert_eq!(differs(&steps, &crossed), Some((1, touched)));
        // Memory that was freed is used again, or not.
        let again: [Step<'_>; 2] = [(0, 0, &[8]), (1, 2, &[8])];
        let anew: [Step<'_>; 2] = [(0, 0, &[8]), (1, 2, &[16])];
        assert_eq!(differs(&again, &anew), None);
    }
}
