//! The threads of an execution: who they are, who started them, and where they stand.

use std::sync::Arc;

use crate::operation::{ThreadId, ThreadState};

/// The threads of an execution, one row each. Declared threads are the first rows; a thread that
/// the program starts gets the next one, and leaves it when the next execution begins.
#[derive(Debug)]
pub(crate) struct ThreadTable {
    pub(super) states: Vec<ThreadState>,
    names: Vec<Arc<str>>,
    parents: Vec<Option<ThreadId>>,
    /// How many threads each has started.
    children: Vec<u32>,
    /// A number for each, the same under every schedule.
    identities: Vec<u64>,
    declared: usize,
}

impl ThreadTable {
    pub(crate) fn new(declared: &[String]) -> Self {
        let count = declared.len();
        ThreadTable {
            states: vec![ThreadState::NotStarted; count],
            names: declared.iter().map(|name| Arc::from(&**name)).collect(),
            parents: vec![None; count],
            children: vec![0; count],
            identities: (1..)
                .take(count)
                .map(|number| identity(0, number))
                .collect(),
            declared: count,
        }
    }

    /// Makes ready for the next execution.
    #[inline]
    pub(super) fn reset(&mut self) {
        if self.states.len() > self.declared {
            self.states.truncate(self.declared);
            self.names.truncate(self.declared);
            self.parents.truncate(self.declared);
            self.children.truncate(self.declared);
            self.identities.truncate(self.declared);
            self.children.fill(0);
        }
        self.states.fill(ThreadState::NotStarted);
    }

    /// Adds a thread that `parent` starts. It is called what the program calls it, or `parent/3` if
    /// it is the third that its parent starts: so a name depends on what the parent does, and not on
    /// the schedule of others. A name that another thread has is not given twice.
    pub(super) fn add(&mut self, parent: ThreadId, name: Option<&str>) -> ThreadId {
        self.children[parent.index()] += 1;
        let number = self.children[parent.index()];
        let is_free = |name: &&str| self.names.iter().all(|other| **other != **name);
        let name = match name.filter(is_free) {
            Some(name) => Arc::from(name),
            None => format!("{}/{number}", self.names[parent.index()]).into(),
        };
        let thread = ThreadId::new(self.states.len());
        self.states.push(ThreadState::Starting);
        self.names.push(name);
        self.parents.push(Some(parent));
        self.children.push(0);
        self.identities
            .push(identity(self.identity(parent), number));
        thread
    }

    /// The program calls `thread` so, which was just added. A name that another thread has is not
    /// given twice.
    pub(super) fn rename(&mut self, thread: ThreadId, name: &str) {
        let is_free = self.names.iter().all(|other| **other != *name);
        if is_free {
            self.names[thread.index()] = Arc::from(name);
        }
    }

    /// The names of the threads, by their ids.
    pub(crate) fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// Who started a thread; nobody if it was declared.
    #[cfg(test)]
    pub(crate) fn parent(&self, thread: ThreadId) -> Option<ThreadId> {
        self.parents[thread.index()]
    }

    /// A number for the thread. It depends on the parent and on how many threads that has started
    /// before, and not on the schedule of others.
    pub(crate) fn identity(&self, thread: ThreadId) -> u64 {
        self.identities[thread.index()]
    }

    /// The numbers of all threads, by their ids.
    pub(super) fn identities(&self) -> &[u64] {
        &self.identities
    }

    /// How many threads were declared.
    pub(crate) fn declared(&self) -> usize {
        self.declared
    }

    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }
}

/// That of the thread of this number that `parent` starts.
fn identity(parent: u64, number: u32) -> u64 {
    // An odd factor with bits all over, as the golden ratio has them, keeps numbers apart.
    (parent ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_the_same_number_whoever_else_starts_some() {
        let numbers = |others_first: bool| {
            let mut table = ThreadTable::new(&["a".to_owned(), "b".to_owned()]);
            let [a, b] = [0, 1].map(ThreadId::new);
            if others_first {
                table.add(b, None);
            }
            let started = [a, a].map(|parent| table.add(parent, None));
            [a, b, started[0], started[1]].map(|thread| table.identity(thread))
        };
        let own = numbers(false);
        assert_eq!(numbers(true), own);
        assert!((1..4).all(|at| !own[..at].contains(&own[at])), "{own:?}");
    }

    #[test]
    fn threads_are_called_after_their_parents_unless_the_program_names_them() {
        let mut table = ThreadTable::new(&["a".to_owned(), "b".to_owned()]);
        let [a, b] = [0, 1].map(ThreadId::new);
        let first = table.add(a, None);
        let pool = table.add(a, Some("pool"));
        table.add(b, Some("pool"));
        table.add(first, None);
        table.add(a, None);
        let names: Vec<&str> = table.names().iter().map(|name| &**name).collect();
        assert_eq!(names, ["a", "b", "a/1", "pool", "b/1", "a/1/1", "a/3"]);
        assert_eq!(table.parent(pool), Some(a));
        assert_eq!(table.parent(b), None);

        table.reset();
        assert_eq!(table.names().len(), 2);
        let again = table.add(a, None);
        assert_eq!(&*table.names()[again.index()], "a/1");
    }
}
