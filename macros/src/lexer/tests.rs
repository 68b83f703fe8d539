//! Tests of the lexer: what is a comment, and that it handles any text.

use proc_macro2::TokenStream;
use proptest::prelude::*;

use super::*;
use crate::source::flatten;

/// Where the tokens of `text` stand.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let tokens: TokenStream = text.parse().unwrap();
    flatten(tokens, &mut |span, _| ranges.push(span.byte_range()));
    ranges
}

fn comments(text: &str) -> Vec<&str> {
    let ranges = lex(text, &tokens(text)).0;
    ranges.into_iter().map(|range| &text[range]).collect()
}

fn code(text: &str) -> Vec<&str> {
    let ranges = lex(text, &tokens(text)).1;
    ranges.into_iter().map(|range| &text[range]).collect()
}

#[test]
fn line_comments_are_found_wherever_they_stand() {
    assert_eq!(comments("a // b\n// c\r\n  //d"), ["// b", "// c", "//d"]);
    assert_eq!(comments("größe(\"…\"); // ü"), ["// ü"]);
    assert_eq!(comments("//// four slashes"), ["//// four slashes"]);
    assert_eq!(comments("//"), ["//"]);
}

#[test]
fn block_comments_nest_and_hide_line_comments() {
    assert_eq!(
        comments("/* // a */ /* /é /* // b */ // c */ // d"),
        ["/* // a */", "/* /é /* // b */ // c */", "// d"]
    );
    let first = |text| lex(text, &[]).0.into_iter().next();
    assert_eq!(first("/* never // closed"), Some(9..18));
    assert_eq!(first("/*/ a */ b"), Some(0..8));
}

#[test]
fn literals_hide_what_they_contain() {
    for literal in [
        r#""// a""#,
        r#""\" // a""#,
        r#""\\\" // a""#,
        r#"r"// a""#,
        r##"r#"" // a"#"##,
        r###"br##""# // a"##"###,
        r#"b"// a""#,
        r#"c"// a""#,
        r##"cr#"// a"#"##,
        "\"two\n// lines\"",
        "\"/*\"",
    ] {
        assert_eq!(comments(&format!("{literal} // b")), ["// b"], "{literal}");
    }
}

#[test]
fn quotes_of_characters_and_lifetimes_open_no_string() {
    for start in [
        "'\"'",
        r"'\''",
        r"'\\'",
        "b'\"'",
        r"b'\''",
        "'a",
        "&'a str",
        "'r: loop",
        "r#type",
        "'ü'",
        "'/'",
        r"'\u{1F600}'",
        "bar",
        "var_r",
        "1.0e5",
    ] {
        assert_eq!(comments(&format!("{start} // b")), ["// b"], "{start}");
    }
}

#[test]
fn code_is_what_is_left() {
    assert_eq!(
        code("{a.b /* c */ \"d e\"// f\n}"),
        ["{a.b", "\"d e\"", "}"]
    );
    assert_eq!(code("// line\n/* block */"), [""; 0]);
}

#[test]
fn between_known_tokens_there_may_be_other_code() {
    let text = "a $b \"/*\" // c\nd // e";
    let (comments, code) = lex(text, &[0..1, 15..16]);
    let of = |ranges: Vec<Range<usize>>| ranges.into_iter().map(|range| &text[range]);
    assert!(of(code).eq(["a", "$b", "\"/*\"", "d"]));
    assert!(of(comments).eq(["// c", "// e"]));
}

/// Pieces of source and whether each is a comment.
fn piece() -> impl Strategy<Value = (&'static str, bool)> {
    prop::sample::select(vec![
        ("let x = 'a';", false),
        ("\"// s\\\"\"", false),
        ("r#\"// \" \"#", false),
        ("b'\"'", false),
        ("/* // /* // */ */", true),
        ("'static", false),
        ("größe", false),
        ("// interlace: a\n", true),
        ("// ünï\r\n", true),
    ])
}

proptest! {
    #[test]
    fn no_text_upsets_it(text in any::<String>()) {
        let (comments, _) = lex(&text, &[]);
        for range in comments {
            prop_assert!(text[range].starts_with('/'));
        }
    }

    #[test]
    fn no_mixture_of_quotes_and_slashes_upsets_it(
        text in r#"[/*"'#rbc\\\n x!é]{0,40}"#,
        tokens in prop::collection::vec((0..40_usize, 0..40_usize), 0..9),
    ) {
        let at = |character: usize| text.char_indices().nth(character).map(|(at, _)| at);
        let range = |&(a, b): &(usize, usize)| Some(at(a.min(b))?..at(a.max(b))?);
        let mut tokens: Vec<_> = tokens.iter().filter_map(range).collect();
        tokens.sort_by_key(|token| (token.start, token.end));
        let (comments, code) = lex(&text, &tokens);
        let mut all: Vec<_> = comments.into_iter().chain(code).collect();
        all.sort_by_key(|range| range.start);
        prop_assert!(all.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }

    #[test]
    fn it_finds_exactly_the_comments_that_were_put_in(pieces in prop::collection::vec(piece(), 0..12)) {
        let text: Vec<_> = pieces.iter().map(|(text, _)| *text).collect();
        let text = text.join(" ");
        let put_in: Vec<_> = pieces.iter().filter(|piece| piece.1).map(|piece| piece.0.trim_end()).collect();
        prop_assert_eq!(comments(&text), put_in);
    }
}
