//! Tests of reading the source, on text that is parsed here and so has no file.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::*;

fn read(text: &str) -> Source {
    let item: TokenStream = text.parse().unwrap();
    Source::read(&item).map_err(|e| e.to_string()).unwrap()
}

fn names(source: &Source) -> Vec<&str> {
    let comments = source.comments.iter();
    comments
        .filter_map(|found| marker_text(&found.comment)?.ok())
        .map(str::trim)
        .collect()
}

#[test]
fn comments_in_a_body_are_found_in_order() {
    let source = read("fn f() {\n a(); // interlace: a\n // plain\n // interlace: b\n b() }");
    assert_eq!(names(&source), ["a", "b"]);
    assert_eq!(source.comments[0].comment.start.line, 2);
    assert!(source.comments[0].comment.is_inline());
    assert!(!source.comments[1].comment.is_inline());
}

#[test]
fn what_only_looks_like_a_marker_is_told_from_other_comments() {
    for near in [
        "// interlace read",
        "// interlace read reads(x)",
        "// Interlace: read",
        "//INTERLACE:read",
        "// interlace : read",
        "// interlace : read this",
        "/* interlace: read this */",
        "// Interlace: swap reads(a, b)",
        "// interlace write writes(\"row 7 or 8\", x.f(a, b, c)) reads(y)",
        "/* interlace: read */",
        "/* interlace read */",
    ] {
        let source = read(&format!("fn f() {{ {near}\n x() }}"));
        assert_eq!(source.comments.len(), 1, "{near}");
        assert_eq!(names(&source), [""; 0], "{near}");
    }
    for other in [
        "// interlace",
        "// interlace reads no prose",
        "// interlaced: read",
        "// Interlace: marked threads, in prose",
        "// Interlace: threads (all of them)",
        "// see // interlace: read",
        "/* see interlace: read */",
        "/// [`interlace`]: read",
        "//é",
    ] {
        let source = read(&format!("fn f() {{ {other}\n x() }}"));
        assert_eq!(source.comments.len(), 0, "{other}");
    }
}

#[test]
fn the_tokens_of_an_item_stand_in_one_region() {
    let source = read("fn f(x: u32) -> u32 { x // interlace: a\n }");
    assert_eq!(source.regions.len(), 1);
    assert!(source.tokens.iter().all(|token| token.extent.region == 0));
    let (before, after) = source.around(&source.comments[0]);
    assert_eq!(before.unwrap().source_text().unwrap(), "x");
    assert_eq!(after.unwrap().source_text().unwrap(), "}");
}

#[test]
fn tokens_of_another_text_stand_in_a_region_of_their_own() {
    let given: TokenStream = "{ y(); // interlace: given\n }".parse().unwrap();
    let own: TokenStream = "fn f() { x(); // interlace: own\n }".parse().unwrap();
    let mut tokens: Vec<TokenTree> = own.into_iter().collect();
    let Some(TokenTree::Group(body)) = tokens.pop() else {
        panic!("a body is a group");
    };
    let mut inner = body.stream();
    inner.extend(given);
    let mut outer = Group::new(Delimiter::Brace, inner);
    outer.set_span(body.span());
    tokens.push(outer.into());
    let source = Source::read(&tokens.into_iter().collect())
        .map_err(|error| error.to_string())
        .unwrap();
    let mut found = names(&source);
    found.sort_unstable();
    assert_eq!(found, ["given", "own"]);
    assert_ne!(source.comments[0].region, source.comments[1].region);
}

#[test]
fn code_that_stands_nowhere_cannot_be_read() {
    let name = Ident::new("x", Span::call_site());
    let body = TokenStream::from(TokenTree::from(name));
    let body = Group::new(Delimiter::Brace, body);
    let mut item: TokenStream = "fn f()".parse().unwrap();
    item.extend([TokenTree::from(body)]);
    let error = Source::read(&item).err().expect("no source");
    assert!(error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn a_loose_token_that_stands_in_its_source_is_not_synthetic() {
    let first = |text: &str| {
        let tokens: TokenStream = text.parse().unwrap();
        tokens.into_iter().next().unwrap()
    };
    for text in ["a", "+ b", "\"c\"", "{ d }", "r#type"] {
        assert!(!is_synthetic(&first(text)), "{text}");
    }
    let renamed = Ident::new("__self", first("self").span());
    assert!(!is_synthetic(&renamed.into()));
    let other = Ident::new("let", first("x").span());
    assert!(is_synthetic(&other.into()));
}
