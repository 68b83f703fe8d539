//! Attributes that do to a function what those of other crates do, for tests of
//! `interlace::trace` below them.

use proc_macro::{Delimiter, Group, Span, TokenStream, TokenTree};

/// Puts the body into a closure, as `#[tokio::test]` puts it into an async block.
#[proc_macro_attribute]
pub fn wrap(_: TokenStream, item: TokenStream) -> TokenStream {
    with_body(item, |body| {
        let mut tokens = made("let run = ||");
        tokens.extend([TokenTree::Group(body)]);
        tokens.extend(made("; run()"));
        tokens
    })
}

/// Puts a statement before those of the body, as `#[async_trait]` does.
#[proc_macro_attribute]
pub fn flatten(_: TokenStream, item: TokenStream) -> TokenStream {
    with_body(item, |body| {
        let mut tokens = made("let _before = 1;");
        tokens.extend(body.stream());
        tokens
    })
}

/// Makes everything look as if the macro had written it.
#[proc_macro_attribute]
pub fn remake(_: TokenStream, item: TokenStream) -> TokenStream {
    remade(item)
}

fn with_body(item: TokenStream, change: impl Fn(Group) -> TokenStream) -> TokenStream {
    let mut tokens: Vec<_> = item.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.pop() {
        tokens.push(Group::new(Delimiter::Brace, change(body)).into());
    }
    tokens.into_iter().collect()
}

fn made(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

fn remade(tokens: TokenStream) -> TokenStream {
    let each = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), remade(group.stream())).into();
        }
        token.set_span(Span::call_site());
        token
    };
    tokens.into_iter().map(each).collect()
}
