//! The views that serial orders of the threads produce, and which are most similar to another.

use std::collections::BTreeMap;

use crate::getters::getters;

/// The views that a program's serial orders produce.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SerialViews {
    /// Each view with the first order that produces it, as thread numbers.
    orders: BTreeMap<String, Vec<usize>>,
}

/// A serial order of a program's threads, and the view that it produces.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
/// use interlace::{Explorer, FailureKind, marker};
///
/// let increment = |value: &AtomicU32| {
///     marker!("read");
///     let read = value.load(SeqCst);
///     marker!("write");
///     value.store(read + 1, SeqCst);
/// };
/// let report = Explorer::new(AtomicU32::default)
///     .thread("a", increment)
///     .thread("b", increment)
///     .serializable(|value| value.load(SeqCst))
///     .explore();
/// let FailureKind::NotSerializable(failure) = report.assert_fails().kind() else {
///     panic!("serializable");
/// };
/// let nearest = failure.nearest();
/// assert_eq!(failure.view(), "1");
/// assert_eq!((nearest[0].view(), nearest[0].threads()), ("2", &["a".into(), "b".into()][..]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialOrder {
    pub(crate) threads: Vec<String>,
    pub(crate) view: String,
}

getters! { SerialOrder {
    /// Returns the names of the threads, in the order in which they ran.
    threads: &[String],
    /// Returns the `Debug` text of the view after the last thread.
    view: &str,
} }

/// Comparing two texts takes time proportional to the product of their lengths. This bounds the sum
/// of those products.
const MAX_WORK: usize = 10_000_000;

impl SerialViews {
    /// Records the view that an order produces.
    pub(crate) fn add(&mut self, view: String, order: Vec<usize>) {
        self.orders.entry(view).or_insert(order);
    }

    pub(crate) fn contain(&self, view: &str) -> bool {
        self.orders.contains_key(view)
    }

    /// The `count` orders whose views are nearest to `view` by edit distance (V. Levenshtein,
    /// 1966). Only the beginnings of very long views are compared.
    pub(crate) fn nearest<N: ToString>(
        &self,
        view: &str,
        count: usize,
        names: &[N],
    ) -> Vec<SerialOrder> {
        let length = (MAX_WORK / self.orders.len().max(1)).isqrt();
        let head = |text: &str| text.chars().take(length).collect::<String>();
        let own = head(view);
        let mut orders: Vec<_> = self.orders.iter().collect();
        orders.sort_by_cached_key(|(view, _)| strsim::levenshtein(&own, &head(view)));
        let nearest = orders.into_iter().take(count);
        nearest
            .map(|(view, order)| SerialOrder {
                threads: order
                    .iter()
                    .map(|&thread| names[thread].to_string())
                    .collect(),
                view: view.clone(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_that_of_the_first_order_that_gives_it() {
        let mut views = SerialViews::default();
        views.add("2".to_owned(), vec![0, 1]);
        views.add("2".to_owned(), vec![1, 0]);
        assert!(views.contain("2") && !views.contain("1"));
        let names = ["a".to_owned(), "b".to_owned()];
        let nearest = views.nearest("1", 3, &names);
        assert_eq!(nearest.len(), 1);
        assert_eq!((nearest[0].view(), nearest[0].threads()), ("2", &names[..]));
    }

    #[test]
    fn the_nearest_views_differ_in_the_fewest_characters_and_equals_are_sorted() {
        let mut views = SerialViews::default();
        for view in ["(90, 9)", "(80, 120)", "(81, 110)", "(80, 110)"] {
            views.add(view.to_owned(), Vec::new());
        }
        let nearest = |view: &str| {
            let nearest = views.nearest::<String>(view, 3, &[]).into_iter();
            nearest.map(|order| order.view).collect::<Vec<_>>()
        };
        // One character differs from (80, 110) and from (80, 120), two from (81, 110).
        let expected = ["(80, 110)", "(80, 120)", "(81, 110)"];
        assert_eq!(nearest("(80, 130)"), expected);
        assert_eq!(nearest("(90, 91)")[0], "(90, 9)");
    }

    #[test]
    fn long_views_are_compared_by_their_beginnings() {
        let mut views = SerialViews::default();
        let long = |first: char| format!("{first}{}", "x".repeat(1_000_000));
        views.add(long('b'), vec![0]);
        views.add(long('a'), vec![1]);
        let nearest = views.nearest(&long('b'), 1, &["t".to_owned(), "u".to_owned()]);
        assert_eq!(nearest[0].threads(), ["t"]);
    }
}
