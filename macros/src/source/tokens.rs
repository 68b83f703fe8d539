//! An item's tokens, flattened.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// Calls `visit` with every token and delimiter, in order, and the character if it is punctuation
/// or a delimiter.
pub(crate) fn flatten(tokens: TokenStream, visit: &mut impl FnMut(Span, Option<char>)) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let signs = match group.delimiter() {
                    Delimiter::Brace => Some(('{', '}')),
                    Delimiter::Parenthesis => Some(('(', ')')),
                    Delimiter::Bracket => Some(('[', ']')),
                    Delimiter::None => None,
                };
                if let Some((open, _)) = signs {
                    visit(group.span_open(), Some(open));
                }
                flatten(group.stream(), visit);
                if let Some((_, close)) = signs {
                    visit(group.span_close(), Some(close));
                }
            }
            TokenTree::Literal(literal) => visit(literal.span(), None),
            // Another macro gave it a span larger than itself.
            _ if token.span().start().line != token.span().end().line => {}
            TokenTree::Punct(punct) => visit(punct.span(), Some(punct.as_char())),
            TokenTree::Ident(ident) => visit(ident.span(), None),
        }
    }
}

/// Whether a token is not in the source at the place of its span.
pub(crate) fn is_synthetic(token: &TokenTree) -> bool {
    match (token.span().source_text(), token) {
        // An undelimited group holds what was passed to a `macro_rules!` macro, so look at that.
        (_, TokenTree::Group(group)) => {
            let first = group.stream().into_iter().next();
            group.delimiter() == Delimiter::None && first.as_ref().is_some_and(is_synthetic)
        }
        // A macro may have renamed it in place, as `async_trait` does with `self` and `__self`.
        (Some(text), TokenTree::Ident(ident)) => {
            ident.to_string().trim_start_matches('_') != text.trim_start_matches('_')
        }
        (Some(text), TokenTree::Punct(punct)) => !text.starts_with(punct.as_char()),
        (Some(_), TokenTree::Literal(_)) => false,
        (None, _) => true,
    }
}
