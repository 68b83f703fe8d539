//! Which node a comment gates.
//!
//! A comment refers to a line: its own if code stands before it there, else the next one that
//! holds code. Of the nodes that start on that line it gates the one that starts first; if none
//! does, the innermost one around the line.

use std::cmp::Reverse;

use crate::node::{Extent, Kind, Node};
use crate::source::{Found, Source, Token};

/// The nodes that a comment gates, by number: one, unless a macro made several from the same text.
pub(crate) type Target = Vec<usize>;

/// Finds what `found` gates, or says why it gates nothing.
pub(crate) fn target(source: &Source, nodes: &[Node], found: &Found) -> Result<Target, String> {
    let line = line(found)?;
    let region = found.region;
    let (kind, extent) = match first_on(nodes, line, region) {
        Some(first) => first,
        None => around(nodes, anchor(source, line, region)?)
            .ok_or("it stands in no function body, so put it on a statement in one")?,
    };
    if let Some(obstacle) = kind.obstacle() {
        return Err(obstacle.to_owned());
    }
    let is_same = |node: &Node| node.kind == kind && node.extent(region) == Some(extent);
    let same = nodes.iter().enumerate().filter(|(_, node)| is_same(node));
    Ok(same.map(|(number, _)| number).collect())
}

/// The line that a comment refers to.
fn line(found: &Found) -> Result<usize, &'static str> {
    let comment = &found.comment;
    if comment.is_inline() {
        return Ok(comment.start.line);
    }
    match comment.code_after {
        Some(after) if !comment.closes => Ok(after.line),
        _ => Err("no code follows it in these braces; put it before what it gates"),
    }
}

/// The node that starts first on a line; of several at one place, the outermost.
fn first_on(nodes: &[Node], line: usize, region: usize) -> Option<(Kind, Extent)> {
    nodes
        .iter()
        .filter_map(|node| Some((node.kind, node.starting_on(line, region)?)))
        .min_by_key(|(_, extent)| (extent.start, Reverse(extent.end)))
}

/// The token that stands for a line on which no node starts.
fn anchor(source: &Source, line: usize, region: usize) -> Result<&Token, &'static str> {
    let on_line = |t: &&Token| t.region == region && t.start.line <= line && line <= t.end.line;
    let tokens: Vec<_> = source.tokens.iter().filter(on_line).collect();
    let is_end = |t: &Token| matches!(t.sign, Some('}' | ',' | ';'));
    if let Some(token) = tokens.iter().find(|token| !is_end(token)) {
        return Ok(token);
    }
    if tokens.iter().any(|token| token.sign == Some('}')) {
        return Err("only a closing brace stands on this line; put it on what it gates");
    }
    let none = "what stands on this line was given to a macro; use `interlace::marker!` there";
    tokens.first().copied().ok_or(none)
}

/// The innermost node around a token.
fn around(nodes: &[Node], token: &Token) -> Option<(Kind, Extent)> {
    nodes
        .iter()
        .filter_map(|node| Some((node.kind, node.extent(token.region)?)))
        .filter(|(_, extent)| extent.start <= token.start && token.end <= extent.end)
        // Nodes are listed outermost first, and of equals this takes the last.
        .max_by_key(|(_, extent)| (extent.start, Reverse(extent.end)))
}
