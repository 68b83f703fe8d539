//! Comments that are markers, or look like one.

use crate::text::Comment;

/// A comment and the region that it stands in.
pub(crate) struct MarkerComment {
    pub(crate) region: usize,
    pub(crate) comment: Comment,
}

/// What follows `interlace:` in a marker comment; or what is wrong with a comment that only looks
/// like one; `None` for any other comment.
pub(crate) fn marker_text(comment: &Comment) -> Option<Result<&str, String>> {
    let comment = &*comment.text;
    let is_outer_doc = comment.starts_with("///") && !comment.starts_with("////");
    let text = comment.trim_start_matches('/').trim_start();
    if comment.starts_with("//") && !is_outer_doc && text.starts_with("interlace:") {
        return text.strip_prefix("interlace:").map(Ok);
    }
    let text = comment.trim_matches(['/', '*', '!']).trim();
    let (start, rest) = text.split_at_checked("interlace".len())?;
    let is_exact = start == "interlace" && rest.trim_start().starts_with(':');
    let named = outside_of_parentheses(rest.trim_start_matches([' ', ':']));
    let mut words = named.split_whitespace();
    // If more follows than a name and what is read, it is prose.
    let is_name = words.next().is_some() && words.all(|word| word.find('(') > Some(0));
    let is_ours = start.eq_ignore_ascii_case("interlace") && rest.starts_with([' ', ':']);
    (is_exact || is_ours && is_name).then(|| {
        Err("this is not a marker; write it as a line comment `// interlace: <name>`".to_owned())
    })
}

/// The text without what is in parentheses, which are left.
fn outside_of_parentheses(text: &str) -> String {
    let mut depth = 0_usize;
    let is_outside = |sign: &char| {
        let before = depth;
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before == 0 || depth == 0
    };
    text.chars().filter(is_outside).collect()
}
