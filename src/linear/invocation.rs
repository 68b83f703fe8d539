//! [`Invocation`]: an operation that was called.

use std::fmt::{self, Debug};

use super::Spec;
use super::log::Log;
use crate::engine::{self, Begun, unseen};
use crate::locks::Mutex;

/// An operation that was called and has not returned. Dropped, it never returns: it may have taken effect or not.
///
/// ```
/// # use interlace::linear::{History, Spec};
/// # #[derive(Clone, PartialEq, Eq, Hash, Default)]
/// # struct Count(u32);
/// # impl Spec for Count {
/// #     type Op = ();
/// #     type Ret = u32;
/// #     fn apply(&mut self, (): &()) -> u32 { self.0 += 1; self.0 - 1 }
/// # }
/// let history = History::<Count>::default();
/// drop(history.invoke(()));
/// history.invoke(()).returns(1); // the first has taken effect
/// history.assert_linearizable();
/// ```
#[must_use = "an operation that is not said to return never does"]
pub struct Invocation<'a, S: Spec> {
    log: &'a Mutex<Log<S>>,
    number: usize,
    begun: Option<Begun>,
}

impl<'a, S: Spec> Invocation<'a, S> {
    /// The calling thread calls an operation, or the client of this name does.
    pub(super) fn begin(log: &'a Mutex<Log<S>>, client: Option<&str>, op: S::Op) -> Self {
        let begun = engine::begin_operation();
        let number = unseen(|| log.lock().call(client, begun, op));
        Invocation { log, number, begun }
    }

    /// Records that the operation returns.
    pub fn returns(mut self, ret: S::Ret) {
        let steps = self.begun.take().and_then(engine::end_operation);
        unseen(|| {
            let mut log = self.log.lock();
            if let Some([first, _]) = steps {
                log.begins(self.number, first);
            }
            log.returns(self.number, ret, steps.map(|[_, last]| last));
        });
    }
}

impl<S: Spec> Drop for Invocation<'_, S> {
    fn drop(&mut self) {
        if let Some(first) = self.begun.take().and_then(engine::began) {
            unseen(|| self.log.lock().begins(self.number, first));
        }
    }
}

impl<S: Spec> Debug for Invocation<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Invocation");
        shown.field("number", &self.number).finish_non_exhaustive()
    }
}
