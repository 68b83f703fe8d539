//! Rules that tests break on purpose, to see that it is noticed.

/// Writes `is_on`, and in tests `during`, for an enum of wrong variants of rules. In a build without tests all rules
/// hold.
macro_rules! broken_rules {
    ($mutant:ident) => {
        impl $mutant {
            #[cfg(not(test))]
            #[allow(clippy::unused_self, reason = "in tests it is used")]
            #[inline]
            pub(super) const fn is_on(self) -> bool {
                false
            }

            #[cfg(test)]
            pub(super) fn is_on(self) -> bool {
                ON.get() == Some(self)
            }

            /// What `run` returns while the rule is broken, on this thread only.
            #[cfg(test)]
            pub(super) fn during<T>(self, run: impl FnOnce() -> T) -> T {
                ON.set(Some(self));
                let result = run();
                ON.set(None);
                result
            }
        }

        #[cfg(test)]
        thread_local! {
            static ON: std::cell::Cell<Option<$mutant>> = const { std::cell::Cell::new(None) };
        }
    };
}

pub(crate) use broken_rules;
