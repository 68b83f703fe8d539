//! What came of all changes.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::baseline::Baseline;
use super::executables::Executables;
use super::operations::Operation;
use super::trial::{Outcome, Trial};

/// All changes, with what there is to say of them.
pub(super) struct Summary<'a> {
    baseline: &'a Baseline,
    executables: &'a Executables,
    pub(super) trials: Vec<Trial>,
    root: &'a Path,
}

impl<'a> Summary<'a> {
    pub(super) fn new(
        baseline: &'a Baseline,
        executables: &'a Executables,
        trials: Vec<Trial>,
        root: &'a Path,
    ) -> Self {
        Summary {
            baseline,
            executables,
            trials,
            root,
        }
    }

    /// Whether no test has missed a change.
    pub(super) fn all_are_noticed(&self) -> bool {
        self.trials
            .iter()
            .all(|it| it.outcome != Outcome::NotNoticed)
    }

    /// How many changes ended so.
    pub(super) fn count(&self, is_meant: impl Fn(Outcome) -> bool) -> usize {
        self.trials.iter().filter(|it| is_meant(it.outcome)).count()
    }

    /// The packages whose operations were changed.
    pub(super) fn crates(&self) -> String {
        self.executables.crates.join(", ")
    }

    pub(super) fn operations(&self) -> &[Operation] {
        &self.baseline.operations.all
    }

    /// How many tests reach an operation in a search.
    pub(super) fn tests(&self) -> usize {
        let tests = self.operations().iter().flat_map(|it| &it.tests);
        tests.collect::<BTreeSet<_>>().len()
    }

    /// A file as people know it: in the workspace, or in its package.
    pub(super) fn file(&self, operation: &Operation) -> String {
        let file = &operation.file;
        if let Ok(own) = file.strip_prefix(self.root) {
            return own.display().to_string();
        }
        let mut folders = self.executables.folders.iter().filter_map(|it| it.parent());
        let in_package = folders.find_map(|it| file.strip_prefix(it).ok());
        in_package.unwrap_or(file).display().to_string()
    }

    /// The name of a test, with its executable if there are several.
    pub(super) fn test(&self, number: usize) -> String {
        let test = &self.baseline.tests[number];
        match &self.executables.all[..] {
            [_] => test.name.clone(),
            all => format!("{} {}", all[test.executable].name, test.name),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let operations = self.operations().iter().enumerate();
        let operations = operations.map(|(number, operation)| {
            let tests = operation.tests.iter().map(|it| self.test(*it));
            let changes = self.trials.iter().filter(|it| it.operation == number);
            let changes = changes.map(|it| {
                let (outcome, test) = match it.outcome {
                    Outcome::Noticed(test) => ("noticed", Some(self.test(test))),
                    Outcome::NotNoticed => ("not noticed", None),
                    Outcome::TimedOut => ("timed out", None),
                    Outcome::NotTried => ("not tried", None),
                };
                json!({ "change": it.change.word(), "outcome": outcome, "noticed_by": test })
            });
            json!({
                "name": operation.name,
                "operation": operation.does,
                "file": self.file(operation),
                "line": operation.line,
                "column": operation.column,
                "source": operation.source(),
                "reached_by": tests.collect::<Vec<_>>(),
                "changes": changes.collect::<Vec<_>>(),
            })
        });
        json!({
            "crates": self.executables.crates,
            "orders_are_checked": self.baseline.operations.orders_are_checked,
            "operations": operations.collect::<Vec<_>>(),
        })
    }
}
