//! What a marker comment says: a name, and what the gated code reads, writes, acquires and releases.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Token, parenthesized};

use crate::name;
use crate::place::Place;

/// A marker as its comment describes it.
pub(crate) struct Marker {
    pub(crate) name: String,
    /// The places that are said to be read or written.
    pub(crate) places: Vec<Place>,
    /// The locks that the gated code begins by acquiring.
    pub(crate) acquired: Vec<Acquired>,
    /// The locks that it releases.
    pub(crate) released: Vec<Expr>,
    /// Whether it says anything of the gated code, if only that that touches nothing.
    pub(crate) declares: bool,
}

/// A lock that the gated code begins by acquiring.
pub(crate) struct Acquired {
    pub(crate) lock: Expr,
    pub(crate) source_text: String,
    /// Whether several may hold it at once.
    pub(crate) is_shared: bool,
}

impl Marker {
    /// Parses what follows `interlace:`. The places get the span `near`, as if written there.
    pub(crate) fn parse(text: &str, near: Span) -> Result<Self, String> {
        let text = text.trim();
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        if name.is_empty() {
            return Err("a marker needs a name: `// interlace: <name>`".to_owned());
        }
        name::check(name)?;
        let mut marker = Marker {
            name: name.to_owned(),
            places: Vec::new(),
            acquired: Vec::new(),
            released: Vec::new(),
            declares: false,
        };
        let has_comment = rest.contains("//") || rest.contains("/*");
        let tokens = rest.parse::<TokenStream>().ok().filter(|_| !has_comment);
        let declare = |input: ParseStream| marker.declare(input);
        tokens
            .and_then(|tokens| declare.parse2(respanned(tokens, near)).ok())
            .ok_or_else(|| {
                format!(
                    "`{}` cannot follow a marker's name: only `reads(place, …)`, \
                     `writes(place, …)`, `acquires(lock, …)`, `acquires_shared(lock, …)` and \
                     `releases(lock, …)` can",
                    rest.trim()
                )
            })?;
        Ok(marker)
    }

    fn declare(&mut self, input: ParseStream) -> syn::Result<()> {
        while !input.is_empty() {
            self.declares = true;
            let access: Ident = input.parse()?;
            let content;
            parenthesized!(content in input);
            let listed = Punctuated::<Expr, Token![,]>::parse_terminated(&content)?;
            let is_shared = access == "acquires_shared";
            if access == "reads" || access == "writes" {
                let place = |place| Place {
                    access: access.clone(),
                    place,
                };
                self.places.extend(listed.into_iter().map(place));
            } else if access == "releases" && !listed.is_empty() {
                self.released.extend(listed);
            } else if listed.is_empty() || !is_shared && access != "acquires" {
                return Err(syn::Error::new(access.span(), "no access"));
            } else {
                self.acquired
                    .extend(listed.into_iter().map(|lock| Acquired {
                        source_text: displayed(lock.to_token_stream()),
                        lock,
                        is_shared,
                    }));
            }
        }
        Ok(())
    }
}

/// The tokens as people would write them.
pub(crate) fn displayed(tokens: TokenStream) -> String {
    let mut text = String::new();
    let mut after_word = false;
    for token in tokens {
        let is_word = matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
        if is_word && after_word || text.ends_with(',') {
            text.push(' ');
        }
        after_word = is_word;
        match token {
            TokenTree::Group(group) => {
                let inner = displayed(group.stream());
                let shown = match group.delimiter() {
                    Delimiter::Parenthesis => format!("({inner})"),
                    Delimiter::Bracket => format!("[{inner}]"),
                    Delimiter::Brace => format!("{{ {inner} }}"),
                    Delimiter::None => inner,
                };
                text += &shown;
            }
            token => text += &token.to_string(),
        }
    }
    text
}

/// Gives all tokens the span `near`, so that names in them resolve as they do there.
fn respanned(tokens: TokenStream, near: Span) -> TokenStream {
    let each = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), respanned(group.stream(), near)).into();
        }
        token.set_span(near);
        token
    };
    tokens.into_iter().map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn parse(text: &str) -> Result<(String, Vec<String>), String> {
        let marker = Marker::parse(text, Span::call_site())?;
        let places = marker.places.iter();
        let places = places.map(|Place { access, place }| quote!(#access #place).to_string());
        assert_eq!(marker.declares, text.contains('('));
        Ok((marker.name, places.collect()))
    }

    #[test]
    fn a_name_may_be_followed_by_places() {
        let of = |name: &str, places: &[&str]| {
            Ok((
                name.to_owned(),
                places.iter().map(ToString::to_string).collect(),
            ))
        };
        assert_eq!(parse(" read_value \r"), of("read_value", &[]));
        assert_eq!(parse("größe"), of("größe", &[]));
        assert_eq!(
            parse("swap reads(self.a, b[0]) writes(*c,)"),
            of("swap", &["reads self . a", "reads b [0]", "writes * c"])
        );
        assert_eq!(
            parse("w writes(a)reads(b)"),
            of("w", &["writes a", "reads b"])
        );
        assert_eq!(parse("nothing reads()"), of("nothing", &[]));
    }

    #[test]
    fn what_is_acquired_is_told_from_what_is_touched() {
        let text = "take acquires(self.a, b) writes(c) acquires_shared(d) releases(b, e)";
        let marker = Marker::parse(text, Span::call_site()).unwrap();
        let acquired = marker.acquired.iter();
        let acquired: Vec<_> = acquired
            .map(|it| (&*it.source_text, it.is_shared))
            .collect();
        assert_eq!(acquired, [("self.a", false), ("b", false), ("d", true)]);
        let released = marker.released.iter();
        let released: Vec<_> = released.map(|it| displayed(it.to_token_stream())).collect();
        assert_eq!(released, ["b", "e"]);
        assert_eq!(marker.places[0].place.to_token_stream().to_string(), "c");
    }

    #[test]
    fn what_is_acquired_is_shown_as_people_would_write_it() {
        for text in [
            "self.forks[left]",
            "self.lock(a, 1).0",
            "&mut forks[x as usize]",
            "crate::LOCK",
            "self.of::<u8>({ 1 }).left",
        ] {
            assert_eq!(displayed(text.parse().unwrap()), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        assert!(parse("").unwrap_err().contains("needs a name"));
        assert!(parse("1st").unwrap_err().contains("bad marker name"));
        assert!(parse("read(x)").unwrap_err().contains("bad marker name"));
        for bad in [
            "read value",
            "read acquires()",
            "read releases()",
            "read reads(a",
            "read reads(a) // why",
            "read /* why */",
            "read touches(a)",
            "read shares(a)",
            "read reads(a b)",
            "read 'unclosed \" quote",
        ] {
            assert!(parse(bad).unwrap_err().contains("cannot follow"), "{bad}");
        }
    }
}
