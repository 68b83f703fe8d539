//! The expansion when something is wrong: the item itself, and the errors.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Error;

/// Adds the errors to the unchanged `item`, so that one mistake gives one message.
pub(crate) fn with_errors(item: TokenStream, errors: &Error) -> TokenStream {
    let mut output = item;
    output.extend(errors.to_compile_error());
    output
}

/// Makes an error that points at everything between the two spans.
pub(crate) fn error_between(from: Span, to: Span, message: impl std::fmt::Display) -> Error {
    let from = quote_spanned!(from=> x);
    let to = quote_spanned!(to=> x);
    Error::new_spanned(quote!(#from #to), message)
}

/// Joins the errors in order; `Ok` if there are none.
pub(crate) fn all(errors: impl IntoIterator<Item = Error>) -> Result<(), Error> {
    let joined = errors.into_iter().reduce(|mut all, next| {
        all.combine(next);
        all
    });
    joined.map_or(Ok(()), Err)
}
