use proptest::prelude::*;

use super::*;

#[test]
fn comments_and_literals_are_blanked_byte_for_byte() {
    // The code that is left, without white space.
    let cases = [
        ("a // b\nc", "ac"),
        ("a /* /* b */ */ c", "ac"),
        (r#"f("}", '{', b"\"{")"#, "f(,,b)"),
        (r##"r#"a"}"# x"##, "x"),
        ("fn f<'a>(x: &'a str) {}", "fnf<'a>(x:&'astr){}"),
        ("'ä' '\\'' x", "x"),
        ("\"open", ""),
    ];
    for (text, expected) in cases {
        let code = blank(text);
        assert_eq!(code.len(), text.len(), "{text}");
        assert_eq!(
            code.split_whitespace().collect::<String>(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn the_function_around_a_place_is_the_innermost() {
    let source =
        Source::new("mod m { fn outer(x: u8) { if x > 0 { fn inner () { here } } } }".into());
    let at = source.text().find("here").unwrap();
    let function = source.function_around(at).unwrap();
    assert_eq!(
        (function.name.as_str(), function.has_parameters),
        ("inner", false)
    );
    let outer = source
        .function_around(source.text().find("if").unwrap())
        .unwrap();
    assert_eq!((outer.name.as_str(), outer.has_parameters), ("outer", true));
}

#[test]
fn a_statement_starts_after_the_one_before_it() {
    let source = Source::new("{ let a = 1; for x in y {} b.c(|d| { e; f }).here() }".into());
    let start = source.statement_start(source.text().find("here").unwrap());
    assert_eq!(
        source.text()[start..].trim_start(),
        "b.c(|d| { e; f }).here() }"
    );
}

#[test]
fn a_place_is_found_by_line_and_character() {
    let source = Source::new("ä\nöü here".into());
    assert_eq!(source.offset(2, 4), source.text().find("here"));
    assert_eq!(source.offset(3, 1), None);
    assert_eq!(source.offset(1, 9), None);
}

proptest! {
    #[test]
    fn any_text_is_blanked_without_a_panic(text in ".*", more in r#"[/*"'r#\\{}\n a]{0,40}"#) {
        for text in [text, more] {
            let source = Source::new(text);
            prop_assert_eq!(source.code().len(), source.text().len());
            source.function_around(source.text().len());
            source.statement_start(source.text().len());
        }
    }
}
