//! Where executions cannot be told by their classes.

use crate::operation::{Knowledge, Trace};
use crate::search::Irreducible;

/// Why the executions of the program that this is one of cannot be told by their classes, if they cannot.
pub(crate) fn why_irreducible(trace: &Trace<'_>) -> Option<Irreducible> {
    let mut events = trace.events.iter();
    let opaque = events.position(|event| event.knowledge == Knowledge::Nothing);
    let mut events = trace.events.iter();
    let declares = events.any(|event| event.knowledge == Knowledge::Declared);
    let nothing = (!declares).then_some(Irreducible::NothingDeclared);
    let conditional = trace.conditional.map(Irreducible::Conditional);
    conditional.or(opaque.map(Irreducible::Opaque)).or(nothing)
}
