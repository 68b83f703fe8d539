//! Tests of the lexer: what is a comment, and that no text upsets it.

use proptest::prelude::*;

use super::*;

fn comments(text: &str) -> Vec<&str> {
    let ranges = lex(text).comments;
    ranges.into_iter().map(|range| &text[range]).collect()
}

fn code(text: &str) -> Vec<&str> {
    let ranges = lex(text).code;
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
fn doc_and_block_comments_are_not_line_comments() {
    assert_eq!(comments("/// a\n//! b\n"), [""; 0]);
    assert_eq!(comments("/* // a */ /* /* // b */ // c */ // d"), ["// d"]);
    assert_eq!(comments("/** // a */ /*! // b */"), [""; 0]);
    assert_eq!(comments("/* never // closed"), [""; 0]);
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
    assert_eq!(code("a.b /* c */ \"d e\"// f\n}"), ["a.b", "\"d e\"", "}"]);
    assert_eq!(code("/// doc\n// line\n"), [""; 0]);
}

/// Pieces of source and whether each is a line comment.
fn piece() -> impl Strategy<Value = (&'static str, bool)> {
    prop::sample::select(vec![
        ("let x = 'a';", false),
        ("\"// s\\\"\"", false),
        ("r#\"// \" \"#", false),
        ("b'\"'", false),
        ("/* // /* // */ */", false),
        ("'static", false),
        ("größe", false),
        ("/// doc\n", false),
        ("// interlace: a\n", true),
        ("// ünï\r\n", true),
    ])
}

proptest! {
    #[test]
    fn no_text_upsets_it(text in any::<String>()) {
        let lexed = lex(&text);
        for range in lexed.comments {
            prop_assert!(text[range].starts_with("//"));
        }
    }

    #[test]
    fn no_mixture_of_quotes_and_slashes_upsets_it(text in r#"[/*"'#rbc\\\n x!é]{0,40}"#) {
        let lexed = lex(&text);
        let mut all: Vec<_> = lexed.comments.into_iter().chain(lexed.code).collect();
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
