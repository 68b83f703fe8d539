//! What does not compile, and how the compiler says so.

#[test]
fn every_mistake_is_an_error_at_its_own_place() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
