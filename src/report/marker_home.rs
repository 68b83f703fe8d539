//! Where a marker is to be written, seen from the test that needs it.

use crate::named::named;

named! {
    /// Where a marker is to be written.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) enum Home {
        /// In the test, which has it in its own code.
        Test = "test",
        /// In the same crate, which is built with `cfg(test)`.
        Crate = "crate",
        /// In another crate of the workspace.
        Workspace = "workspace",
        /// In a package of a registry.
        Package = "package",
    }
}
