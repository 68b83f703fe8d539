//! An item's tokens, one after the other.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// Calls `visit` with every token and delimiter, in order, and the sign that it is.
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
            // Another macro gave it the place of more than itself.
            _ if token.span().start().line != token.span().end().line => {}
            TokenTree::Punct(punct) => visit(punct.span(), Some(punct.as_char())),
            TokenTree::Ident(ident) => visit(ident.span(), None),
        }
    }
}

/// Whether a token does not stand in the source where it says it does.
pub(crate) fn is_synthetic(token: &TokenTree) -> bool {
    match (token.span().source_text(), token) {
        // Such a group holds what a `macro_rules!` macro was given; look at that.
        (_, TokenTree::Group(group)) => {
            let first = group.stream().into_iter().next();
            group.delimiter() == Delimiter::None && first.as_ref().is_some_and(is_synthetic)
        }
        // A macro may have renamed it in place, as `async_trait` makes `self` into `__self`.
        (Some(text), TokenTree::Ident(ident)) => {
            ident.to_string().trim_start_matches('_') != text.trim_start_matches('_')
        }
        (Some(text), TokenTree::Punct(punct)) => !text.starts_with(punct.as_char()),
        (Some(_), TokenTree::Literal(_)) => false,
        (None, _) => true,
    }
}
