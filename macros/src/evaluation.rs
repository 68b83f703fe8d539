//! The order in which the parts of an expression are evaluated.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{BinOp, Expr, UnOp};

/// Whether the operator evaluates its right operand only if the left one does not decide.
pub(crate) fn is_lazy(operator: &BinOp) -> bool {
    matches!(operator, BinOp::And(_) | BinOp::Or(_))
}

/// The part of `expr` before which another part is evaluated that threads could notice.
pub(crate) fn later(expr: &Expr) -> TokenStream {
    if let Some(first) = leading(expr)
        && !is_inert(first)
    {
        let length = first.to_token_stream().into_iter().count();
        return expr.to_token_stream().into_iter().skip(length).collect();
    }
    match expr {
        Expr::Array(array) => after_first(array.elems.iter().map(with_tokens)),
        Expr::Tuple(tuple) => after_first(tuple.elems.iter().map(with_tokens)),
        Expr::Call(call) => after_first(call.args.iter().map(with_tokens)),
        Expr::MethodCall(call) => after_first(call.args.iter().map(with_tokens)),
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
        _ => TokenStream::new(),
    }
}

fn with_tokens(expr: &Expr) -> (&Expr, TokenStream) {
    (expr, expr.to_token_stream())
}

fn after_first<'a>(parts: impl Iterator<Item = (&'a Expr, TokenStream)>) -> TokenStream {
    let noticed = parts.skip_while(|(part, _)| is_inert(part));
    noticed.skip(1).map(|(_, tokens)| tokens).collect()
}

/// The part with which `expr` starts, if it is an operand that is evaluated first.
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

/// Whether no other thread can notice when `expr` is evaluated, nor change what it gives.
fn is_inert(expr: &Expr) -> bool {
    match expr {
        Expr::Async(_) | Expr::Closure(_) | Expr::Lit(_) | Expr::Path(_) => true,
        Expr::Cast(it) => is_inert(&it.expr),
        Expr::Field(it) => is_inert(&it.base),
        Expr::Group(it) => is_inert(&it.expr),
        Expr::Index(it) => is_inert(&it.expr) && is_inert(&it.index),
        Expr::Paren(it) => is_inert(&it.expr),
        Expr::Reference(it) => is_inert(&it.expr),
        Expr::Tuple(it) => it.elems.iter().all(is_inert),
        Expr::Unary(it) => !matches!(it.op, UnOp::Deref(_)) && is_inert(&it.expr),
        _ => false,
    }
}
