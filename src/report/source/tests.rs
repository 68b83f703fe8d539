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
    let at = source.text.find("here").unwrap();
    let function = source.function_around(at).unwrap();
    assert_eq!((&*function.name, function.is_plain), ("inner", true));
    let outer = source
        .function_around(source.text.find("if").unwrap())
        .unwrap();
    assert_eq!((&*outer.name, outer.is_plain), ("outer", false));
}

#[test]
fn a_function_is_plain_if_it_can_be_a_test() {
    for (header, is_plain, returns) in [
        ("fn f( )", true, false),
        ("pub(crate) fn f() -> Result<(), E>", true, true),
        ("fn f<T: Default>()", false, false),
        ("#[tokio::test]\nasync fn f()", false, false),
    ] {
        let source = Source::new(format!("{header} {{ here }}"));
        let at = source.text.find("here").unwrap();
        let function = source.function_around(at).unwrap();
        let expected = ("f", is_plain, returns);
        assert_eq!(
            (&*function.name, function.is_plain, function.returns),
            expected
        );
    }
}

#[test]
fn an_operand_is_all_that_a_method_is_called_of() {
    let operand = |text: &str| {
        let source = Source::new(text.to_owned());
        let dot = text.rfind('.').unwrap();
        source
            .operand_start(dot)
            .map(|start| text[start..dot].to_owned())
    };
    for (text, expected) in [
        ("println!(\"{}\", two(1, x).e()", "two(1, x)"),
        (
            "let a = b.c\n    .d(|x| { e; f })\n    .e()",
            "b.c\n    .d(|x| { e; f })\n    ",
        ),
        ("return !(a || b).e()", "(a || b)"),
        ("0..a[b].e()", "a[b]"),
        ("&m!(a).e()", "m!(a)"),
        ("(1, ::a::B::<C<D>>::new()?.e()", "::a::B::<C<D>>::new()?"),
        ("x = <A as B>::c().e()", "<A as B>::c()"),
        ("f(&[1] /* of */ .e()", "[1] /* of */ "),
    ] {
        assert_eq!(operand(text).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(operand("match a { _ => b }.e()"), None);
}

#[test]
fn a_bracket_is_closed_by_its_own() {
    for (text, inside) in [
        ("(a, [b(c)], { d })) }", Some("a, [b(c)], { d }")),
        ("(\")\") /* ) */", Some("\")\"")),
        ("(a, [b(c)]", None),
    ] {
        let source = Source::new(text.to_owned());
        let closer = source.closer(0);
        assert_eq!(closer.map(|it| &text[1..it]), inside, "{text}");
    }
}

#[test]
fn a_block_is_loose_if_it_may_end_after_any_statement() {
    let is_loose = |text: &str| Source::new(text.to_owned()).is_loose_block(text.len() - 1);
    for text in [
        "{ {",
        "{ a; for b in c {",
        "{ if a { b } else if c {",
        "{ unsafe {",
    ] {
        assert!(is_loose(text), "{text}");
    }
    for text in [
        "{ let a = {",
        "{ let a = if b { c } else {",
        "{ match a {",
        "{ match a { b => {",
        "{ a(|| {",
        "{ a(",
        "{ let a = |b| {",
        "{ async {",
        // It might have no end once the bug is fixed.
        "{ loop {",
    ] {
        assert!(!is_loose(text), "{text}");
    }
}

#[test]
fn a_statement_starts_after_the_one_before_it() {
    let source = Source::new("{ let a = 1; for x in y {} b.c(|d| { e; f }).here() }".into());
    let start = source.statement_start(source.text.find("here").unwrap());
    assert_eq!(
        source.text[start..].trim_start(),
        "b.c(|d| { e; f }).here() }"
    );
}

#[test]
fn a_place_is_found_by_line_and_character() {
    let source = Source::new("ä\nöü here".into());
    assert_eq!(source.offset(2, 4), source.text.find("here"));
    assert_eq!(source.offset(3, 1), None);
    assert_eq!(source.offset(1, 9), None);
}

proptest! {
    #[test]
    fn any_text_is_blanked_without_a_panic(text in ".*", more in r#"[/*"'r#\\{}\n a]{0,40}"#) {
        for text in [text, more] {
            let source = Source::new(text);
            prop_assert_eq!(source.code.len(), source.text.len());
            source.function_around(source.text.len());
            source.statement_start(source.text.len());
            for (at, _) in source.code.match_indices(['.', '{']) {
                source.operand_start(at);
                source.is_loose_block(at);
            }
        }
    }
}
