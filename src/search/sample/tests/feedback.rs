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

#[test]
fn mutants_of_what_is_new_come_before_anything_else_is_drawn() {
    let toy = contended(&[50, 50]);
    let mut search = Feedback::new(3, 1 + MUTANTS as u64);
    search.new_execution();
    toy.run(&mut search);
    let kept = search.kept[0].clone();
    assert_eq!(kept.len(), 100, "one draw for each step");
    let mut recordings = vec![kept.clone()];
    while search.new_execution().is_some() {
        let changed = kept.iter().zip(&search.recording).filter(|(a, b)| a != b);
        // Five draws of 100, of which two may be the same.
        assert!((3..=CHANGES).contains(&changed.count()));
        recordings.push(search.recording.clone());
        toy.run(&mut search);
    }
    recordings.sort();
    recordings.dedup();
    assert_eq!(recordings.len(), 1 + MUTANTS, "all are different");
    // The first has had its mutants, and some of those have come to something new.
    assert!(!search.kept.is_empty() && !search.kept.contains(&kept));
}

#[test]
fn what_is_not_new_is_drawn_as_by_partial_order_sampling() {
    // Nothing is handed over, so nothing is kept: a third are serial, as with POS, 2000 of 6000 with a
    // standard deviation of 37.
    let apart = Toy {
        touches: |thread, _| touching(vec![Access::write(object(thread))]),
        ..contended(&[2, 2])
    };
    let sample = drawn(&apart, 1, 6000);
    let serial = sample.iter().filter(|it| **it == [0, 0, 1, 1]).count();
    assert!((1850..2150).contains(&serial), "{serial}");
    // All eight hand-overs are seen soon, and then it is the walk, as POS is where all conflict. Until
    // then at most eight recordings are kept, with 16 mutants each.
    let toy = contended(&[2, 2]);
    let sample = drawn(&toy, 2, 2137);
    let deviation = deviation(&walk(&toy), &sample[137..]);
    assert!(deviation.abs() < 4.0, "{deviation}");
}

#[test]
fn a_mutant_is_like_its_parent_up_to_the_first_draw_that_is_changed() {
    let toy = contended(&[50, 50]);
    let mut search = Feedback::new(4, 1 + MUTANTS as u64);
    search.new_execution();
    let (parent, _) = toy.run(&mut search);
    let kept = search.kept[0].clone();
    let mut has_changed = 0;
    while search.new_execution().is_some() {
        let differs = |(a, b): (&u64, &u64)| a != b;
        let first = kept.iter().zip(&search.recording).position(differs);
        let first = first.unwrap();
        let (order, _) = toy.run(&mut search);
        assert_eq!(order[..first], parent[..first]);
        has_changed += usize::from(order != parent);
    }
    assert!(has_changed > MUTANTS / 2, "{has_changed}");
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
