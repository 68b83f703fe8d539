//! Samplers that know what the steps touch.

use super::*;
use crate::operation::{Access, Footprint, Object};

/// A marker that declares these accesses.
fn touching(accesses: Vec<Access>) -> Option<Footprint> {
    Some(Footprint {
        accesses,
        locks: Vec::new(),
    })
}

fn object(number: usize) -> Object {
    Object::Memory(8 * number..8 * number + 8)
}

/// Two steps each, at markers of their own or all at the same.
fn two_by_two(is_same_marker: bool, touches: fn(usize, u32) -> Option<Footprint>) -> Toy<'static> {
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
    let touches: [fn(usize, u32) -> Option<Footprint>; 3] = [
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
        |_, _| {
            Some(Footprint {
                accesses: Vec::new(),
                locks: vec![object(1)],
            })
        },
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
    let touches: [fn(usize, u32) -> Option<Footprint>; 3] = [
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
    let one_knows: fn(usize, u32) -> Option<Footprint> =
        |thread, _| (thread == 0).then(Footprint::default);
    let toy = two_by_two(true, one_knows);
    let sample = drawn(&toy, Method::Pos, 2, 600);
    let deviation = deviation(&walk(&toy), &sample);
    assert!(deviation.abs() < 4.0, "{deviation}");
    let sample = drawn(&two_by_two(false, one_knows), Method::Pos, 1, 6000);
    let serial = sample.iter().filter(|order| **order == [0, 0, 1, 1]);
    let serial = serial.count();
    assert!((1850..2150).contains(&serial), "{serial}");
}
