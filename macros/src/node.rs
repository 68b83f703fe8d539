//! The parts of an item that a comment can gate, or that keep it from gating anything.

use proc_macro2::TokenStream;

use crate::source::{Extent, Source, flatten, is_synthetic};

/// The kind of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Statement,
    Arm,
    /// A closure or an async block.
    Closure,
    /// The right operand of `&&` or `||`.
    Operand,
    While,
    For,
    ElseIf,
    Else,
    /// A nested item, which is not an operation.
    Item,
    /// An `else` block with nothing in it.
    EmptyElse,
    /// The part of an expression that is evaluated after another.
    Later,
    /// The guard of a match arm.
    Guard,
    /// Braces among the tokens of a macro call, whose meaning only that macro knows.
    MacroBraces,
    /// Code that runs when it is compiled.
    Const,
}

impl Kind {
    /// Why a comment cannot gate a node of this kind; `None` if it can.
    pub(crate) fn obstacle(self) -> Option<&'static str> {
        match self {
            Kind::Item => Some("a nested item is no operation; put it inside, or on a statement"),
            Kind::EmptyElse => Some("this `else` is empty"),
            Kind::Later => Some(
                "other code of the same statement runs before it; put what it should gate in a \
                 statement or a block of its own, or use `interlace::marker!`",
            ),
            Kind::Guard => Some(
                "the marker of a match arm comes after the guard; put it on the arm's first line, \
                 or use `interlace::marker!` in the guard",
            ),
            Kind::MacroBraces => Some(
                "inside the braces of a macro call a comment cannot gate a single operation; \
                 use `interlace::marker!` there",
            ),
            Kind::Const => Some("code that runs at compile time cannot pause"),
            _ => None,
        }
    }

    /// Whether the node marks a region where nothing can be gated, rather than something that
    /// starts on a line.
    fn is_wall(self) -> bool {
        matches!(
            self,
            Kind::Later | Kind::Guard | Kind::MacroBraces | Kind::Const
        )
    }
}

/// A node and its place.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    extents: Vec<Extent>,
    /// Whether another macro wrapped it around what the user wrote.
    is_synthetic: bool,
}

impl Node {
    pub(crate) fn new(kind: Kind, tokens: TokenStream, source: &Source) -> Self {
        let first = tokens.clone().into_iter().next();
        let mut extents: Vec<Extent> = Vec::new();
        flatten(tokens, &mut |span, _| {
            let Some(new) = source.extent(span) else {
                return;
            };
            match extents.iter_mut().find(|known| known.region == new.region) {
                None => extents.push(new),
                Some(known) => {
                    known.start = known.start.min(new.start);
                    known.end = known.end.max(new.end);
                }
            }
        });
        Node {
            kind,
            extents,
            is_synthetic: first.as_ref().is_some_and(is_synthetic),
        }
    }

    /// The part of the node in a region, if the user wrote it there.
    pub(crate) fn extent(&self, region: usize) -> Option<Extent> {
        let here = |extent: &&Extent| extent.region == region && !self.is_synthetic;
        self.extents.iter().find(here).copied()
    }

    /// The part of the node in a region, if the node counts as starting on `line`.
    pub(crate) fn starting_on(&self, line: usize, region: usize) -> Option<Extent> {
        let extent = self.extent(region)?;
        (extent.start.line == line && !self.kind.is_wall()).then_some(extent)
    }
}
