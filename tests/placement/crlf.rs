//! A file whose lines end in carriage return and line feed; `.gitattributes` keeps them.

#[rustfmt::skip]
#[interlace::trace(crate = super::positions)]
pub(crate) fn carriage_returns() {
    let text = "two
        lines"; drop(text.len()); // interlace: inline

    // interlace: own_line
    drop(1);
}
