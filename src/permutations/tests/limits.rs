//! Numbers near and beyond the largest `u128`.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::counts::Counts;
use super::super::{all, count, draw, nth, rank};
use super::named;
use crate::error::{Error, ErrorKind};
use crate::schedule::Schedule;

/// Returns the schedule that comes last: the threads one after the other, backwards.
fn last(sizes: &[usize]) -> Schedule {
    let backwards = named(sizes).into_iter().rev();
    all(backwards)
        .next()
        .expect("there is one schedule at least")
}

/// Found by a search of all sizes: no multinomial coefficient lies between these two and 2^128.
/// The first is smaller by a factor of 0.99999, the second larger by one of 1.00002.
#[test]
fn a_number_is_exact_up_to_the_last_that_fits_and_refused_beyond() {
    let number = 340_279_629_094_080_851_502_208_596_513_051_052_800;
    assert_eq!(count(named(&[34, 20, 10, 7, 1, 1])), Ok(number));
    // Here the last factor is 73/20, and the product with 73 does not fit.
    assert_eq!(count(named(&[1, 1, 7, 10, 34, 20])), Ok(number));

    let above = named(&[84, 7, 7, 7, 1, 1, 1, 1]);
    let error = count(above).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManySchedules);
    assert!(
        error
            .to_string()
            .contains("more schedules than a u128 can count")
    );
}

#[test]
fn the_last_of_nearly_too_many_schedules_has_the_last_number() {
    let sizes = [1, 34, 7, 20, 10, 1];
    let number = count(named(&sizes)).unwrap();
    assert_eq!(rank(named(&sizes), &last(&sizes)), Ok(number - 1));
    assert_eq!(nth(named(&sizes), number - 1), Some(last(&sizes)));
    assert_eq!(nth(named(&sizes), number), None);
}

#[test]
fn a_rank_that_does_not_fit_is_refused() {
    let sizes = [66, 66];
    let error = rank(named(&sizes), &last(&sizes)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManySchedules);
    assert!(
        error
            .to_string()
            .contains("more schedules stand before this one")
    );
}

#[test]
fn every_number_has_a_schedule_where_there_are_too_many_to_count() {
    for sizes in [&[66, 66][..], &[3, 200, 200], &[1; 100]] {
        for n in [0, 1, u128::from(u64::MAX), u128::MAX - 1, u128::MAX] {
            let schedule = nth(named(sizes), n).expect("there are more than u128::MAX");
            assert_eq!(rank(named(sizes), &schedule), Ok(n), "{sizes:?}");
        }
    }
}

#[test]
fn the_iterator_needs_no_number() {
    let sizes = [50; 50];
    let mut schedules = all(named(&sizes));
    assert_eq!(schedules.size_hint(), (usize::MAX, None));
    for n in 0..100 {
        assert_eq!(schedules.next(), nth(named(&sizes), n));
    }
}

#[test]
fn a_schedule_is_drawn_where_there_are_too_many_to_count() {
    let schedule = draw(named(&[1000, 1000, 1000]), 0);
    assert_eq!(schedule.len(), 3000);
    let kind = |error: Error| error.kind();
    let rank = rank(named(&[1000, 1000, 1000]), &schedule).map_err(kind);
    assert_eq!(rank, Err(ErrorKind::TooManySchedules), "it is a legal one");
}

proptest! {
    /// Each order begins with some thread, so the numbers of those that begin with each add up to
    /// the whole, or overflow where it does. By induction this proves every number.
    #[test]
    fn a_number_is_the_sum_over_the_first_turns(sizes in vec(0..60_usize, 1..7)) {
        prop_assume!(sizes.iter().any(|&size| size > 0));
        let counts = |sizes: &[usize]| sizes.iter().copied().collect::<Counts>();
        let mut begun = (0..sizes.len()).filter(|&thread| sizes[thread] > 0).map(|thread| {
            let mut left = sizes.clone();
            left[thread] -= 1;
            counts(&left).orders()
        });
        let sum = begun.try_fold(0_u128, |sum, orders| sum.checked_add(orders?));
        prop_assert_eq!(counts(&sizes).orders(), sum);
    }

    #[test]
    fn rank_is_the_inverse_of_nth(sizes in vec(0..30_usize, 0..7), n: u128) {
        let n = n % count(named(&sizes)).unwrap_or(u128::MAX);
        let schedule = nth(named(&sizes), n).expect("n is small enough");
        prop_assert_eq!(rank(named(&sizes), &schedule), Ok(n));
    }

    #[test]
    fn nth_is_the_inverse_of_rank(sizes in vec(0..12_usize, 0..5), seed: u64) {
        let schedule = draw(named(&sizes), seed);
        let n = rank(named(&sizes), &schedule).expect("44 markers have few enough schedules");
        prop_assert_eq!(nth(named(&sizes), n), Some(schedule));
    }
}
