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

#[cfg(feature = "json")]
proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    /// Whatever a report has in it, also where names and steps do not fit together.
    #[test]
    fn every_report_has_a_page_in_which_each_element_ends(
        report in crate::report::json::tests::reports(),
    ) {
        let page = report.to_html();
        for name in ["div", "section", "table", "tbody", "tr", "td", "li", "code", "span", "pre", "script"] {
            let begins = [format!("<{name}>"), format!("<{name} ")];
            let begins: usize = begins.iter().map(|tag| page.matches(&**tag).count()).sum();
            proptest::prop_assert_eq!(begins, page.matches(&format!("</{name}>")).count(), "{}", name);
        }
    }
}
