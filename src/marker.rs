//! [`marker!`](crate::marker!), and what a thread does on reaching one.

use crate::engine;
use crate::site::Site;

/// Pauses the calling thread at `site` if a run controls it.
#[inline]
pub fn reach(site: &'static Site) {
    engine::reach(site);
}

/// Reaches `site` before every further item of a `for` header.
///
/// The first evaluation of the header makes the iterator and asks for its first item. The
/// expansion reaches the marker before that, as the first argument: arguments are evaluated in
/// order, and `?`, `.await` and temporaries in the header keep their meaning.
pub fn each<I: IntoIterator>((): (), items: I, site: &'static Site) -> Each<I::IntoIter> {
    Each {
        items: items.into_iter(),
        site,
        is_first: true,
    }
}

/// The items of a `for` header that a marker gates.
#[derive(Debug)]
pub struct Each<I> {
    items: I,
    site: &'static Site,
    is_first: bool,
}

impl<I: Iterator> Iterator for Each<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        if !std::mem::take(&mut self.is_first) {
            reach(self.site);
        }
        self.items.next()
    }
}

/// A marker, written out.
#[macro_export]
macro_rules! marker {
    ($name:literal) => {{
        static SITE: $crate::__private::Site = $crate::__private::Site::new(
            $name,
            ::core::file!(),
            ::core::line!(),
            ::core::column!(),
        );
        $crate::__private::reach(&SITE);
    }};
}
