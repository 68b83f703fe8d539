//! The order in which the parts of an expression are evaluated.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Expr, ExprArray, ExprAwait, ExprBinary, ExprCall, ExprField, ExprForLoop, ExprIf, ExprIndex,
    ExprMethodCall, ExprRange, ExprTuple, ExprWhile,
};

/// The part of `expr` that is evaluated only after another part that is not inert.
pub(crate) fn later(expr: &Expr) -> TokenStream {
    let tokens = || expr.to_token_stream().into_iter();
    match expr {
        Expr::Await(ExprAwait { base: first, .. })
        | Expr::Binary(ExprBinary { left: first, .. })
        | Expr::Call(ExprCall { func: first, .. })
        | Expr::Field(ExprField { base: first, .. })
        | Expr::Index(ExprIndex { expr: first, .. })
        | Expr::MethodCall(ExprMethodCall {
            receiver: first, ..
        })
        | Expr::Range(ExprRange {
            start: Some(first), ..
        }) if !is_inert(first) => {
            let length = first.to_token_stream().into_iter().count();
            tokens().skip(length).collect()
        }
        Expr::Array(ExprArray { elems: list, .. })
        | Expr::Tuple(ExprTuple { elems: list, .. })
        | Expr::Call(ExprCall { args: list, .. })
        | Expr::MethodCall(ExprMethodCall { args: list, .. }) => {
            after_first(list.iter().map(|it| (it, it.to_token_stream())))
        }
        Expr::Struct(it) => {
            let fields = it.fields.iter().map(|f| (&f.expr, f.to_token_stream()));
            let dots = &it.dot2_token;
            let rest = it.rest.iter().map(|rest| (&**rest, quote!(#dots #rest)));
            after_first(fields.chain(rest))
        }
        // An assignment evaluates its right side first.
        Expr::Assign(it) if !is_inert(&it.right) && !is_inert(&it.left) => {
            it.left.to_token_stream()
        }
        Expr::If(ExprIf {
            then_branch: body, ..
        })
        | Expr::While(ExprWhile { body, .. })
        | Expr::ForLoop(ExprForLoop { body, .. }) => body.to_token_stream(),
        Expr::Match(_) => tokens().last().into_iter().collect(),
        _ => TokenStream::new(),
    }
}

fn after_first<'a>(parts: impl Iterator<Item = (&'a Expr, TokenStream)>) -> TokenStream {
    let rest = parts.skip_while(|(part, _)| is_inert(part)).skip(1);
    rest.map(|(_, tokens)| tokens).collect()
}

/// Whether no other thread can notice when `expr` is evaluated, nor change what it gives: names,
/// literals and fields, and code that only runs later.
fn is_inert(expr: &Expr) -> bool {
    matches!(expr, Expr::Async(_) | Expr::Closure(_)) || calls_nothing(expr.to_token_stream())
}

fn calls_nothing(tokens: TokenStream) -> bool {
    tokens.into_iter().all(|token| match token {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Bracket | Delimiter::None => calls_nothing(group.stream()),
            Delimiter::Brace | Delimiter::Parenthesis => false,
        },
        TokenTree::Punct(sign) => !matches!(sign.as_char(), '*' | '?' | '!'),
        TokenTree::Ident(name) => name != "await",
        TokenTree::Literal(_) => true,
    })
}
