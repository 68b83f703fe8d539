//! The attribute behind `interlace::trace`. Use it through the `interlace` crate.
//!
//! `args` reads the attribute's arguments; `lexer` and `source` find the comments in the item's
//! source text; `marker` reads what they say, and `place` says which bytes
//! a place has; `walk` lists what can be gated and, with
//! `evaluation`, what runs too late for that; `placement` finds what each comment gates; `inject`
//! writes the markers; and `expand` joins these. After a mistake, `fallback` leaves the item as it
//! was.

mod args;
mod evaluation;
mod expand;
mod fallback;
mod inject;
mod lexer;
mod marker;
mod name;
mod node;
mod place;
mod placement;
mod position;
mod source;
mod text;
mod walk;

use proc_macro::TokenStream;

/// Turns comments `// interlace: <name>` into markers; documented as `interlace::trace`.
#[proc_macro_attribute]
pub fn trace(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(arguments.into(), item.into()).into()
}

/// Checks the name given to `interlace::marker!`, and expands to it.
#[doc(hidden)]
#[proc_macro]
pub fn marker_name(literal: TokenStream) -> TokenStream {
    name::literal(literal.into())
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}

/// Adds a place to what an `interlace::marker!` declares.
#[doc(hidden)]
#[proc_macro]
pub fn marker_place(place: TokenStream) -> TokenStream {
    place::of_macro(place.into())
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
