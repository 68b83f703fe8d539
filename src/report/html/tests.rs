use super::*;
use crate::error::{Error, ErrorKind};

#[test]
fn values_of_a_template_are_not_templates() {
    let page = fill("<a>{{x}}</a>{{y}}.", |slot| format!("{{{{{slot}}}}}"));
    assert_eq!(page, "<a>{{x}}</a>{{y}}.");
    assert_eq!(fill("none", |_| unreachable!()), "none");
}

#[test]
fn a_page_without_a_failure_says_so_and_loads_nothing() {
    let error = Error::new(ErrorKind::NoMarkers, "no <markers>");
    let page = Report::refused(error).to_html();
    assert!(
        page.contains("<title>interlace: no &lt;markers&gt;</title>"),
        "{page}"
    );
    assert!(page.contains("<h1>No failure</h1>"), "{page}");
    for word in ["src=", "href=", "@import", "fetch(", "url(http", "{{"] {
        assert!(!page.contains(word), "{word}");
    }
}
