//! The attribute behind `interlace::trace`. Use it through the `interlace` crate.

use proc_macro::TokenStream;

/// Turns comments `// interlace: <name>` into markers; documented as `interlace::trace`.
#[proc_macro_attribute]
pub fn trace(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}
