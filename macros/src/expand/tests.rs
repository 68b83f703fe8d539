//! Tests of the whole expansion on source text: what it writes, and that it handles any source.

use proc_macro2::TokenStream;

use super::expand;

fn expanded(item: &str) -> String {
    let arguments = "crate = p".parse().unwrap();
    let tokens: TokenStream = item.parse().unwrap();
    expand(arguments, tokens).to_string()
}

/// The expansion with each marker written as `<name>`.
fn short(item: &str) -> String {
    let mut text = expanded(item);
    while let Some(start) = text.find("{ static __INTERLACE_SITE") {
        let end = "reach (& __INTERLACE_SITE) ; }";
        let length = text[start..].find(end).unwrap() + end.len();
        let name = text[start..].split('"').nth(1).unwrap().to_owned();
        text.replace_range(start..start + length, &format!("<{name}>"));
    }
    text
}

#[test]
fn a_marker_is_a_static_that_is_reached() {
    let text = expanded("fn f() {\n    a(); // interlace: read\n}");
    let call = text.split("Site :: new (").nth(1).unwrap();
    assert!(call.starts_with("\"read\" , \"<"), "{call}");
    assert!(call.contains("\" , 2 , 10)"), "{call}");
    assert!(text.contains("{ static __INTERLACE_SITE : p :: __private :: Site ="));
    assert!(text.contains("; p :: __private :: reach (& __INTERLACE_SITE) ; } a () ; }"));
}

/// What stands between `is_to_pause () {` and the end, for a marker that says `of`.
fn declared(of: &str) -> String {
    let text = expanded(&format!("fn f() {{\n    a(); // interlace: m {of}\n}}"));
    let (_, declared) = text
        .split_once("; if p :: __private :: is_to_pause () { ")
        .unwrap();
    declared.replace("p :: __private :: ", "")
}

#[test]
fn a_marker_that_acquires_shows_each_lock_and_what_it_is_called() {
    let begin = "let mut declaration = Declaration :: default () ; let _ = & mut declaration ;";
    let acquires = "declaration . acquires (lock_id (& x . y [0])) ; \
                    declaration . acquires (lock_id (& z)) ; \
                    declaration . acquires (lock_id (& r)) ;";
    let looks = "see (look (& x . y [0] , \"x.y[0]\")) ; see (look (& z , \"z\")) ; \
                 see (look_shared (& r , \"r\")) ;";
    let acquire = "declaration . acquire (& __INTERLACE_SITE , & | see | {";
    assert_eq!(
        declared("acquires(x.y[0], z) acquires_shared(r)"),
        format!("{begin} {acquires} {acquire} {looks} }}) ; }} ; }} a () ; }}")
    );
    // Whether it is free need not be asked of a lock that is released, and it comes after all that is acquired.
    let reach = "declaration . reach (& __INTERLACE_SITE)";
    let releases = "declaration . releases (lock_id (& z)) ;";
    assert_eq!(
        declared("releases(z)"),
        format!("{begin} {releases} {reach} ; }} ; }} a () ; }}")
    );
    assert_eq!(
        declared("releases(z) acquires(x.y[0], z) acquires_shared(r)"),
        format!("{begin} {acquires} {releases} {acquire} {looks} }}) ; }} ; }} a () ; }}")
    );
}

#[test]
fn what_is_touched_is_a_place_a_value_that_points_to_one_or_a_text() {
    let begin = "let mut declaration = Declaration :: default () ; let _ = & mut declaration ;";
    let end = "declaration . reach (& __INTERLACE_SITE) ; } ; } a () ; }";
    let place = |access: &str, place: &str| {
        let checked = format!("if false {{ let _ = & raw const {place} ; }}");
        let to_its_end = "target () . target () . target () . target () . range ()";
        let range = format!("Place :: at (& {place}) . {to_its_end}");
        format!("{checked} declaration . {access} ({range}) ;")
    };
    let value = |value: &str| {
        let to_its_end = "target () . target () . target () . target () . range ()";
        format!("declaration . reads (Place :: at (value (& ({value}))) . {to_its_end}) ;")
    };
    for (said, expected) in [
        ("reads()", String::new()),
        ("reads(x)", place("reads", "x")),
        ("writes(x.y[f()])", place("writes", "x . y [f ()]")),
        ("reads(&(x))", place("reads", "x")),
        ("reads(*f())", place("reads", "* f ()")),
        ("reads(f())", value("f ()")),
        ("reads(&x.f())", value("x . f ()")),
        ("reads(a + b)", value("a + b")),
        ("reads(&raw const x)", value("& raw const x")),
        (
            "reads(\"row\")",
            "declaration . reads_text (\"row\") ;".into(),
        ),
        (
            "writes(&\"row\")",
            "declaration . writes_text (\"row\") ;".into(),
        ),
        (
            "reads(concat!(\"row \", 7))",
            "declaration . reads_text (concat ! (\"row \" , 7)) ;".into(),
        ),
        (
            "reads(x) writes(y, z)",
            [("reads", "x"), ("writes", "y"), ("writes", "z")]
                .map(|(access, it)| place(access, it))
                .join(" "),
        ),
    ] {
        let middle = [begin, &expected, end];
        let middle: Vec<_> = middle.into_iter().filter(|it| !it.is_empty()).collect();
        assert_eq!(declared(said), middle.join(" "), "{said}");
    }
}

#[test]
fn every_kind_of_node_is_rewritten_in_its_own_way() {
    for (body, expected) in [
        ("a(); // interlace: m\n", "<m> a () ;"),
        ("a() // interlace: m\n", "<m> a ()"),
        (
            "#[cfg(x)] let a = 1; // interlace: m\n",
            "# [cfg (x)] <m> # [cfg (x)] let a = 1 ;",
        ),
        (
            "match x {\n A => a(), // interlace: m\n}",
            "match x { A => { <m> a () } , }",
        ),
        (
            "match x {\n A => { a() } // interlace: m\n}",
            "match x { A => { <m> a () } }",
        ),
        (
            "x.map(\n |y| unsafe { y } + 1 // interlace: m\n)",
            "x . map (| y | { <m> (unsafe { y }) + 1 })",
        ),
        (
            "'a: while let A = b { c(); } // interlace: m\n",
            "'a : loop { <m> if let A = b { c () ; } else { break } }",
        ),
        (
            "a\n && b // interlace: m\n || c",
            "a && { <m> true } && b || c",
        ),
        (
            "a || let b = c\n || d // interlace: m\n",
            "a || let b = c || { <m> false } || d",
        ),
        (
            "a(\n async { b }, // interlace: m\n)",
            "a (async { <m> b } ,)",
        ),
        (
            "if a {} else if b { c } // interlace: m\n",
            "<m> if a { } else if b { c }",
        ),
        (
            "if a {\n} else if b { c } // interlace: m\n",
            "if a { } else { <m> if b { c } }",
        ),
        (
            "if a {\n} else { c } // interlace: m\n",
            "if a { } else { <m> c }",
        ),
    ] {
        let expected = format!("fn f () {{ {expected} }}");
        assert_eq!(short(&format!("fn f() {{ {body} }}")), expected);
    }
}

#[test]
fn a_for_keeps_its_header_where_it_was() {
    let text = expanded("fn f() { 'a: for x in y? { b } // interlace: m\n }");
    let text = text.replace("p :: __private :: ", "");
    let (_, rounds) = text.split_once(") ; match ").unwrap();
    assert_eq!(
        rounds,
        "items (reach (& __INTERLACE_SITE) , y ?) { mut items => 'a : loop { \
         if items . has_begun () { reach (& __INTERLACE_SITE) } \
         match items . next () { None => break , Some (x) => { b } } } } ; } }"
    );
}

#[test]
fn an_item_without_markers_or_with_mistakes_comes_back_token_for_token_and_with_one_error() {
    for wrong in [
        "fn f() { a(); /* m */ }",
        "fn f() { a(); // interlaced: m\n }",
        "fn f() { a(); // interlace: m\n // interlace: n\n }",
    ] {
        let tokens: TokenStream = wrong.parse().unwrap();
        let text = expanded(wrong);
        assert!(text.starts_with(&tokens.to_string()));
        assert_eq!(text.matches("compile_error").count(), 1);
    }
}

#[test]
fn expanding_twice_changes_nothing() {
    let item = "fn f() { a(); // interlace: m\n while b {} // interlace: n\n }";
    let arguments: TokenStream = "crate = p".parse().unwrap();
    let once = expand(arguments.clone(), item.parse().unwrap());
    let twice = expand(arguments, once.clone());
    assert_eq!(once.to_string(), twice.to_string());
}

/// Source with all sorts of code in it: this crate's own.
const OURS: [&str; 2] = [
    include_str!("../walk.rs"),
    include_str!("../source/pieces.rs"),
];

/// Puts a comment on every second line of each file in turn. It must gate something, exactly once, or be an
/// error; and what comes out must be Rust.
#[test]
fn a_comment_on_any_line_of_real_code_gates_one_thing_or_is_an_error() {
    let (mut gated, mut refused) = (0, 0);
    for source in OURS {
        let file: Vec<_> = source
            .lines()
            .filter(|line| !line.starts_with("//!"))
            .collect();
        for at in (0..file.len()).step_by(2) {
            let mut lines = file.clone();
            let marked = format!("{} // interlace: m", lines[at]);
            if is_comment(lines[at]) || lines[at].ends_with('\\') {
                continue;
            }
            lines[at] = &marked;
            let text = expanded(&format!("mod m {{\n{}\n}}", lines.join("\n")));
            let markers = text.matches("static __INTERLACE_SITE").count();
            let errors = text.matches(":: core :: compile_error").count();
            assert_eq!(markers + errors, 1, "line {at}: {marked}");
            assert!(syn::parse_file(&text).is_ok(), "line {at}: {marked}");
            gated += markers;
            refused += errors;
        }
    }
    assert!(
        gated > 50 && refused > 50,
        "{gated} gated, {refused} refused"
    );
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}
