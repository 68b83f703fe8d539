//! A part of a reduced search that is known without asking other machines.
//!
//! The tree that other parts share cannot be cut: an execution plans others anywhere in it. So shards cut
//! the tree of choices. All steps to a certain depth are taken, but for those of threads that sleep, and
//! each sequence of that many steps, a *prefix*, belongs to one shard. Below its prefixes a shard goes
//! depth first, by source sets and sleep sets (Abdulla, Aronis, Jonsson and Sagonas, "Source Sets", JACM
//! 2017, section 5). They run each class once, but may begin executions that turn out to belong to classes
//! that were run: where all threads sleep that could go on. Those are pruned.

use super::branch::{Branch, Explored, Seen};
use super::happens_before::{HappensBefore, mix};
use super::irreducible::why_irreducible;
use super::lock_answers::LockAnswers;
use super::mutant::Mutant;
use super::step::Identity;
use super::survey::Survey;
use crate::operation::{Access, Choice, Knowledge, Object, Pending, SchedulingPoint, Trace};
use crate::search::{Account, Contradiction, Irreducible, Part, Search, Shard};

/// The classes of one shard.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "facts that have nothing to do with each other"
)]
pub(crate) struct ReducedShard {
    shard: Shard,
    /// Whether the search ends with an error at a step that may touch anything.
    is_strict: bool,
    /// How many steps a prefix has.
    depth: usize,
    /// Where the depth is looked for, if that is not known yet.
    survey: Option<Survey>,
    /// The points of the execution under way.
    path: Vec<Branch>,
    /// The last point of the execution before that is one of this execution too.
    turn: usize,
    is_new: bool,
    is_over: bool,
    /// Whether the execution under way was ended here.
    is_pruned: bool,
    /// Who sleeps at the next point, as far as is known before the execution has ended.
    asleep: Vec<Identity>,
    order: HappensBefore,
    answers: LockAnswers,
    contradiction: Option<Box<Contradiction>>,
    accesses: [Vec<Access>; 2],
}

/// A thread that was explored before those that follow a point of the path.
#[derive(Debug, Clone, Copy)]
struct Sleeper {
    /// How many steps lead to the point.
    depth: usize,
    /// Before which step it no longer sleeps.
    wakes: usize,
    thread: Identity,
}

impl ReducedShard {
    /// Those of a program all of whose steps must say what they touch.
    pub(crate) fn strict(shard: Shard) -> Self {
        ReducedShard {
            is_strict: true,
            ..ReducedShard::new(shard)
        }
    }

    pub(super) fn new(shard: Shard) -> Self {
        let survey = (shard.of() > 1).then(|| Survey::new(shard.of()));
        ReducedShard {
            shard,
            is_strict: false,
            depth: survey.as_ref().map_or(0, Survey::depth),
            survey,
            path: Vec::new(),
            turn: 0,
            is_new: true,
            is_over: false,
            is_pruned: false,
            asleep: Vec::new(),
            order: HappensBefore::default(),
            answers: LockAnswers::default(),
            contradiction: None,
            accesses: Default::default(),
        }
    }

    /// Goes to the next step that is planned, the deepest first.
    fn backtrack(&mut self) -> bool {
        while let Some(last) = self.path.last_mut() {
            if last.advance() {
                self.turn = self.path.len() - 1;
                return true;
            }
            self.path.pop();
        }
        false
    }

    /// All prefixes of this depth are known: goes on to another depth, or from the survey to the search.
    /// Nothing is left if that was the search.
    fn begin_anew(&mut self) -> bool {
        let Some(survey) = &mut self.survey else {
            return false;
        };
        let is_found = survey.go_on();
        self.depth = survey.depth();
        if is_found {
            self.survey = None;
        }
        self.path.clear();
        self.turn = 0;
        true
    }

    /// Whether the shard has the prefix that the path begins with.
    fn owns(&self) -> bool {
        let branches = self.path.iter().take(self.depth);
        let steps = branches.filter_map(|branch| branch.taken);
        place(steps.map(|step| step.thread)) % u64::from(self.shard.of())
            == u64::from(self.shard.number() - 1)
    }

    /// Chooses at a point that no execution has come to.
    fn discover(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        let is_prefix = point.step < self.depth;
        let is_awake = |index: &usize| {
            let thread = point.enabled[*index].thread;
            !self.asleep.contains(&point.identities[thread.index()])
        };
        let is_cut = point.step == self.depth && (self.survey.is_some() || !self.owns());
        if is_cut {
            self.is_pruned = true;
            if let Some(survey) = &mut self.survey {
                survey.cut();
            }
            return Choice::Prune;
        }
        let default = Some(point.default_choice()).filter(|it| !is_prefix && is_awake(it));
        let taken = default.or_else(|| (0..point.enabled.len()).find(is_awake));
        let mut branch = Branch::new(point, taken, self.asleep.clone());
        if is_prefix {
            branch.plan_all();
        }
        self.path.push(branch);
        let Some(taken) = taken else {
            self.is_pruned = true;
            return Choice::Prune;
        };
        self.take(point, taken)
    }

    /// Takes the step that is planned there.
    fn follow(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        let planned = self.path[point.step].taken;
        let Some(index) = planned.and_then(|planned| planned.among(point)) else {
            self.contradict(point.step, point.enabled);
            return Choice::Prune;
        };
        self.take(point, index)
    }

    fn contradict(&mut self, depth: usize, found: &[Pending]) {
        let planned = self.path[depth].taken.iter();
        self.contradiction = Some(Box::new(Contradiction {
            depth,
            expected: planned.map(|it| it.pending).collect(),
            found: found.to_vec(),
        }));
    }

    /// Takes a step, and finds out who sleeps after it by what it and the others declare. Who sleeps before
    /// a step of which not all is known beforehand is supposed to be awake.
    fn take(&mut self, point: &SchedulingPoint<'_>, index: usize) -> Choice {
        let branch = &mut self.path[point.step];
        let [own, others] = &mut self.accesses;
        own.clear();
        let knowledge = point.footprints.touched_by(point.enabled[index], own);
        branch.declared = own.len();
        self.asleep.clear();
        if point.step >= self.turn {
            let explored = branch.explored.iter();
            let certain = explored.filter(|it| it.seen == Seen::AsDeclared);
            let threads = branch.asleep.iter().copied();
            self.asleep
                .extend(threads.chain(certain.map(|it| it.thread)));
            self.asleep.retain(|sleeper| {
                let mut enabled = point.enabled.iter();
                let sleeper = enabled.find(|it| point.identities[it.thread.index()] == *sleeper);
                sleeper.is_some_and(|sleeper| {
                    others.clear();
                    let known = point.footprints.touched_by(*sleeper, others);
                    let conflicts = |one: &Access| others.iter().any(|it| one.conflicts_with(it));
                    ![known, knowledge].contains(&Knowledge::Nothing) && !own.iter().any(conflicts)
                })
            });
        }
        Choice::Take(index)
    }

    /// Plans what the execution that has ended shows. Returns whether it was of a class of its own.
    fn learn(&mut self, trace: &Trace<'_>) -> bool {
        self.order.read(trace);
        let taken = self.order.taken;
        for number in self.turn..taken {
            self.path[number].seen = self.seen(trace, number);
        }
        let sleepers = self.sleepers();
        let redundant = sleepers.iter().filter(|it| {
            let own = self.order.nth_of(it.thread, it.depth, 0);
            own == Some(it.wakes) && it.wakes < taken
        });
        let redundant = redundant.map(|it| it.wakes).min();
        let asleep_at = |number: usize| {
            let asleep = sleepers.iter();
            let asleep = asleep.filter(move |it| it.depth < number && it.wakes >= number);
            asleep.map(|it| it.thread)
        };
        for number in self.turn + 1..self.path.len() {
            self.path[number].asleep = asleep_at(number).collect();
        }
        let end = redundant.unwrap_or(taken);
        self.path.truncate(end + 1);
        if let Some(branch) = self.path.get_mut(end) {
            // Another execution may have shown who else sleeps here.
            branch.asleep.extend(asleep_at(end));
            branch.plan_awake();
        }
        if self.survey.is_none() {
            let has_aborted = trace.has_aborted && redundant.is_none();
            for later in self.turn.max(self.depth)..self.order.steps.len() {
                if later < end || self.is_reversible(later, end, has_aborted) {
                    self.reverse_races(later, end);
                }
            }
        }
        redundant.is_none() && !self.is_pruned
    }

    /// Whether a step that was pending after the first `end` could have come earlier. One that waits for a
    /// lock could, even where all others sleep: what follows it may wake them.
    fn is_reversible(&self, pending: usize, end: usize, has_aborted: bool) -> bool {
        let arrived = self.order.predecessor(pending);
        let is_forgotten = self.is_pruned && Mutant::WaitingForgotten.is_on();
        !is_forgotten
            && arrived.is_none_or(|it| it < end)
            && self.order.is_reversible(pending, has_aborted)
    }

    fn seen(&self, trace: &Trace<'_>, number: usize) -> Seen {
        let is_known = |it: &Access| !matches!(it.object, Object::Thread(_) | Object::Loop(_));
        if trace.has_aborted && number + 1 == trace.events.len() {
            Seen::Aborting
        } else if trace.accesses(number).filter(is_known).count() > self.path[number].declared
            && !Mutant::AllDeclared.is_on()
        {
            Seen::More
        } else {
            Seen::AsDeclared
        }
    }

    /// The threads that were explored before the steps of the execution.
    fn sleepers(&self) -> Vec<Sleeper> {
        let wakes = |depth: usize, it: &Explored| {
            let own = self.order.nth_of(it.thread, depth, 0);
            let was_taken = own.is_some_and(|own| own < self.order.taken);
            match it.seen {
                Seen::Aborting => depth,
                // What it would have touched here is not known.
                Seen::More if !was_taken => depth,
                _ => self.order.wakes_at(it.thread, depth),
            }
        };
        let path = self.path.iter().enumerate();
        let explored = path.flat_map(|(depth, branch)| {
            let explored = branch.explored.iter();
            explored.map(move |it| (depth, it))
        });
        let sleeper = |(depth, it): (usize, &Explored)| Sleeper {
            depth,
            wakes: wakes(depth, it),
            thread: it.thread,
        };
        explored.map(sleeper).collect()
    }

    /// Plans the reversal of the races of one step with those from the prefix to `end`.
    fn reverse_races(&mut self, later: usize, end: usize) {
        let order = &self.order;
        let races: Vec<usize> = order.races(later).collect();
        let races = races
            .into_iter()
            .filter(|it| (self.depth..end).contains(it));
        let mut left: Vec<(usize, Vec<usize>)> = races.map(|it| (it, Vec::new())).collect();
        while let Some((earlier, also)) = left.pop() {
            let steps = order.independent_of(earlier);
            let steps = steps.take_while(|it| *it < later.min(end));
            let steps = steps.filter(|it| also.iter().all(|also| !order.is_from(*also, *it)));
            let steps: Vec<usize> = steps.chain([later]).collect();
            let is_guarded = order.steps[later].is_guarded;
            let answer = is_guarded.then(|| self.answers.after(order, later, earlier, &steps));
            if let Some(None | Some(false)) = answer
                && order.steps[earlier].shares_lock_of(&order.steps[later])
            {
                let last = also.last().copied().unwrap_or(earlier);
                let sharers = order.sharers(later, &steps).filter(|it| *it > last);
                let wider = |it| (earlier, also.iter().copied().chain([it]).collect());
                left.extend(sharers.map(wider));
            }
            if answer == Some(Some(false)) {
                continue;
            }
            if !order.could_leave_loop(later, earlier, &steps) {
                continue;
            }
            // Of those that would do, the last has led to the fewest executions that are pruned.
            let initials = order.initials(&steps);
            let mut threads: Vec<Identity> = initials.map(|it| order.steps[it].thread).collect();
            threads.reverse();
            self.path[earlier].plan_one(&threads);
        }
    }
}

/// Where a sequence of steps lies, the same in every run and on every machine.
fn place(threads: impl Iterator<Item = Identity>) -> u64 {
    threads.fold(0, |place, thread| mix(place ^ thread))
}

impl Search for ReducedShard {
    fn new_execution(&mut self) -> Option<usize> {
        let is_new = std::mem::take(&mut self.is_new);
        if self.is_over || !is_new && !self.backtrack() && !self.begin_anew() {
            return None;
        }
        self.is_pruned = false;
        self.asleep.clear();
        self.answers.clear();
        Some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        self.answers.note(point);
        if point.step < self.path.len() {
            self.follow(point)
        } else {
            self.discover(point)
        }
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        let taken = trace.events.len();
        if taken <= self.turn
            && !self.path.is_empty()
            && !trace.is_cut_short
            && self.contradiction.is_none()
        {
            self.contradict(taken, &[]);
        }
        let contradiction = self.contradiction.take();
        let irreducible = match trace.conditional {
            None if self.is_strict && !self.is_pruned => why_irreducible(trace),
            conditional => conditional.map(Irreducible::Conditional),
        };
        if contradiction.is_some() || irreducible.is_some() {
            self.is_over = true;
            return Account {
                irreducible,
                contradiction,
                ..Account::default()
            };
        }
        let is_own = self.learn(trace) && self.survey.is_none() && self.owns();
        if self.survey.as_mut().is_some_and(Survey::count) {
            self.path.clear();
        }
        Account {
            is_repetition: !is_own,
            class: is_own.then(|| self.order.class()),
            ..Account::default()
        }
    }
}

impl Part for ReducedShard {
    fn split(&mut self) -> Option<Box<dyn Part>> {
        None
    }

    fn order(&self) -> Vec<usize> {
        self.path.iter().map(|it| it.explored.len()).collect()
    }
}
