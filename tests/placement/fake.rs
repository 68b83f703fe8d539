//! What the expansions name instead of `interlace`: it notes which markers are reached.

pub(crate) mod __private {
    use std::ops::Range;

    pub(crate) use interlace::__private::{None, Place, Some, items, value};

    use crate::note;

    pub(crate) struct Site {
        pub(crate) name: &'static str,
        pub(crate) file: &'static str,
        pub(crate) line: u32,
        pub(crate) column: u32,
        pub(crate) places: &'static [&'static str],
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
                places: &[],
            }
        }

        pub(crate) const fn declaring(mut self, places: &'static [&'static str]) -> Self {
            self.places = places;
            self
        }
    }

    pub(crate) fn reach(site: &'static Site) {
        assert!(site.file.ends_with(".rs") && site.line > 0 && site.column > 0);
        note(&format!("<{}>", site.name));
    }

    pub(crate) fn is_to_pause() -> bool {
        true
    }

    /// Notes what is declared, with the number of bytes of each place.
    #[derive(Default)]
    pub(crate) struct Declaration(String);

    impl Declaration {
        /// The site has a name for each place.
        fn check(&self, site: &Site) {
            assert_eq!(
                self.0.matches(' ').count(),
                site.places.len(),
                "{}",
                site.name
            );
        }
    }

    impl Declaration {
        pub(crate) fn reads(&mut self, place: Range<usize>) {
            self.0 += &format!(" r{}", place.len());
        }

        pub(crate) fn writes(&mut self, place: Range<usize>) {
            self.0 += &format!(" w{}", place.len());
        }

        pub(crate) fn writes_text(&mut self, text: &str) {
            self.0 += &format!(" w={text}");
        }

        pub(crate) fn reach(self, site: &'static Site) {
            assert!(site.line > 0);
            self.check(site);
            note(&format!("<{}{}>", site.name, self.0));
        }
    }
}
