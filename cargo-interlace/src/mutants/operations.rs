//! The atomic operations of packages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::executables::Executables;
use super::test_code::TestCode;

/// An operation: a place in the source, which may be compiled several times.
pub(super) struct Operation {
    /// `push.store`.
    pub(super) name: String,
    /// What it does, as std calls that.
    pub(super) does: String,
    pub(super) file: PathBuf,
    pub(super) line: u32,
    pub(super) column: u32,
    /// By their numbers in C11, the second if it fails. They are not known before it is reached.
    pub(super) orders: [u8; 2],
    /// Where it is in the code of executables, by their numbers.
    pub(super) places: BTreeSet<(usize, usize)>,
    /// The tests, by their numbers, that reach it in a search.
    pub(super) tests: BTreeSet<usize>,
    /// Those that reach it elsewhere.
    pub(super) tests_outside: BTreeSet<usize>,
}

impl Operation {
    /// The line of the source; nothing if it cannot be read.
    pub(super) fn source(&self) -> String {
        let source = fs::read_to_string(&self.file).unwrap_or_default();
        let line = source.lines().nth(self.line.saturating_sub(1) as usize);
        line.unwrap_or_default().trim().to_owned()
    }
}

/// All operations of a build.
pub(super) struct Operations {
    pub(super) all: Vec<Operation>,
    /// Whether orders that are too weak make tests fail.
    pub(super) orders_are_checked: bool,
    /// Which one it is, by executable and place.
    numbers: BTreeMap<(usize, usize), usize>,
}

impl Operations {
    /// Of what each executable has told of its own code.
    pub(super) fn new(told: &[String], executables: &Executables) -> Self {
        let tests = TestCode::find(&executables.folders, &executables.roots_of_tests);
        let folders = &executables.all_folders;
        let is_meant = |file: &Path| {
            let innermost = folders.iter().filter(|it| file.starts_with(it));
            let innermost = innermost.max_by_key(|it| it.components().count());
            innermost.is_some_and(|it| executables.folders.contains(it))
        };
        let mut all = BTreeMap::new();
        let mut orders_are_checked = false;
        for (executable, text) in told.iter().enumerate() {
            let (first, lines) = text.split_once('\n').unwrap_or_default();
            orders_are_checked |= first == "1";
            for (place, operation) in lines.lines().filter_map(parsed) {
                let (file, line) = (&operation.file, operation.line);
                if !is_meant(file) || tests.contains(file, line) {
                    continue;
                }
                let key = (file.clone(), line, operation.column, operation.does.clone());
                let known: &mut Operation = all.entry(key).or_insert(operation);
                known.places.insert((executable, place));
            }
        }
        let all: Vec<_> = all.into_values().collect();
        let places = all.iter().enumerate();
        let numbers = places.flat_map(|(number, it)| it.places.iter().map(move |at| (*at, number)));
        Operations {
            numbers: numbers.collect(),
            all,
            orders_are_checked,
        }
    }

    /// Notes what a test of an executable has told of what it reached.
    pub(super) fn reached(&mut self, executable: usize, test: usize, told: &str) {
        for line in told.lines() {
            let Some((place, is_searched, orders)) = reached(line) else {
                continue;
            };
            let Some(number) = self.numbers.get(&(executable, place)) else {
                continue;
            };
            let operation = &mut self.all[*number];
            if is_searched {
                operation.tests.insert(test);
            } else {
                operation.tests_outside.insert(test);
            }
            for (own, order) in operation.orders.iter_mut().zip(orders) {
                *own = order.max(*own);
            }
        }
    }
}

/// A line of those that `src/instrument/mutant/operations.rs` writes.
fn parsed(line: &str) -> Option<(usize, Operation)> {
    let mut fields = line.split('\t');
    let place = usize::from_str_radix(fields.next()?, 16).ok()?;
    let operation = Operation {
        does: fields.next()?.to_owned(),
        name: fields.next()?.to_owned(),
        file: fields.next()?.into(),
        line: fields.next()?.parse().ok()?,
        column: fields.next()?.parse().ok()?,
        orders: [0; 2],
        places: BTreeSet::new(),
        tests: BTreeSet::new(),
        tests_outside: BTreeSet::new(),
    };
    Some((place, operation))
}

/// A line of those that `src/instrument/mutant/reached.rs` writes: the place, whether it was in a search, and
/// the orders.
fn reached(line: &str) -> Option<(usize, bool, [u8; 2])> {
    let mut fields = line.split('\t');
    let place = usize::from_str_radix(fields.next()?, 16).ok()?;
    let is_searched = fields.next()? == "1";
    let orders = [fields.next()?.parse().ok()?, fields.next()?.parse().ok()?];
    Some((place, is_searched, orders))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn executables() -> Executables {
        Executables {
            all: Vec::new(),
            crates: Vec::new(),
            folders: vec!["/w".into()],
            all_folders: ["/w".into(), "/w/other".into()].into(),
            roots_of_tests: BTreeSet::new(),
        }
    }

    #[test]
    fn one_place_in_the_source_is_one_operation_wherever_it_is_compiled() {
        let first = "0\n1a\tstore\tpush.store\t/w/src/lib.rs\t3\t9\n\
                     2a\tstore\tpush.store\t/w/src/lib.rs\t3\t9\n\
                     3a\tload\tpush.load\t/w/src/lib.rs\t3\t9\n\
                     4a\tload\tother.load\t/w/other/src/lib.rs\t3\t9\n\
                     5a\tload\ttest.load\t/w/tests/push.rs\t3\t9\n";
        let second = "1\n1a\tstore\tpush.store\t/w/src/lib.rs\t3\t9\nnot a line\n";
        let told = [first.to_owned(), second.to_owned()];
        let mut operations = Operations::new(&told, &executables());
        assert!(operations.orders_are_checked);
        let [load, store] = &operations.all[..] else {
            panic!("there are two in the package that are no test's");
        };
        assert_eq!((&*load.name, &*store.name), ("push.load", "push.store"));
        assert_eq!(store.places, [(0, 0x1a), (0, 0x2a), (1, 0x1a)].into());

        operations.reached(1, 7, "1a\t1\t3\t0\n9\t1\t0\t0\n");
        operations.reached(0, 6, "3a\t0\t0\t0\n");
        let [load, store] = &operations.all[..] else {
            unreachable!();
        };
        assert_eq!((&store.tests, store.orders), (&[7].into(), [3, 0]));
        assert_eq!(
            (&load.tests, &load.tests_outside),
            (&[].into(), &[6].into())
        );
    }
}
