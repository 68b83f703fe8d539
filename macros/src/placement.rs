//! Which node a comment gates.
//!
//! A comment refers to a line: its own if there is code before it, otherwise the next one with
//! code. It gates the node that starts the line. If there is none, it gates a closure that only
//! names precede, as in `.map(|x| …)`; otherwise, the innermost node around the first code on the
//! line.

use std::cmp::Reverse;

use crate::node::{Kind, Node};
use crate::source::{Extent, MarkerComment, Source, Token};

/// Finds what `found` gates, or says why it gates nothing.
pub(crate) fn target(
    source: &Source,
    nodes: &[Node],
    found: &MarkerComment,
) -> Result<Vec<usize>, String> {
    let line = line(found)?;
    let region = found.region;
    let on_line = |t: &&Token| {
        t.extent.region == region && t.extent.start.line <= line && line <= t.extent.end.line
    };
    let tokens: Vec<_> = source.tokens.iter().filter(on_line).collect();
    let anchor = anchor(&tokens, line)?;
    let is_close = |t: &Token| t.extent > anchor && matches!(t.sign, Some(')' | ']' | '}'));
    let close = tokens.iter().find(|t| is_close(t)).map(|t| t.extent);
    let is_first = |kind, extent: Extent| {
        extent.start <= anchor.start
            || kind == Kind::Closure && close.is_none_or(|close| extent < close)
    };
    let (kind, extent) = first_on(nodes, line, region, is_first)
        .or_else(|| around(nodes, anchor))
        // The header of a function precedes its body on this line.
        .or_else(|| first_on(nodes, line, region, |_, _| true))
        .ok_or("it stands in no function body, so put it on a statement in one")?;
    if let Some(obstacle) = kind.obstacle() {
        return Err(obstacle.to_owned());
    }
    let is_same = |node: &Node| node.kind == kind && node.extent(region) == Some(extent);
    let same = nodes.iter().enumerate().filter(|(_, node)| is_same(node));
    Ok(same.map(|(number, _)| number).collect())
}

/// The line that a comment refers to.
fn line(found: &MarkerComment) -> Result<usize, &'static str> {
    let comment = &found.comment;
    if comment.is_inline() {
        return Ok(comment.start.line);
    }
    match comment.code_after {
        Some(after) if !comment.closes => Ok(after.line),
        _ => Err("no code follows it in these braces; put it before what it gates"),
    }
}

/// The first node that starts on a line and that `filter` accepts; of several at one place, the
/// outermost.
fn first_on(
    nodes: &[Node],
    line: usize,
    region: usize,
    filter: impl Fn(Kind, Extent) -> bool,
) -> Option<(Kind, Extent)> {
    nodes
        .iter()
        .filter_map(|node| Some((node.kind, node.starting_on(line, region)?)))
        .filter(|&(kind, extent)| filter(kind, extent))
        .min_by_key(|(_, extent)| (extent.start, Reverse(extent.end)))
}

/// The place of the token that represents a line: the first that neither ends something nor is an
/// operator before an operand; or else the closest to that.
fn anchor(tokens: &[&Token], line: usize) -> Result<Extent, &'static str> {
    let rank = |token: &Token| match token.sign {
        Some('}' | ',' | ';') => 3,
        Some(')' | ']' | '?' | '&' | '|') => 2,
        _ if token.extent.start.line < line => 1,
        _ => 0,
    };
    let first = tokens.iter().min_by_key(|token| rank(token));
    let first = first
        .ok_or("what stands on this line was given to a macro; use `interlace::marker!` there")?;
    if rank(first) == 3 && tokens.iter().any(|token| token.sign == Some('}')) {
        return Err("only a closing brace stands on this line; put it on what it gates");
    }
    Ok(first.extent)
}

/// The innermost node around a token.
fn around(nodes: &[Node], token: Extent) -> Option<(Kind, Extent)> {
    nodes
        .iter()
        .filter_map(|node| Some((node.kind, node.extent(token.region)?)))
        .filter(|(_, extent)| extent.start <= token.start && token.end <= extent.end)
        // Nodes are listed outermost first; of equals, this takes the last.
        .max_by_key(|(_, extent)| (extent.start, Reverse(extent.end)))
}
