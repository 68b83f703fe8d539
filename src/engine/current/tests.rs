//! A controller that is counted.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::*;
use crate::error::Error;

struct Counted(#[allow(dead_code, reason = "counts the instances")] Arc<()>);
impl Controller for Counted {
    fn pause(&self, _: YieldReason) -> Option<Grant> {
        None
    }
    fn introduce(&self, _: Option<&str>) -> Option<Grant> {
        None
    }
    fn withdraw(&self) {}
    fn waker(&self) -> Waker {
        Waker::noop().clone()
    }
    fn with_core(&self, _: &mut dyn FnMut(&mut ExecutionCore, ThreadId)) {}
    fn leave(&self) {}
    fn settle(&self) {}
    fn take_process_lock(&self) {}
    fn is_cancelled(&self) -> bool {
        false
    }
    fn fail(&self, _: Error) {}
    fn spawn(&self, _: NewThread<'_>) -> Result<Started, Error> {
        unreachable!("nothing is started here")
    }
}

#[test]
fn a_thread_has_no_controller_after_a_panic_under_one() {
    let count = Arc::new(());
    let controller = Box::new(Counted(Arc::clone(&count)));
    let panics = AssertUnwindSafe(|| under(controller, || panic!("at once")));
    catch_unwind(panics).unwrap_err();
    assert!(CONTROLLER.with_borrow(|controller| controller.is_none()));
    assert_eq!(Arc::strong_count(&count), 1);
}
