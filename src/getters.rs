//! Public methods that only return a field.

/// Writes a method for each field listed, named after it: it returns the field by reference (`&`)
/// or by value (`copy`).
macro_rules! getters {
    (@type & $value:ty) => { &$value };
    (@type copy $value:ty) => { $value };
    (@field & $field:expr) => { &$field };
    (@field copy $field:expr) => { $field };
    ($type:ty { $($(#[$doc:meta])* $field:ident: $by:tt $value:ty,)* }) => {
        impl $type {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $field(&self) -> $crate::getters::getters!(@type $by $value) {
                    $crate::getters::getters!(@field $by self.$field)
                }
            )*
        }
    };
}

pub(crate) use getters;
