//! Any report in lines of any width, in colours and without.

use console::strip_ansi_codes;
use proptest::prelude::*;

use super::json::tests::reports;
use crate::look::Look;
use crate::text_width::width;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn colours_are_all_that_colours_add(report in reports(), width in 20..130_usize) {
        let plain = Look { width, wraps: true, has_colours: false };
        let coloured = Look { has_colours: true, ..plain };
        // Names and messages may have escapes of their own.
        let [plain, coloured] = [plain, coloured].map(|look| report.told(look));
        prop_assert_eq!(strip_ansi_codes(&coloured), strip_ansi_codes(&plain));
        prop_assert_eq!(report.told(Look::PLAIN), report.to_string());
    }

    /// A word may be wider, and so may code to paste.
    #[test]
    fn lines_are_as_narrow_as_the_terminal(report in reports(), most in 48..130_usize) {
        let text = report.told(Look { width: most, wraps: true, has_colours: false });
        let pasted = report.failure.iter().map(|it| [&*it.regression, &*it.kept.test]);
        let pasted: Vec<&str> = pasted.flatten().flat_map(|it| it.split('\n')).collect();
        for line in text.split('\n') {
            let is_pasted = pasted.contains(&line);
            prop_assert!(width(line) <= most || is_pasted || !line.trim().contains(' '), "{}: {:?}\n{}", width(line), line, text);
        }
    }
}
