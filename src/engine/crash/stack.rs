//! A stack on which the end of the process is told. That of a handler has a few kilobytes, and that of a
//! fiber may be full.

#![allow(unsafe_code)]

use std::sync::OnceLock;

use corosensei::on_stack;
use corosensei::stack::{DefaultStack, Stack, StackPointer};

/// In bytes. Without optimization it takes a tenth of this.
const SIZE: usize = 256 << 10;

static ENDS: OnceLock<Ends> = OnceLock::new();

/// The ends of a stack that is never freed.
#[derive(Debug, Clone, Copy)]
struct Ends {
    base: StackPointer,
    limit: StackPointer,
}

// SAFETY: they are those of a stack with a guard page.
unsafe impl Stack for Ends {
    fn base(&self) -> StackPointer {
        self.base
    }

    fn limit(&self) -> StackPointer {
        self.limit
    }
}

/// Makes the stack; without memory for it, nothing will be told.
pub(super) fn prepare() {
    if let Ok(stack) = DefaultStack::new(SIZE) {
        let (base, limit) = (stack.base(), stack.limit());
        std::mem::forget(stack);
        ENDS.get_or_init(|| Ends { base, limit });
    }
}

/// Runs `body` on that stack, if there is one.
///
/// # Safety
///
/// Nothing else may run on it.
pub(super) unsafe fn on_reserved(body: impl FnOnce()) {
    if let Some(ends) = ENDS.get() {
        on_stack(*ends, body);
    }
}
