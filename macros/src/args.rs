//! The arguments of the attribute: `crate = some::path`, or none.

use syn::parse::{Parse, ParseStream};
use syn::{Error, Path, Token, parse_quote};

/// What is in the parentheses of `#[interlace::trace(…)]`.
pub(crate) struct Arguments {
    /// The path by which the expansion names the `interlace` crate.
    pub(crate) root: Path,
}

impl Parse for Arguments {
    fn parse(input: ParseStream) -> Result<Self, Error> {
        if input.is_empty() {
            let root = parse_quote!(::interlace);
            return Ok(Arguments { root });
        }
        let help = "the only argument of `interlace::trace` is `crate = some::path`, \
                    the path of the `interlace` crate";
        if !input.peek(Token![crate]) || !input.peek2(Token![=]) {
            return Err(input.error(help));
        }
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        let root = input.call(Path::parse_mod_style)?;
        if input.is_empty() {
            Ok(Arguments { root })
        } else {
            Err(input.error(help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::{ToTokens, quote};

    fn root(tokens: proc_macro2::TokenStream) -> Result<String, Error> {
        let arguments: Arguments = syn::parse2(tokens)?;
        Ok(arguments.root.into_token_stream().to_string())
    }

    #[test]
    fn the_crate_can_be_renamed_and_nothing_else() {
        assert_eq!(root(quote!()).unwrap(), ":: interlace");
        assert_eq!(root(quote!(crate = a::b)).unwrap(), "a :: b");
        assert_eq!(root(quote!(crate = crate::c)).unwrap(), "crate :: c");
        for bad in [quote!(crate), quote!(name = "a"), quote!(crate = a, b)] {
            assert!(root(bad).is_err());
        }
    }
}
