//! What is a marker comment in the text and what only looks like one; lines and columns.

use crate::{log, op};

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn look_alikes() {
    /* nested /* // interlace: nested */ // interlace: still_nested */
    let texts = [
        "// interlace: string",
        "\" // interlace: escaped",
        r"// interlace: raw",
        r#" "// interlace: "hashes" "#,
        "line
         // interlace: second_line_of_a_string
        ",
    ];
    let bytes = (b"// interlace: bytes", br"// interlace: raw_bytes", c"// interlace: c");
    let chars = ('"', '\'', b'"', '/', '/');
    'r: loop { break 'r; }
    op("a", ()); //interlace: no_space
    op("b", ()); //    interlace:no_space_after
    // interlace reads no prose, and
    // interlacing: is another word.
    // see // interlace: in_a_comment
    /// // interlace: doc
    fn documented() {}
    documented();
    let größe = "…"; op(größe, ()); // interlace: größe
    drop((texts, bytes, chars));
}

#[test]
fn only_line_comments_that_start_so_are_markers() {
    assert_eq!(
        log(look_alikes),
        "<no_space> a <no_space_after> b <größe> …"
    );
}

mod positions {
    use std::cell::RefCell;

    thread_local! {
        pub(crate) static SITES: RefCell<Vec<(&'static str, &'static str, u32, u32)>> =
            const { RefCell::new(Vec::new()) };
    }

    pub(crate) mod __private {
        #[derive(Clone, Copy)]
        pub(crate) struct Site(&'static str, &'static str, u32, u32);

        impl Site {
            pub(crate) const fn new(
                name: &'static str,
                file: &'static str,
                line: u32,
                column: u32,
            ) -> Self {
                Site(name, file, line, column)
            }
        }

        pub(crate) fn reach(site: &'static Site) {
            super::SITES.with_borrow_mut(|all| all.push((site.0, site.1, site.2, site.3)));
        }
    }
}

#[rustfmt::skip]
#[interlace::trace(crate = positions)]
fn places() -> (u32, u32) {
    let here = (line!(), column!()); /* */ // interlace: here
    let x = '…'; // interlace: beyond_ascii
	drop(x); // interlace: after_a_tab
    // interlace: own_line
    here
}

#[test]
fn a_site_is_the_comments_own_place() {
    positions::SITES.with_borrow_mut(Vec::clear);
    let (line, column) = places();
    assert_eq!(column, 26);
    let expected = [
        ("here", line, 44),
        ("beyond_ascii", line + 1, 18),
        ("after_a_tab", line + 2, 11),
        ("own_line", line + 3, 5),
    ];
    let expected = expected.map(|(name, line, column)| (name, file!(), line, column));
    positions::SITES.with_borrow(|sites| assert_eq!(sites[..], expected));
}

#[path = "crlf.rs"]
mod crlf;

#[test]
fn line_ends_of_either_kind_will_do() {
    assert!(include_str!("crlf.rs").contains("\r\n"));
    positions::SITES.with_borrow_mut(Vec::clear);
    crlf::carriage_returns();
    let file = file!().replace("sources.rs", "crlf.rs");
    let expected = [("inline", &*file, 7, 35), ("own_line", &*file, 9, 5)];
    positions::SITES.with_borrow(|sites| assert_eq!(sites[..], expected));
}
