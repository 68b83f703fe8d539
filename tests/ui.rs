//! What does not compile, and how the compiler says so.

#[test]
fn every_mistake_is_an_error_at_its_own_place() {
    trybuild::TestCases::new().compile_fail("*.rs");
}
