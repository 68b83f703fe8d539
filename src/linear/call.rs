//! An operation that was called, as those see it who look for an order.

use super::Spec;

/// When something took place: the number of the step, and of the event.
pub(super) type Moment = (usize, usize);

/// An operation that was called.
pub(super) struct Call<'a, S: Spec> {
    /// Who has called it: calls of one client come one after the other.
    pub(super) client: usize,
    pub(super) op: &'a S::Op,
    /// What it returned, and when. An operation that has not returned may have taken effect or not.
    pub(super) ret: Option<(&'a S::Ret, Moment)>,
    pub(super) invoked: Moment,
}

#[allow(
    clippy::expl_impl_clone_on_copy,
    reason = "a derive would ask for `S: Copy`"
)]
impl<S: Spec> Clone for Call<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Spec> Copy for Call<'_, S> {}

impl<S: Spec> Call<'_, S> {
    pub(super) fn returned(&self) -> Option<Moment> {
        self.ret.map(|(_, moment)| moment)
    }

    /// The same, before it returned.
    pub(super) fn unreturned(self) -> Self {
        Call { ret: None, ..self }
    }

    /// Makes `state` what it is after this operation. Nothing if it returned something else than it would there.
    pub(super) fn apply_to(&self, state: &S) -> Option<S> {
        let mut next = state.clone();
        let returns = next.apply(self.op);
        let fits = self.ret.is_none_or(|(ret, _)| *ret == returns);
        fits.then_some(next)
    }
}

/// An order of some calls, and why it cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Nearest {
    /// The longest order that was found, by the numbers of the calls.
    pub(super) order: Vec<usize>,
    /// A call that has to come next, and what it would return there.
    pub(super) unexplained: usize,
    pub(super) instead: String,
}

impl Nearest {
    /// `unexplained` would have to come next where `order` has led to `state`.
    pub(super) fn new<S: Spec>(
        order: Vec<usize>,
        unexplained: usize,
        state: &S,
        calls: &[Call<'_, S>],
    ) -> Self {
        let returns = state.clone().apply(calls[unexplained].op);
        Nearest {
            order,
            unexplained,
            instead: format!("{returns:?}"),
        }
    }

    /// As it is among calls of which these are some.
    pub(super) fn among(mut self, numbers: &[usize]) -> Self {
        let order = self.order.iter_mut();
        order.for_each(|number| *number = numbers[*number]);
        self.unexplained = numbers[self.unexplained];
        self
    }
}
