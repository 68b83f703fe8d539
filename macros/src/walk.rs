//! Visits everything in an item that can be gated, always in the same order.
//!
//! The same walk is done twice: to list the nodes, and to write the markers into those that
//! comments gate. A node's number is its index in the list.

use std::collections::HashMap;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, BinOp, Block, Expr, ExprClosure, ExprIf, Item, ItemFn, Local, Macro, MacroDelimiter,
    PatGuard, Signature, Stmt,
};

use crate::evaluation::{after_start, later};
use crate::inject::Gate;
use crate::node::{Kind, Node};
use crate::source::Source;

/// Lists the nodes of `item`.
pub(crate) fn nodes(item: &mut Item, source: &Source) -> Vec<Node> {
    let mut walk = Walk {
        listing: Some((source, Vec::new())),
        ..Walk::default()
    };
    walk.visit_item_mut(item);
    walk.listing.map_or_else(Vec::new, |(_, nodes)| nodes)
}

/// Writes each gate into the node of its number.
pub(crate) fn write(item: &mut Item, gates: HashMap<usize, Gate>) {
    let mut walk = Walk {
        gates,
        ..Walk::default()
    };
    walk.visit_item_mut(item);
}

#[derive(Default)]
struct Walk<'a> {
    count: usize,
    listing: Option<(&'a Source, Vec<Node>)>,
    gates: HashMap<usize, Gate>,
}

impl Walk<'_> {
    /// Numbers a node; returns its gate if this walk writes one there.
    fn node(&mut self, kind: Kind, tokens: &impl ToTokens) -> Option<Gate> {
        let number = self.count;
        self.count += 1;
        if let Some((source, nodes)) = &mut self.listing {
            nodes.push(Node::new(kind, tokens.to_token_stream(), source));
        }
        self.gates.remove(&number)
    }

    fn statement(&mut self, statement: &Stmt) -> Option<Gate> {
        match statement {
            Stmt::Item(_) => self.node(Kind::Item, statement),
            // A loop with a header has its own kind of node.
            Stmt::Expr(expr, _) if is_loop_with_header(expr) => None,
            _ => self.node(Kind::Statement, statement),
        }
    }

    /// Visits an `else`, in which `branch` is a block or another `if`.
    fn alternative(&mut self, tokens: &impl ToTokens, branch: &mut Expr) {
        let kind = match branch {
            Expr::If(_) => Kind::ElseIf,
            Expr::Block(block) if block.block.stmts.is_empty() => Kind::EmptyElse,
            _ => Kind::Else,
        };
        let gate = self.node(kind, &quote!(#tokens #branch));
        self.visit_expr_mut(branch);
        if let Some(gate) = gate {
            gate.before_body(branch);
        }
    }

    fn braces(&mut self, tokens: TokenStream) {
        for token in tokens {
            match &token {
                TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
                    self.braces(group.stream());
                }
                TokenTree::Group(_) => _ = self.node(Kind::MacroBraces, &token),
                _ => {}
            }
        }
    }

    /// Visits the body of a function, which can pause only at run time.
    fn function(&mut self, signature: &Signature, body: &mut Block) {
        if signature.constness.is_some() {
            self.node(Kind::Const, body);
        } else {
            self.visit_block_mut(body);
        }
    }
}

impl VisitMut for Walk<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let mut gated = Vec::with_capacity(block.stmts.len());
        for mut statement in std::mem::take(&mut block.stmts) {
            let gate = self.statement(&statement);
            self.visit_stmt_mut(&mut statement);
            gated.extend(gate.map(|gate| gate.before_statement(&statement)));
            gated.push(statement);
        }
        block.stmts = gated;
    }

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        let gate = self.node(Kind::Arm, arm);
        visit_mut::visit_arm_mut(self, arm);
        if let Some(gate) = gate {
            gate.before_body(&mut arm.body);
        }
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        let gate = self.node(Kind::Closure, closure);
        visit_mut::visit_expr_closure_mut(self, closure);
        if let Some(gate) = gate {
            gate.before_body(&mut closure.body);
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let later = later(expr);
        if !later.is_empty() {
            self.node(Kind::Later, &later);
        }
        let gate = match expr {
            Expr::Async(_) => self.node(Kind::Closure, expr),
            Expr::Binary(lazy) if matches!(lazy.op, BinOp::And(_) | BinOp::Or(_)) => {
                self.node(Kind::Operand, &lazy.right)
            }
            Expr::While(_) => self.node(Kind::While, expr),
            Expr::ForLoop(_) => self.node(Kind::For, expr),
            Expr::Const(_) => {
                self.node(Kind::Const, expr);
                return;
            }
            _ => None,
        };
        visit_mut::visit_expr_mut(self, expr);
        if let Some(gate) = gate {
            gate.inside(expr);
        }
    }

    fn visit_expr_if_mut(&mut self, branch: &mut ExprIf) {
        self.visit_expr_mut(&mut branch.cond);
        self.visit_block_mut(&mut branch.then_branch);
        if let Some((token, alternative)) = &mut branch.else_branch {
            self.alternative(token, alternative);
        }
    }

    fn visit_pat_guard_mut(&mut self, pattern: &mut PatGuard) {
        let (if_token, guard) = (&pattern.if_token, &pattern.guard);
        self.node(Kind::Guard, &quote!(#if_token #guard));
        visit_mut::visit_pat_guard_mut(self, pattern);
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        let Some(init) = &mut local.init else {
            return;
        };
        self.visit_expr_mut(&mut init.expr);
        if let Some((token, alternative)) = &mut init.diverge {
            self.alternative(token, alternative);
        }
    }

    fn visit_macro_mut(&mut self, call: &mut Macro) {
        if !matches!(call.delimiter, MacroDelimiter::Brace(_)) {
            self.node(Kind::Later, &after_start(call.tokens.clone()));
        }
        self.braces(call.to_token_stream());
    }

    fn visit_item_fn_mut(&mut self, function: &mut ItemFn) {
        self.function(&function.sig, &mut function.block);
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
        self.function(&function.sig, &mut function.block);
    }

    fn visit_trait_item_fn_mut(&mut self, function: &mut syn::TraitItemFn) {
        if let Some(body) = &mut function.default {
            self.function(&function.sig, body);
        }
    }

    // These hold code that runs at compile time.
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
    fn visit_generics_mut(&mut self, _: &mut syn::Generics) {}
    fn visit_generic_argument_mut(&mut self, _: &mut syn::GenericArgument) {}
    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
    fn visit_item_const_mut(&mut self, _: &mut syn::ItemConst) {}
    fn visit_item_static_mut(&mut self, _: &mut syn::ItemStatic) {}
    fn visit_item_enum_mut(&mut self, _: &mut syn::ItemEnum) {}
    fn visit_impl_item_const_mut(&mut self, _: &mut syn::ImplItemConst) {}
    fn visit_trait_item_const_mut(&mut self, _: &mut syn::TraitItemConst) {}
    fn visit_expr_repeat_mut(&mut self, array: &mut syn::ExprRepeat) {
        self.visit_expr_mut(&mut array.expr);
    }
}

/// Whether `expr` is a `while` or `for`, perhaps in the invisible group around a macro's `$expr`.
fn is_loop_with_header(expr: &Expr) -> bool {
    match expr {
        Expr::While(_) | Expr::ForLoop(_) => true,
        Expr::Group(group) => is_loop_with_header(&group.expr),
        _ => false,
    }
}
