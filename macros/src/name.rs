//! The names that markers may have.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Error, LitStr};

/// Checks that `name` consists of letters, digits, `_`, `-` and `.`, the first a letter or `_`;
/// otherwise says what is wrong.
pub(crate) fn check(name: &str) -> Result<(), String> {
    let first = name.chars().next();
    if !first.is_some_and(|first| first.is_alphabetic() || first == '_') {
        return Err(format!(
            "bad marker name {name:?}: a name starts with a letter or `_`"
        ));
    }
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    match name.chars().find(|&c| !part(c)) {
        None => Ok(()),
        Some(bad) => Err(format!(
            "bad marker name {name:?}: {bad:?} is none of letters, digits, `_`, `-` and `.`"
        )),
    }
}

/// Parses the string literal `tokens`, checks it as a name, and returns it.
pub(crate) fn literal(tokens: TokenStream) -> Result<TokenStream, Error> {
    let literal: LitStr = syn::parse2(tokens)?;
    match check(&literal.value()) {
        Ok(()) => Ok(literal.into_token_stream()),
        Err(wrong) => Err(Error::new(literal.span(), wrong)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn a_name_is_letters_digits_and_three_signs() {
        for good in ["read_value", "_x", "größe", "a.b-c", "x1", "読む"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", "1st", "-a", ".a", "a b", "a(b)", "→", "a:b", "a\"b"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_a_string_literal_is_a_name() {
        assert_eq!(literal(quote!("read")).unwrap().to_string(), "\"read\"");
        assert!(literal(quote!(read)).is_err());
        assert!(literal(quote!("re ad")).is_err());
    }
}
