//! What each marker comment gates. A stand-in for the engine notes which markers are reached, at
//! which line, between the operations of the code.

// The code under test is written the way the comments need it.
#![allow(clippy::pedantic, clippy::style, clippy::complexity)]

use std::cell::RefCell;

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What the expansions name instead of `interlace`.
mod fake {
    pub(crate) mod __private {
        use crate::note;

        pub(crate) struct Site {
            pub(crate) name: &'static str,
            pub(crate) file: &'static str,
            pub(crate) line: u32,
            pub(crate) column: u32,
        }

        impl Site {
            pub(crate) const fn new(
                name: &'static str,
                file: &'static str,
                line: u32,
                column: u32,
            ) -> Self {
                Site {
                    name,
                    file,
                    line,
                    column,
                }
            }
        }

        pub(crate) fn reach(site: &'static Site) {
            assert!(site.file.ends_with(".rs") && site.line > 0 && site.column > 0);
            note(&format!("<{}>", site.name));
        }

        pub(crate) fn each<I: IntoIterator>(
            (): (),
            items: I,
            site: &'static Site,
        ) -> impl Iterator<Item = I::Item> {
            let mut items = items.into_iter();
            let mut is_first = true;
            std::iter::from_fn(move || {
                if !std::mem::take(&mut is_first) {
                    reach(site);
                }
                items.next()
            })
        }
    }
}

fn note(what: &str) {
    LOG.with_borrow_mut(|log| log.push(what.to_owned()));
}

/// An operation: it notes its name and returns `value`.
fn op<T>(name: &str, value: T) -> T {
    note(name);
    value
}

/// What running `body` noted, in order.
fn log(body: impl FnOnce()) -> String {
    LOG.with_borrow_mut(Vec::clear);
    body();
    LOG.with_borrow(|log| log.join(" "))
}

#[interlace::trace(crate = crate::fake)]
fn lines() -> u32 {
    op("a", ()); // interlace: same_line
    // interlace: own-line

    // An ordinary comment and a blank line do not matter.
    op("b", ());
    let x = op("c", 1); // interlace: let.statement
    // interlace: tail_expression
    x + op("d", 1)
}

#[test]
fn a_comment_gates_the_statement_of_its_line_or_of_the_next() {
    let expected = "<same_line> a <own-line> b <let.statement> c <tail_expression> d";
    assert_eq!(log(|| assert_eq!(lines(), 2)), expected);
}
