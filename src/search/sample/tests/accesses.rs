//! Samplers that know what the steps touch.

use super::*;
use crate::operation::{Access, Footprint, Object};

/// What the marker declares at which a thread takes its step of a number.
type Touches = fn(usize, u32) -> Option<Footprint>;

/// A marker that declares these accesses.
#[allow(clippy::unnecessary_wraps, reason = "a marker may declare nothing")]
pub(super) fn touching(accesses: Vec<Access>) -> Option<Footprint> {
    Some(Footprint { accesses })
}

pub(super) fn object(number: usize) -> Object {
    Object::Memory(8 * number..8 * number + 8)
}

/// Two steps each, at markers of their own or all at the same.
fn two_by_two(is_same_marker: bool, touches: Touches) -> Toy<'static> {
    Toy {
        marker: if is_same_marker {
            |_, _| 0
        } else {
            |thread, step| [0, 2][thread] + step
        },
        touches,
        ..Toy::new(&[2, 2])
    }
}

#[test]
fn pos_is_the_walk_where_all_steps_touch_one_object_at_different_markers() {
    let touches: [Touches; 3] = [
        |_, _| touching(vec![Access::write(object(1))]),
        // One of any two from different threads writes.
        |thread, _| {
            let write = Access::write(object(1));
            touching(vec![if thread == 0 {
                write
            } else {
                Access::read(object(1))
            }])
        },
        // To acquire a lock is to write it.
        |_, _| touching(vec![Access::acquire(object(1))]),
    ];
    for touches in touches {
        let toy = two_by_two(false, touches);
        for seed in 0..3 {
            let sample = drawn(&toy, Method::Pos, seed, 600);
            let deviation = deviation(&walk(&toy), &sample);
            assert!(deviation.abs() < 4.0, "{deviation}");
        }
    }
}

#[test]
fn pos_lets_a_thread_wait_where_steps_at_one_marker_touch_different_objects() {
    let touches: [Touches; 3] = [
        |thread, _| touching(vec![Access::write(object(thread))]),
        |_, _| touching(vec![Access::read(object(1))]),
        |_, _| touching(Vec::new()),
    ];
    for touches in touches {
        let sample = drawn(&two_by_two(true, touches), Method::Pos, 1, 6000);
        let serial = sample.iter().filter(|order| **order == [0, 0, 1, 1]);
        // As without conflicts: a third of 6000 is 2000, with a standard deviation of 37.
        let serial = serial.count();
        assert!((1850..2150).contains(&serial), "{serial}");
    }
}

#[test]
fn pos_goes_by_markers_where_one_of_two_steps_may_touch_anything() {
    let one_knows: Touches = |thread, _| (thread == 0).then(Footprint::default);
    let toy = two_by_two(true, one_knows);
    let sample = drawn(&toy, Method::Pos, 2, 600);
    let deviation = deviation(&walk(&toy), &sample);
    assert!(deviation.abs() < 4.0, "{deviation}");
    let sample = drawn(&two_by_two(false, one_knows), Method::Pos, 1, 6000);
    let serial = sample.iter().filter(|order| **order == [0, 0, 1, 1]);
    let serial = serial.count();
    assert!((1850..2150).contains(&serial), "{serial}");
}

/// Threads that run different code: each reads object 1, writes one of its own, and then takes two
/// steps that write object 2, or acquire it as a lock. Objects are at other addresses, and so have those
/// of others, with each `SHIFT`.
fn apart<const SHIFT: usize, const IS_LOCK: bool>(thread: usize, step: u32) -> Option<Footprint> {
    let object = |number: usize| object((number + SHIFT) % 5);
    match (thread, step) {
        (_, 0) => touching(vec![Access::read(object(1))]),
        (0, 1 | 2) | (1, 1) => touching(vec![Access::write(object(3 + thread))]),
        _ if IS_LOCK => touching(vec![Access::acquire(object(2))]),
        _ => touching(vec![Access::write(object(2))]),
    }
}

#[test]
fn surw_is_uniform_over_the_orders_of_the_steps_that_touch_one_object_wherever_it_is() {
    let courses: [[Touches; 3]; 2] = [
        [apart::<0, false>, apart::<1, false>, apart::<4, false>],
        [apart::<2, true>, apart::<0, true>, apart::<3, true>],
    ];
    for course in courses {
        let mut search = Sample::new(Method::Surw, 5, 0..4001);
        let mut orders = Vec::new();
        for touches in course.into_iter().cycle() {
            if search.new_execution().is_none() {
                break;
            }
            let toy = Toy {
                marker: |thread, step| [10, 20][thread] + step,
                touches,
                ..Toy::new(&[5, 4])
            };
            let mut passed = [0, 0];
            let touches_it = |thread: &usize| {
                passed[*thread] += 1;
                passed[*thread] > [3, 2][*thread]
            };
            let (order, _) = toy.run(&mut search);
            orders.push(order.into_iter().filter(touches_it).collect::<Vec<_>>());
        }
        // Object 2 is the only one that two threads touch and one writes, so it is always selected,
        // but for the first execution, which knows nothing of the program.
        let deviation = deviation(&uniform(&Toy::new(&[2, 2])), &orders[1..]);
        assert!(deviation.abs() < 4.0, "{deviation}");
    }
}

#[test]
fn surw_selects_each_object_and_each_marker_that_declares_nothing_as_often() {
    // Both threads write object 1 in their first step and object 2 in their third, and pass a marker
    // in between that declares nothing.
    let toy = Toy {
        touches: |_, step| {
            let number = usize::try_from(step).unwrap();
            (step != 1).then(|| touching(vec![Access::write(object(number))]))?
        },
        ..Toy::new(&[3, 3])
    };
    let mut search = Sample::new(Method::Surw, 6, 0..6000);
    let mut selected = BTreeMap::new();
    while search.new_execution().is_some() {
        let text = format!("{:?}", search.draw);
        let mut kinds = ["All", "Marker", "Object"].into_iter();
        let kind = kinds.find(|it| text.contains(&format!("selected: {it}")));
        *selected.entry(kind.unwrap()).or_insert(0) += 1;
        toy.run(&mut search);
    }
    // A third of 5999 is 2000, with a standard deviation of 37.
    assert_eq!(selected["All"], 1);
    assert!((1850..2150).contains(&selected["Marker"]), "{selected:?}");
}
