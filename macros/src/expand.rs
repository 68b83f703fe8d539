//! The whole way from an attribute and its item to the item with markers.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Error, Item};

use crate::args::Arguments;
use crate::fallback::{all, with_errors};
use crate::inject::{Gate, is_already_injected, without_space};
use crate::marker::Marker;
use crate::node::Node;
use crate::placement::target;
use crate::position::just_after;
use crate::source::{MarkerComment, Source, marker_text};
use crate::walk;

/// Expands `#[interlace::trace(arguments)]` on `item`.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    match trace(arguments, item.clone()) {
        Ok(traced) => traced,
        Err(errors) => with_errors(item, &errors),
    }
}

fn trace(arguments: TokenStream, tokens: TokenStream) -> Result<TokenStream, Error> {
    let arguments: Arguments = syn::parse2(arguments)?;
    let mut item: Item = syn::parse2(tokens.clone())?;
    check(&item)?;
    let mut source = Source::read(&tokens)?;
    if source.comments.is_empty() {
        return Err(Error::new(Span::call_site(), NOTHING_MARKED));
    }
    let injected = without_space(&tokens.to_string());
    let regions = &source.regions;
    source
        .comments
        .retain(|it| !is_already_injected(&injected, &regions[it.region].file, it.comment.start));
    if source.comments.is_empty() {
        return Ok(tokens);
    }
    let nodes = walk::nodes(&mut item, &source);
    let gates = gates(&source, &nodes, &arguments)?;
    walk::write(&mut item, gates);
    Ok(item.into_token_stream())
}

/// What an attribute that has nothing to do says: whoever wrote it meant something.
const NOTHING_MARKED: &str = "nothing is marked here: `interlace::trace` finds no comment `// interlace: name` in this \
                              item. Write one beside each operation that it is to pause before, or take the \
                              attribute away";

/// Refuses items without a body.
fn check(item: &Item) -> Result<(), Error> {
    match item {
        Item::Fn(_) | Item::Impl(_) | Item::Trait(_) => Ok(()),
        Item::Mod(module) if module.content.is_some() => Ok(()),
        _ => Err(Error::new_spanned(
            item,
            "`interlace::trace` goes on a fn with a body, an impl, a trait or an inline mod",
        )),
    }
}

/// The gates, by node; or all mistakes, if there are any.
fn gates(
    source: &Source,
    nodes: &[Node],
    arguments: &Arguments,
) -> Result<HashMap<usize, Gate>, Error> {
    let mut gates = HashMap::new();
    let mut taken: HashMap<usize, &MarkerComment> = HashMap::new();
    let mut errors = Vec::new();
    for found in &source.comments {
        match gate(source, nodes, arguments, found) {
            Err(error) => errors.push(error),
            Ok((gate, target)) => {
                if let Some(first) = taken.get(&target[0]) {
                    errors.push(second(source, found, first));
                    continue;
                }
                for node in target {
                    taken.insert(node, found);
                    gates.insert(node, gate.clone());
                }
            }
        }
    }
    all(errors).map(|()| gates)
}

fn gate(
    source: &Source,
    nodes: &[Node],
    arguments: &Arguments,
    found: &MarkerComment,
) -> Result<(Gate, Vec<usize>), Error> {
    let (before, after) = source.around(found);
    let near = before.map(just_after).or(after);
    let near = near.map_or_else(Span::call_site, |near| Span::call_site().located_at(near));
    let text = marker_text(&found.comment).unwrap_or(Ok(""));
    let marker = text.and_then(|text| Marker::parse(text, near));
    let marker = marker
        .map_err(|wrong| source.error(found, |at| format!("interlace marker at {at}: {wrong}")))?;
    let target = target(source, nodes, found).map_err(|why| {
        let name = &marker.name;
        source.error(found, |at| {
            format!("interlace marker `{name}` at {at} gates nothing: {why}")
        })
    })?;
    let file = &source.regions[found.region].file;
    let gate = Gate::new(&marker, &arguments.root, file, found.comment.start);
    let gate = gate
        .map_err(|wrong| source.error(found, |at| format!("interlace marker at {at}: {wrong}")))?;
    Ok((gate, target))
}

fn second(source: &Source, found: &MarkerComment, first: &MarkerComment) -> Error {
    let line = first.comment.start.line;
    source.error(found, |at| {
        format!(
            "interlace marker at {at} is the second on one operation: \
             the one on line {line} gates it already"
        )
    })
}

#[cfg(test)]
mod tests;
