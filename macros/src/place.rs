//! The places that a marker says are read or written.
//!
//! What can have an address is told by its form, so that a temporary does not compile: of an expression
//! that denotes a place the address can be taken, and any other must point to one.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Error, Expr, Lit, UnOp, bracketed};

/// A place that is read or written, as `access` says.
pub(crate) struct Place {
    pub(crate) access: Ident,
    pub(crate) place: Expr,
}

impl Place {
    /// Statements that add it to the variable `declaration`. The library's hidden module is `private`.
    pub(crate) fn declare(
        &self,
        private: &TokenStream,
        declaration: &Ident,
    ) -> Result<TokenStream, Error> {
        let access = &self.access;
        let (form, place) = form(&self.place);
        let span = Span::mixed_site().located_at(place.span());
        let of_text = format_ident!("{access}_text", span = span);
        let mut check = TokenStream::new();
        let denoted = match form {
            Form::Text => return Ok(quote_spanned!(span=> #declaration.#of_text(#place);)),
            Form::Literal => {
                let wrong = "a place is an expression that has an address, or a string literal";
                return Err(Error::new_spanned(place, wrong));
            }
            Form::Place => {
                // Of a constant a reference can be made, but its address cannot be taken.
                check = quote_spanned!(span=> if false { let _ = &raw const #place; });
                quote_spanned!(span=> &#place)
            }
            Form::Value => quote_spanned!(span=> #private::value(&(#place))),
        };
        Ok(quote_spanned! {span=>
            #check
            #declaration.#access(
                #private::Place::at(#denoted).target().target().target().target().range()
            );
        })
    }
}

/// A place as `marker!` gives it: `[private] declaration access place`.
pub(crate) fn of_macro(tokens: TokenStream) -> Result<TokenStream, Error> {
    let declare = |input: ParseStream| {
        let private;
        bracketed!(private in input);
        let private: TokenStream = private.parse()?;
        let declaration: Ident = input.parse()?;
        let (access, place) = (input.parse()?, input.parse()?);
        Place { access, place }.declare(&private, &declaration)
    };
    declare.parse2(tokens)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Text, which stands for what has no address.
    Text,
    /// Another literal.
    Literal,
    /// It denotes a place, or does not compile as one.
    Place,
    /// It has a value, which must point to a place.
    Value,
}

/// The form of an expression, of what is referred to if it is a reference.
fn form(expr: &Expr) -> (Form, &Expr) {
    let of = match expr {
        Expr::Group(group) => return form(&group.expr),
        Expr::Paren(paren) => return form(&paren.expr),
        Expr::Reference(reference) => return form(&reference.expr),
        Expr::Field(_) | Expr::Index(_) | Expr::Path(_) => Form::Place,
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => Form::Place,
        Expr::Lit(it) if matches!(it.lit, Lit::Str(_)) => Form::Text,
        Expr::Macro(it) if it.mac.path.is_ident("concat") => Form::Text,
        Expr::Macro(it) if it.mac.path.is_ident("stringify") => Form::Text,
        Expr::Lit(_) => Form::Literal,
        _ => Form::Value,
    };
    (of, expr)
}
