//! How often executions were run once more.

/// How often executions were run once more; 0 in reports of earlier versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RepeatCount(pub(crate) u64);
