//! The tools that search, and what each counts as a scheduling point.

use ::interlace::Engine;

use crate::program::Program;

mod bare;
mod interlace;
mod loom;
mod shuttle;

/// A tool, in the way it is used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Interlace { engine: Engine, workers: usize },
    Bare,
    Shuttle,
    Loom,
}

const fn interlace(engine: Engine, workers: usize) -> Tool {
    Tool::Interlace { engine, workers }
}

impl Tool {
    /// In the order of the table.
    pub(crate) const ALL: &[Tool] = &[
        interlace(Engine::Threads, 1),
        interlace(Engine::Threads, 2),
        interlace(Engine::Fibers, 1),
        interlace(Engine::Fibers, 2),
        Tool::Bare,
        Tool::Shuttle,
        Tool::Loom,
    ];

    /// The tools that the others are compared with.
    pub(crate) const OURS: &[Tool] = &[interlace(Engine::Threads, 1), interlace(Engine::Fibers, 1)];

    pub(crate) fn name(self) -> String {
        match self {
            Tool::Interlace { workers: 1, .. } => format!("interlace, {}", self.engine()),
            Tool::Interlace { workers, .. } => {
                format!("interlace, {}, {workers} workers", self.engine())
            }
            Tool::Bare => "bare coroutines".to_owned(),
            Tool::Shuttle => "shuttle, DFS".to_owned(),
            Tool::Loom => "loom".to_owned(),
        }
    }

    /// Interlace's engine, in a word.
    pub(crate) fn engine(self) -> &'static str {
        match self {
            Tool::Interlace {
                engine: Engine::Threads,
                ..
            } => "threads",
            Tool::Interlace { .. } => "fibers",
            _ => "",
        }
    }

    /// The name on the command line.
    pub(crate) fn key(self) -> String {
        self.name()
            .replace(", ", "-")
            .replace(' ', "-")
            .to_lowercase()
    }

    /// Searches through all that `program` can do, once.
    pub(crate) fn exhaust(self, program: Program) {
        match self {
            Tool::Interlace { engine, workers } => interlace::exhaust(program, engine, workers),
            Tool::Bare => bare::exhaust(program),
            Tool::Shuttle => shuttle::exhaust(program),
            Tool::Loom => loom::exhaust(program),
        }
    }

    /// Whether the tool runs every order of the marked operations exactly once.
    pub(crate) fn counts_orders(self) -> bool {
        !matches!(self, Tool::Shuttle | Tool::Loom)
    }

    /// The scheduling points of one thread of `program`.
    pub(crate) fn points(self, program: Program) -> String {
        let operations = program.operations();
        match self {
            Tool::Interlace { .. } | Tool::Bare => operations.to_string(),
            Tool::Shuttle => format!("{operations} + start"),
            Tool::Loom => format!("{operations} + end"),
        }
    }
}

/// What the column of scheduling points means.
pub(crate) const POINTS: &str = "\
What each tool counts as a scheduling point:
- interlace, and the bare loop: the markers, one before each operation. A thread runs to its first
  marker before the first choice. So the executions are exactly the orders of the operations,
  (n·k)! / (k!)ⁿ of them.
- shuttle (`DfsScheduler`): each operation on its own atomics, and the start of each thread; besides
  these, in the main thread, each spawn and each join. Every order of these is an execution, so the
  same program has many more. Orderings weaker than `SeqCst` are taken for it.
- loom: each operation on its own atomics, the end of each thread and, in the main thread, the join
  of it; but only those orders that its partial-order reduction does not know to be equivalent, and
  for each load every store that the C11 memory model lets it see. Here all operations are on one
  number, so there is little to reduce, and the joins add executions. It covers weak memory, which
  the others do not.
Executions are counted by the programs themselves, in every tool. Interlace's and the bare loop's are
compared with the formula; all tools must find lost updates, and none where there are none.
The bare loop is the least that corosensei lets one do: no checks, no recording, no names.";
