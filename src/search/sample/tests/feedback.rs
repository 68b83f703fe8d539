//! Mutants of recordings that came to something new.

use super::accesses::{object, touching};
use super::*;
use crate::operation::{Access, Footprint};

fn drawn(toy: &Toy<'_>, seed: u64, schedules: u64) -> Vec<Vec<usize>> {
    toy.all(&mut Feedback::new(seed, schedules))
}

/// Two threads with so many steps each, at markers of their own, which write one object.
fn contended(counts: &[u32]) -> Toy<'_> {
    Toy {
        marker: |thread, step| 100 * u32::try_from(thread).unwrap() + step,
        touches: |_, _| touching(vec![Access::write(object(1))]),
        ..Toy::new(counts)
    }
}

/// The executions of which every second is a mutant of the first: the recordings and the orders. The
/// first is the parent.
fn family(toy: &Toy<'_>, seed: u64) -> Vec<(Vec<u64>, Vec<usize>)> {
    let mut search = Feedback::new(seed, 2 * MUTANTS as u64);
    let mut family = Vec::new();
    while search.new_execution().is_some() {
        let (is_first, is_mutant) = (family.is_empty(), !search.recording.is_empty());
        let mutant = search.recording.clone();
        let (order, _) = toy.run(&mut search);
        if is_first {
            family.push((search.kept[0].clone(), order));
        } else if is_mutant {
            family.push((mutant, order));
        }
    }
    family
}

fn changes(parent: &[u64], mutant: &[u64]) -> Vec<usize> {
    let differs = |&at: &usize| parent[at] != mutant[at];
    (0..parent.len()).filter(differs).collect()
}

#[test]
fn every_second_execution_is_a_mutant_of_what_is_kept() {
    let family = family(&contended(&[50, 50]), 3);
    let (parent, _) = &family[0];
    assert_eq!(family.len(), 1 + MUTANTS);
    assert_eq!(parent.len(), 100, "one draw for each step");
    for (mutant, _) in &family[1..] {
        // Five draws of 100, of which two may be the same.
        let changed = changes(parent, mutant).len();
        assert!((3..=CHANGES).contains(&changed), "{changed}");
    }
    let mut recordings: Vec<_> = family.iter().map(|(recording, _)| recording).collect();
    recordings.sort();
    recordings.dedup();
    assert_eq!(recordings.len(), 1 + MUTANTS, "all are different");
}

#[test]
fn a_mutant_is_like_its_parent_up_to_the_first_draw_that_is_changed() {
    let family = family(&contended(&[50, 50]), 4);
    let (parent, order) = &family[0];
    let mut others = 0;
    for (mutant, of_mutant) in &family[1..] {
        let first = changes(parent, mutant)[0];
        assert_eq!(of_mutant[..first], order[..first]);
        others += usize::from(of_mutant != order);
    }
    // Where all steps conflict, a draw decides with an even chance: 1/32 of the mutants are the same.
    assert!(others > MUTANTS / 2, "{others}");
}

#[test]
fn recordings_have_their_mutants_in_turn() {
    let toy = contended(&[3, 3]);
    let mut search = Feedback::new(1, 600);
    let mut first = Vec::new();
    for _ in 0..600 {
        search.new_execution();
        toy.run(&mut search);
        first.push(search.kept[0].clone());
    }
    let runs = first.chunk_by(|a, b| a == b).map(<[_]>::len);
    // Every second execution is a mutant.
    let whole = runs.skip(1).collect::<Vec<_>>();
    assert!(whole.len() > 10);
    let (_, whole) = whole.split_last().unwrap();
    assert!(whole.iter().all(|&run| run == 2 * MUTANTS), "{whole:?}");
}

#[test]
fn without_hand_overs_it_is_partial_order_sampling() {
    // Nothing is handed over, so nothing is kept: a third are serial, as with POS, 2000 of 6000 with a
    // standard deviation of 37.
    let apart = Toy {
        touches: |thread, _| touching(vec![Access::write(object(thread))]),
        ..contended(&[2, 2])
    };
    let sample = drawn(&apart, 1, 6000);
    let serial = sample.iter().filter(|it| **it == [0, 0, 1, 1]).count();
    assert!((1850..2150).contains(&serial), "{serial}");
}

#[test]
fn every_second_execution_is_drawn_as_by_partial_order_sampling() {
    // Where all steps conflict that is the walk.
    let toy = contended(&[2, 2]);
    let sample = drawn(&toy, 2, 2400);
    let anew: Vec<_> = sample.into_iter().step_by(2).collect();
    let deviation = deviation(&walk(&toy), &anew);
    assert!(deviation.abs() < 4.0, "{deviation}");
}

#[test]
fn the_same_seed_draws_the_same_and_another_draws_others() {
    for toy in [Toy::new(&[6, 6]), contended(&[6, 6])] {
        assert_eq!(drawn(&toy, 7, 300), drawn(&toy, 7, 300));
        assert_ne!(drawn(&toy, 7, 300)[10..], drawn(&toy, 8, 300)[10..]);
    }
}

#[test]
fn it_comes_to_every_order_of_a_small_shape_and_does_not_divide() {
    for shape in [&[2, 2][..], &[2, 2, 1]] {
        for toy in [Toy::new(shape), contended(shape)] {
            let mut seen = drawn(&toy, 2, 1000);
            let whole = Box::new(Feedback::new(2, 1000));
            assert_eq!(toy.all_in_parts(whole, &mut || true).0, seen);
            seen.sort();
            seen.dedup();
            assert_eq!(seen, toy.all(&mut DepthFirst::default()));
        }
    }
}

/// What is handed over when the threads take their steps in this order: by thread and marker.
fn hand_overs(
    order: &'static [usize],
    touches: fn(usize, u32) -> Option<Footprint>,
) -> Vec<[(u64, u32); 2]> {
    /// Takes the steps in an order, and looks at the trace.
    #[derive(Debug)]
    struct Follow(&'static [usize], BTreeSet<HandOver>);

    impl Search for Follow {
        fn new_execution(&mut self) -> Option<usize> {
            None
        }

        fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
            let thread = self.0[point.step];
            let index = point
                .enabled
                .iter()
                .position(|it| it.thread.index() == thread);
            Choice::Take(index.unwrap())
        }

        fn end(&mut self, trace: &Trace<'_>) -> Account {
            add_hand_overs(trace, &mut self.1);
            Account::default()
        }
    }

    let toy = Toy {
        touches,
        ..contended(&[2, 2])
    };
    let mut follow = Follow(order, BTreeSet::new());
    toy.run(&mut follow);
    let name = |(identity, marker): (u64, MarkerId)| (identity, marker.number());
    follow.1.iter().map(|pair| pair.map(name)).collect()
}

#[test]
fn a_hand_over_is_a_step_and_the_next_that_conflicts_with_it_in_another_thread() {
    let [a, b] = [10, 11];
    let of = |thread, marker| (thread, MarkerId::new(marker).number());
    let [a0, a1, b0, b1] = [of(a, 0), of(a, 1), of(b, 100), of(b, 101)];
    let writes = |_, _| touching(vec![Access::write(object(1))]);
    assert_eq!(hand_overs(&[0, 0, 1, 1], writes), [[a1, b0]]);
    let turns = [[a0, b0], [a1, b1], [b0, a1]];
    assert_eq!(hand_overs(&[0, 1, 0, 1], writes), turns);
    // Steps that may touch anything count as touching one object.
    assert_eq!(hand_overs(&[0, 1, 0, 1], |_, _| None), turns);
    // The second of `a` and the first of `b` have nothing to do with the others.
    let apart = |thread, step| {
        let is_apart = (thread == 0) == (step == 1);
        let number = if is_apart { 2 + thread } else { 1 };
        touching(vec![Access::write(object(number))])
    };
    assert_eq!(hand_overs(&[0, 1, 0, 1], apart), [[a0, b1]]);
    // What is read is handed over by who wrote it, also past others that read it.
    let one_writes = |thread, step| {
        let access = match (thread, step) {
            (0, 0) => Access::write(object(1)),
            _ => Access::read(object(1)),
        };
        touching(vec![access])
    };
    assert_eq!(hand_overs(&[0, 1, 0, 1], one_writes), [[a0, b0], [a0, b1]]);
    // A step that declares nothing hands over nothing to one that does.
    let one_declares = |thread, _| {
        (thread == 0)
            .then(|| touching(vec![Access::write(object(1))]))
            .flatten()
    };
    assert!(hand_overs(&[0, 1, 0, 1], one_declares).is_empty());
}
