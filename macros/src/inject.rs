//! Writes markers into the code that they gate.
//!
//! Nothing that the user wrote moves into another scope, so temporaries, borrows and types stay as
//! they are. The added code only names the hidden module of `interlace`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{
    AttrStyle, Attribute, BinOp, Expr, ExprBinary, ExprBlock, ExprForLoop, ExprWhile, Path, Stmt,
};

use crate::marker::{Acquired, Marker, displayed};
use crate::position::Position;

/// The name of each marker's `static`. Items have no hygiene, so it must be a name that nobody else
/// uses.
const SITE: &str = "__INTERLACE_SITE";

/// A marker, ready to be written somewhere.
#[derive(Clone)]
pub(crate) struct Gate {
    /// Declares the `static` of the marker's site.
    site: TokenStream,
    /// An expression of type `()` that reaches the marker.
    reach: TokenStream,
    /// The path of the hidden module.
    private: TokenStream,
}

impl Gate {
    pub(crate) fn new(
        marker: &Marker,
        root: &Path,
        file: &str,
        at: Position,
    ) -> Result<Self, syn::Error> {
        let span = Span::mixed_site();
        let private = quote_spanned!(span=> #root::__private);
        let site = Ident::new(SITE, span);
        let name = &marker.name;
        let reach = if marker.declares {
            declare(marker, &private, &site)?
        } else {
            quote_spanned!(span=> #private::reach(&#site))
        };
        let line = Literal::usize_unsuffixed(at.line);
        let column = Literal::usize_unsuffixed(at.column);
        // In the order in which `declare` adds them.
        let places = marker.places.iter();
        let places = places.map(|place| displayed(place.place.to_token_stream()));
        let locks = marker.acquired.iter().map(|lock| lock.source_text.clone());
        let released = marker.released.iter();
        let released = released.map(|lock| displayed(lock.to_token_stream()));
        let touched: Vec<String> = places.chain(locks).chain(released).collect();
        let declaring = match touched.as_slice() {
            [] => TokenStream::new(),
            touched => quote_spanned!(span=> .declaring(&[#(#touched),*])),
        };
        let site = quote_spanned! {span=>
            static #site: #private::Site =
                #private::Site::new(#name, #file, #line, #column) #declaring;
        };
        Ok(Gate {
            site,
            reach,
            private,
        })
    }

    /// The marker as a statement.
    fn statement(&self) -> Stmt {
        let Gate { site, reach, .. } = self;
        let tokens = quote_spanned!(Span::mixed_site()=> { #site #reach; });
        Stmt::Expr(Expr::Verbatim(tokens), None)
    }

    /// The marker as a statement before `gated`, under the same `#[cfg(…)]`s.
    pub(crate) fn before_statement(&self, gated: &Stmt) -> Stmt {
        let conditions = conditions(gated);
        let marker = self.statement();
        let tokens = quote!(#(#conditions)* #marker);
        Stmt::Expr(Expr::Verbatim(tokens), None)
    }

    /// Puts the marker at the start of the body of a match arm, a closure or an `else`.
    pub(crate) fn before_body(&self, body: &mut Expr) {
        if let Expr::Block(block) = body
            && block.label.is_none()
            && block.attrs.iter().all(is_inner)
        {
            block.block.stmts.insert(0, self.statement());
            return;
        }
        let gated = std::mem::replace(body, Expr::Verbatim(TokenStream::new()));
        let mut block: ExprBlock = syn::parse_quote!({});
        block.block.stmts = vec![self.statement(), Stmt::Expr(gated, None)];
        *body = Expr::Block(block);
    }

    /// Puts the marker at the start of an async block, before the right operand of `&&` or `||`, or
    /// before every evaluation of a `while`'s or `for`'s header.
    pub(crate) fn inside(&self, expr: &mut Expr) {
        let tokens = match expr {
            Expr::Async(later) => return later.block.stmts.insert(0, self.statement()),
            Expr::Binary(lazy) => self.before_right(lazy),
            Expr::While(rounds) => self.before_conditions(rounds),
            Expr::ForLoop(rounds) => self.before_items(rounds),
            _ => return,
        };
        *expr = Expr::Verbatim(tokens);
    }

    /// `a && b` becomes `a && { marker; true } && b`, so that `b` may be a `let` of a chain.
    fn before_right(&self, lazy: &ExprBinary) -> TokenStream {
        let ExprBinary {
            left, op, right, ..
        } = lazy;
        let marker = self.statement();
        let is_and = matches!(op, BinOp::And(_));
        let operand = quote_spanned!(Span::mixed_site()=> { #marker #is_and });
        quote!(#left #op #operand #op #right)
    }

    /// `while c { b }` becomes `loop { marker; if c { b } else { break } }`.
    fn before_conditions(&self, rounds: &ExprWhile) -> TokenStream {
        let (inner, outer): (Vec<_>, Vec<_>) = rounds.attrs.iter().partition(|a| is_inner(a));
        let ExprWhile {
            label, cond, body, ..
        } = rounds;
        let marker = self.statement();
        let then = quote_spanned! {Span::mixed_site()=>
            #(#inner)* #marker if #cond #body else { break }
        };
        quote_spanned!(Span::mixed_site()=> #(#outer)* #label loop { #then })
    }

    /// `for p in e { b }` becomes what the compiler makes of it, with the marker in two places:
    ///
    /// ```text
    /// match items(marker, e) {
    ///     mut items => loop {
    ///         if items.has_begun() { marker }
    ///         match items.next() { None => break, Some(p) => { b } }
    ///     }
    /// };
    /// ```
    ///
    /// The `static` goes outside, and the semicolon ends the temporaries of `e` where they ended before.
    fn before_items(&self, rounds: &ExprForLoop) -> TokenStream {
        let Gate {
            site,
            reach,
            private,
        } = self;
        let span = Span::mixed_site();
        let (inner, outer): (Vec<_>, Vec<_>) = rounds.attrs.iter().partition(|a| is_inner(a));
        let ExprForLoop {
            label,
            pat,
            expr,
            body,
            ..
        } = rounds;
        quote_spanned! {span=>
            #(#outer)* {
                #site
                match #private::items(#reach, #expr) {
                    mut items => #label loop {
                        #(#inner)*
                        if items.has_begun() { #reach }
                        match items.next() {
                            #private::None => break,
                            #private::Some(#pat) => #body
                        }
                    }
                };
            }
        }
    }
}

/// Says what a marker declares, and reaches it, if that pauses the thread.
fn declare(
    marker: &Marker,
    private: &TokenStream,
    site: &Ident,
) -> Result<TokenStream, syn::Error> {
    let span = Span::mixed_site();
    let declaration = Ident::new("declaration", span);
    let places = marker.places.iter();
    let places = places.map(|place| place.declare(private, &declaration));
    let places: Vec<_> = places.collect::<Result<_, _>>()?;
    let locks = marker.acquired.iter().map(|acquired| &acquired.lock);
    let released = &marker.released;
    let reach = if marker.acquired.is_empty() {
        quote_spanned!(span=> #declaration.reach(&#site))
    } else {
        let shown = marker.acquired.iter().map(|acquired| {
            let Acquired {
                lock, source_text, ..
            } = acquired;
            let look = if acquired.is_shared {
                quote_spanned!(span=> #private::look_shared)
            } else {
                quote_spanned!(span=> #private::look)
            };
            quote_spanned!(span=> see(#look(&#lock, #source_text));)
        });
        quote_spanned!(span=> #declaration.acquire(&#site, &|see| { #(#shown)* }))
    };
    Ok(quote_spanned! {span=>
        if #private::is_to_pause() {
            let mut #declaration = #private::Declaration::default();
            let _ = &mut #declaration;
            #(#places)*
            #(#declaration.acquires(#private::lock_id(&#locks));)*
            #(#declaration.releases(#private::lock_id(&#released));)*
            #reach;
        }
    })
}

fn is_inner(attribute: &Attribute) -> bool {
    matches!(attribute.style, AttrStyle::Inner(_))
}

/// The `#[cfg(…)]`s of a statement.
fn conditions(statement: &Stmt) -> Vec<Attribute> {
    let attributes = |input: ParseStream| {
        let attributes = Attribute::parse_outer(input)?;
        input.parse::<TokenStream>()?;
        Ok(attributes)
    };
    let all = attributes.parse2(statement.to_token_stream());
    let mut all = all.unwrap_or_default();
    all.retain(|attribute| attribute.path().is_ident("cfg"));
    all
}

/// Whether an attribute around this one has already written the marker of the comment at this place
/// into `item`, which is printed without white space.
pub(crate) fn is_already_injected(item: &str, file: &str, at: Position) -> bool {
    let (file, Position { line, column }) = (Literal::string(file), at);
    let arguments = without_space(&format!("{file},{line},{column})"));
    item.contains(SITE) && item.contains(&arguments)
}

pub(crate) fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}
