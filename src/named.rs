//! Enums whose variants have names in text. Names in use must never change.

/// An enum whose variants have names.
pub(crate) trait Named: Sized + Copy + 'static {
    const ALL: &'static [Self];

    fn name(self) -> &'static str;

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.name() == name)
    }
}

/// Defines an enum whose variants have names.
macro_rules! named {
    ($(#[$about:meta])* $access:vis enum $type:ident {
        $($(#[$about_variant:meta])* $variant:ident = $name:literal,)*
    }) => {
        $(#[$about])*
        $access enum $type {
            $($(#[$about_variant])* $variant,)*
        }

        impl $crate::named::Named for $type {
            const ALL: &'static [Self] = &[$($type::$variant),*];

            fn name(self) -> &'static str {
                match self {
                    $($type::$variant => $name),*
                }
            }
        }
    };
}

/// As [`named`], and implements `Display` with the names.
macro_rules! displayed {
    ($(#[$about:meta])* $access:vis enum $type:ident $variants:tt) => {
        $crate::named::named! { $(#[$about])* $access enum $type $variants }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad($crate::named::Named::name(*self))
            }
        }
    };
}

pub(crate) use {displayed, named};
