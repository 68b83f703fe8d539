//! What executions may end in: the allowed outcomes, and the views of serial orders. These are
//! texts only; whoever runs the program fills them in.

use std::sync::{Arc, OnceLock};

use itertools::Itertools as _;

use crate::failure::{FailureKind, NotSerializable, OutcomeNotAllowed, SerialViews};

/// What is required of the ends of a program's executions.
#[derive(Debug, Default)]
pub(crate) struct Oracles {
    /// The allowed outcomes, in the order given.
    allowed: Option<Arc<[String]>>,
    /// The views of the serial orders, once they have been run.
    serial: Option<OnceLock<Arc<SerialViews>>>,
}

impl Oracles {
    pub(crate) fn allow(&mut self, outcomes: impl IntoIterator<Item = String>) {
        let before = self.allowed().to_vec();
        let all = before.into_iter().chain(outcomes).unique();
        self.allowed = Some(all.collect());
    }

    pub(crate) fn ask_for_serial_views(&mut self) {
        self.serial = Some(OnceLock::new());
    }

    pub(crate) fn are_used(&self) -> bool {
        self.allowed.is_some() || self.serial.is_some()
    }

    /// Whether only some outcomes are allowed.
    pub(crate) fn limit_outcomes(&self) -> bool {
        self.allowed.is_some()
    }

    /// The allowed outcomes; empty if all are.
    pub(crate) fn allowed(&self) -> &[String] {
        self.allowed.as_deref().unwrap_or_default()
    }

    /// Whether the serial orders are still to be run.
    pub(crate) fn want_serial_views(&self) -> bool {
        self.serial.as_ref().is_some_and(|it| it.get().is_none())
    }

    pub(crate) fn set_serial_views(&self, views: SerialViews) {
        if let Some(serial) = &self.serial {
            serial.get_or_init(|| Arc::new(views));
        }
    }

    /// What is wrong with the end of an execution, if anything is.
    pub(crate) fn judge(
        &self,
        outcome: Option<&str>,
        view: impl FnOnce() -> Option<String>,
    ) -> Option<FailureKind> {
        if let (Some(allowed), Some(outcome)) = (&self.allowed, outcome)
            && !allowed.iter().any(|allowed| allowed == outcome)
        {
            return Some(FailureKind::OutcomeNotAllowed(OutcomeNotAllowed {
                outcome: outcome.to_owned(),
                allowed: Arc::clone(allowed),
            }));
        }
        let serial = self.serial.as_ref()?.get()?;
        let view = view()?;
        let views = (!serial.contain(&view)).then(|| Arc::clone(serial))?;
        Some(FailureKind::NotSerializable(NotSerializable {
            view,
            nearest: Vec::new(),
            views,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn nothing_is_judged_that_was_not_asked_for() {
        let oracles = Oracles::default();
        assert!(!oracles.are_used());
        let judged = oracles.judge(Some("1"), || unreachable!("no view is asked for"));
        assert_eq!(judged, None);
    }

    #[test]
    fn allowed_outcomes_add_up_and_keep_their_order() {
        let mut oracles = Oracles::default();
        oracles.allow(texts(&["2", "1"]));
        oracles.allow(texts(&["1", "0"]));
        assert_eq!(oracles.allowed(), ["2", "1", "0"]);
        assert_eq!(oracles.judge(Some("0"), || None), None);
        let failure = oracles.judge(Some("3"), || None).unwrap();
        let FailureKind::OutcomeNotAllowed(found) = &failure else {
            panic!("{failure:?}");
        };
        assert_eq!((found.outcome(), found.allowed()), ("3", oracles.allowed()));
        assert!(failure.is_like(&oracles.judge(Some("4"), || None).unwrap()));
    }

    #[test]
    fn views_are_judged_once_the_serial_orders_have_been_run() {
        let mut oracles = Oracles::default();
        oracles.ask_for_serial_views();
        assert!(oracles.want_serial_views());
        assert_eq!(oracles.judge(None, || unreachable!("too early")), None);
        let mut views = SerialViews::default();
        views.add("2".to_owned(), vec![0, 1]);
        oracles.set_serial_views(views);
        assert!(!oracles.want_serial_views());
        assert_eq!(oracles.judge(None, || Some("2".to_owned())), None);
        let failure = oracles.judge(None, || Some("1".to_owned())).unwrap();
        assert!(matches!(&failure, FailureKind::NotSerializable(it) if it.view() == "1"));
        oracles.allow(texts(&["a"]));
        let other = oracles.judge(Some("b"), || None).unwrap();
        assert!(!failure.is_like(&other));
    }
}
