//! What a search has left without a point or a choice.

/// What a search has not interleaved with anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Coverage {
    /// The declared threads that reached no scheduling point in any execution.
    pub(crate) unreached: Vec<String>,
    /// Whether there never was a choice, so that there is one schedule only.
    pub(crate) has_no_choice: bool,
}

impl Coverage {
    /// Adds what another shard has left over: a gap is what all have left over.
    pub(super) fn append(&mut self, next: &Coverage) {
        self.unreached.retain(|name| next.unreached.contains(name));
        self.has_no_choice &= next.has_no_choice;
    }
}
