//! The order in which the parts of an expression are evaluated.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprForLoop, ExprIf, ExprWhile};

/// The part of `expr` that is evaluated after another part whose evaluation other threads could
/// notice.
pub(crate) fn later(expr: &Expr) -> TokenStream {
    let tokens = expr.to_token_stream().into_iter();
    if let Some(first) = leading(expr)
        && !is_inert(first.to_token_stream())
    {
        return tokens
            .skip(first.to_token_stream().into_iter().count())
            .collect();
    }
    match expr {
        Expr::Array(_) | Expr::Call(_) | Expr::MethodCall(_) | Expr::Struct(_) | Expr::Tuple(_) => {
            tokens.last().map_or_else(TokenStream::new, after_first)
        }
        // An assignment evaluates its right side first.
        Expr::Assign(it) if !is_inert(it.right.to_token_stream()) => it.left.to_token_stream(),
        Expr::If(ExprIf {
            then_branch: body, ..
        })
        | Expr::While(ExprWhile { body, .. })
        | Expr::ForLoop(ExprForLoop { body, .. }) => body.to_token_stream(),
        Expr::Match(_) => tokens.last().into_iter().collect(),
        _ => TokenStream::new(),
    }
}

/// The operand with which `expr` starts, if it is evaluated first.
fn leading(expr: &Expr) -> Option<&Expr> {
    Some(match expr {
        Expr::Await(it) => &it.base,
        Expr::Binary(it) => &it.left,
        Expr::Call(it) => &it.func,
        Expr::Field(it) => &it.base,
        Expr::Index(it) => &it.expr,
        Expr::MethodCall(it) => &it.receiver,
        Expr::Range(it) => it.start.as_deref()?,
        _ => return None,
    })
}

/// What follows the first element in the brackets that is not inert.
fn after_first(list: TokenTree) -> TokenStream {
    let mut was_evaluated = false;
    let is_before = |token: &TokenTree| {
        was_evaluated |= !is_inert(token.clone().into());
        !was_evaluated || !matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',')
    };
    match list {
        TokenTree::Group(list) => list.stream().into_iter().skip_while(is_before).collect(),
        _ => TokenStream::new(),
    }
}

/// What follows the first name in the arguments of a macro: only the macro knows when that runs.
pub(crate) fn after_start(arguments: TokenStream) -> TokenStream {
    let is_inert = |token: &_| matches!(token, TokenTree::Literal(_) | TokenTree::Punct(_));
    let mut tokens = arguments.into_iter().skip_while(is_inert);
    match tokens.next() {
        Some(TokenTree::Group(group)) => after_start(group.stream())
            .into_iter()
            .chain(tokens)
            .collect(),
        _ => tokens.collect(),
    }
}

/// Whether no other thread can notice when `tokens` are evaluated, or change their value: they are
/// names, literals, and operators that call nothing.
fn is_inert(tokens: TokenStream) -> bool {
    tokens.into_iter().all(|token| match token {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Bracket | Delimiter::None => is_inert(group.stream()),
            Delimiter::Brace | Delimiter::Parenthesis => false,
        },
        TokenTree::Punct(sign) => !matches!(sign.as_char(), '*' | '?' | '!'),
        TokenTree::Ident(name) => name != "await",
        TokenTree::Literal(_) => true,
    })
}
