use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

#[test]
fn a_panic_leaves_the_guards_as_they_were() {
    let here = || GUARDS.get();
    explaining(|| {
        let outer = here();
        let panics = AssertUnwindSafe(|| explaining(|| panic!("at once")));
        catch_unwind(panics).unwrap_err();
        assert_eq!(here(), outer);
    });
    assert!(here().is_null());
}

#[test]
fn a_stack_has_one_guard_which_says_whose_it_is_now() {
    let of = |name| Guard::new(name, 1 << 16, (1 << 20, (1 << 20) + (1 << 16)));
    explaining(|| {
        super::guard(of("a"));
        super::guard(of("b"));
        with_guards(|guards| {
            let guards = guards.borrow();
            assert_eq!(guards.len(), 1);
            assert!(guards[0].message.contains("`b`"));
        });
    });
}
