//! What markers declare reaches the trace, through both engines.

use std::fmt::Debug;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};

use interlace_macros::trace;

use crate::acquire::Acquire;
use crate::engine::{
    Engine, EngineOptions, ExecutionResult, LockId, Program, Scheduler, ThreadTable, join, spawn,
};
use crate::marker;
use crate::operation::{Choice, Knowledge, Object, SchedulingPoint};
use crate::program::StatefulProgram;

/// A step: the name of its marker, what is known of it, and what it touched: the kind of access, and of
/// what.
type Step = (String, Knowledge, Vec<String>);

/// Runs one execution, in the fixed order, and notes its steps.
#[derive(Default)]
struct Notes {
    has_begun: bool,
    /// Where the cells of the state lie.
    cells: Arc<Mutex<usize>>,
    steps: Vec<Step>,
    /// Whether the last step of each of the first two threads conflict.
    conflict: bool,
}

impl Notes {
    fn shown(&self, object: &Object) -> String {
        match object {
            Object::Memory(Range { start, end }) => {
                let cells = *self.cells.lock().unwrap();
                match (start.checked_sub(cells), end.checked_sub(cells)) {
                    (Some(start), Some(end @ ..=32)) => format!("{start}..{end}"),
                    _ => format!("{} elsewhere", end - start),
                }
            }
            Object::Text(_) => "text".to_owned(),
            Object::Thread(_)
            | Object::Loop(_)
            | Object::Waker(_)
            | Object::Scope(_)
            | Object::Returns(_)
            | Object::Clock => "known".to_owned(),
        }
    }
}

impl Scheduler for Notes {
    fn new_execution(&mut self) -> Option<usize> {
        (!std::mem::replace(&mut self.has_begun, true)).then_some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        Choice::Take(point.default_choice())
    }

    fn end(&mut self, result: ExecutionResult<'_>) {
        let trace = result.trace;
        assert!(result.end.is_held(), "{:?}", result.end);
        for (number, event) in trace.events.iter().enumerate() {
            let accesses = trace
                .accesses(number)
                .map(|access| format!("{:?} {}", access.kind, self.shown(&access.object)));
            let accesses = accesses.filter(|it| !it.ends_with("known"));
            let name = event.operation.name().site().name().to_owned();
            self.steps.push((name, event.knowledge, accesses.collect()));
        }
        let last = |thread| {
            trace
                .events
                .iter()
                .rposition(|it| it.thread.index() == thread)
        };
        if let (Some(one), Some(other)) = (last(0), last(1)) {
            self.conflict = trace.conflict(one, other);
        }
    }
}

#[derive(Debug)]
struct Shared {
    cells: Box<[u64; 4]>,
    counted: Arc<u32>,
    text: Box<str>,
    nothing: (),
    locks: [Arc<Mutex<u32>>; 2],
    rw_lock: RwLock<u32>,
}

impl Shared {
    fn new(cells: &Mutex<usize>) -> Self {
        let shared = Shared {
            cells: Box::default(),
            counted: Arc::new(1),
            text: "text".into(),
            nothing: (),
            locks: Default::default(),
            rw_lock: RwLock::default(),
        };
        *cells.lock().unwrap() = shared.cells.as_ptr().addr();
        shared
    }

    fn cell(&self, index: usize) -> &u64 {
        &self.cells[index]
    }
}

/// What is noted of a program with these threads, the same on both engines.
fn notes(add: impl Fn(&mut StatefulProgram<Shared>)) -> (Vec<Step>, bool) {
    let run = |engine: Engine| {
        let notes = Notes::default();
        let cells = Arc::clone(&notes.cells);
        let mut program = StatefulProgram::new(move || Shared::new(&cells));
        add(&mut program);
        let program: Arc<dyn Program> = Arc::new(program);
        let notes = engine
            .run(&program, notes, EngineOptions::default())
            .unwrap();
        (notes.steps, notes.conflict)
    };
    let noted = run(Engine::Threads);
    assert_eq!(noted, run(Engine::Fibers));
    noted
}

/// Whether two bodies with a marker each conflict.
fn conflict(
    one: impl Fn(&Shared) + Copy + Send + Sync + 'static,
    other: impl Fn(&Shared) + Copy + Send + Sync + 'static,
) -> bool {
    let (steps, conflict) = notes(|program| {
        program.add_thread("one".into(), one);
        program.add_thread("other".into(), other);
    });
    assert_eq!(steps.len(), 2);
    conflict
}

macro_rules! conflicts {
    ($(|$it:ident| $one:tt, $other:tt => $expected:expr;)+) => {$(
        assert_eq!(
            conflict(|$it| conflicts!(@ $it $one), |$it| conflicts!(@ $it $other)),
            $expected,
            "{} and {}", stringify!($one), stringify!($other)
        );
    )+};
    (@ $it:ident [$($said:tt)+]) => {{ let _ = $it; marker!("x", $($said)+); }};
    (@ $it:ident $body:block) => { $body };
}

#[test]
fn places_conflict_where_they_overlap_and_one_is_written() {
    conflicts! {
        |it| [reads(it.cells[0])], [reads(it.cells[0])] => false;
        |it| [reads(it.cells[0])], [writes(it.cells[0])] => true;
        |it| [writes(it.cells[0])], [reads(it.cells[1])] => false;
        |it| [writes(it.cells[0])], [reads(it.cells)] => true;
        |it| [writes(it.cells[1..3])], [reads(it.cells[2])] => true;
        |it| [writes(it.cells[1..3])], [reads(it.cells[3])] => false;
        |it| [writes(it)], [reads(it.rw_lock)] => true;
        // What a field points to is another place than the field.
        |it| [writes(it)], [reads(it.cells)] => false;
        |it| [writes(it.nothing)], [writes(it.nothing)] => true;
        |it| [reads(it.cells[0], it.text), writes(it.counted)], [reads(it.counted)] => true;
        |it| [reads()], [writes(it)] => false;
        |it| { let _ = it; marker!("x") }, [reads()] => true;
    }
}

/// What a type parameter stands for is not looked into.
fn writes_generic<T: Debug>(it: &T) {
    marker!("generic", writes(it));
}

#[test]
fn what_points_to_a_place_stands_for_it() {
    conflicts! {
        |it| [writes(it.cells[0])], [reads(&it.cells[0], &&it.nothing)] => true;
        |it| { let own = Arc::clone(&it.counted); marker!("x", writes(own)) },
            { let own = Arc::clone(&it.counted); marker!("x", reads(&own)) } => true;
        |it| { let own = Rc::new(&it.counted); marker!("x", writes(own)) },
            { let own = &&it.counted; marker!("x", reads(own)) } => true;
        |it| { let own = Arc::new(1); let _ = it; marker!("x", writes(own)) },
            { let own = Arc::new(1); let _ = it; marker!("x", writes(own)) } => false;
        |it| { let text: &str = &it.text; marker!("x", writes(text)) },
            [reads(it.text)] => true;
        |it| { let any: &dyn Debug = &*it.cells; marker!("x", writes(any)) },
            [reads(it.cells[3])] => true;
        |it| { let pin = std::pin::Pin::new(&it.cells[1]); marker!("x", writes(pin)) },
            [reads(it.cells[1])] => true;
        |it| { let guard = it.locks[0].lock().unwrap(); marker!("x", writes(guard)) },
            [reads(it.locks[0])] => true;
        |it| [writes(it.cell(1))], [reads(it.cells[1])] => true;
        |it| [writes(*it.cell(1))], [reads(it.cell(2))] => false;
        |it| [writes(&raw const it.cells[1])], [reads(it.cell(1))] => true;
        |it| { let end = it.cells.as_ptr().wrapping_add(4); marker!("x", writes(end)) },
            [reads(it.cells)] => false;
        |it| { writes_generic(&it.cells[2]); }, [reads(it.cells)] => true;
        |it| { writes_generic(&it.cells); }, [reads(it.cells)] => false;
    }
}

#[test]
fn texts_conflict_with_the_same_text() {
    conflicts! {
        |it| [writes("row 7")], [reads("row 7")] => true;
        |it| [reads("row 7")], [reads("row 7")] => false;
        |it| [writes("row 7")], [reads("row 8", it)] => false;
    }
}

/// A wrapper that is made anew at each marker, and does not say which lock it leads to.
struct Wrapper<'a>(&'a Mutex<u32>);

impl Acquire for Wrapper<'_> {
    fn is_free(&self) -> bool {
        self.0.is_free()
    }
}

/// As [`Wrapper`], but says so.
struct Named<'a>(Wrapper<'a>);

impl Acquire for Named<'_> {
    fn is_free(&self) -> bool {
        self.0.is_free()
    }

    fn lock_id(&self) -> LockId {
        self.0.0.lock_id()
    }
}

#[test]
fn a_lock_that_is_acquired_is_touched_and_nothing_else() {
    conflicts! {
        |it| [acquires(it.locks[0])], [acquires(&*it.locks[0])] => true;
        |it| [acquires(it.locks[0])], [acquires(it.locks[1])] => false;
        |it| [acquires(it.locks[0])], [acquires(it.locks[1], it.locks[0])] => true;
        |it| [acquires(it.locks[0]), writes(it.cells)], [reads(it.cells[0])] => true;
        |it| [acquires(it.locks[0])], [reads(it.cells[0]), writes("x")] => false;
        |it| [releases(it.locks[0])], [acquires(it.locks[0])] => true;
        |it| [releases(it.locks[0])], [releases(it.locks[1]), acquires(it.locks[1])] => false;
        |it| [releases(Wrapper(&it.locks[0]))], [reads()] => true;
        |it| [acquires_shared(it.rw_lock)], [acquires(it.rw_lock)] => true;
        |it| [acquires(Named(Wrapper(&it.locks[0])))], [acquires(it.locks[0])] => true;
        |it| [acquires(Named(Wrapper(&it.locks[0])))], [acquires(it.locks[1])] => false;
        |it| [acquires(Wrapper(&it.locks[0]))], [acquires(it.locks[1])] => true;
    }
}

#[trace(crate = crate)]
fn sum(shared: &Shared) -> u64 {
    let (mut sum, mut at) = (0, 0);
    // interlace: item reads(shared.cells[at]) acquires(shared.locks[1])
    for cell in &shared.cells[..2] {
        at += 1;
        sum += cell; // interlace: add writes("sum") acquires(shared.locks[0])
        while at == 2 && sum < 1 {
            sum += 1; // interlace: more
        }
    }
    sum
}

fn step(name: &str, knowledge: Knowledge, accesses: &[&str]) -> Step {
    let accesses = accesses.iter().map(ToString::to_string);
    (name.into(), knowledge, accesses.collect())
}

#[test]
fn comments_declare_each_time_that_they_are_reached() {
    use Knowledge::{Declared, Nothing};
    let (steps, _) = notes(|program| {
        program.add_thread("t".into(), |shared| assert_eq!(sum(shared), 1));
    });
    let (acquired, held) = ("Acquire 1 elsewhere", "Write 1 elsewhere");
    // Each later step may release a lock that was acquired, and so touches it. To acquire it again is to
    // touch it twice.
    let item = |place| step("item", Declared, &[place, acquired, held, held]);
    let add = |held: &[&str]| step("add", Declared, &[&["Write text", acquired], held].concat());
    assert_eq!(
        steps,
        [
            step("item", Declared, &["Read 0..8", acquired]),
            add(&[held]),
            item("Read 8..16"),
            add(&[held, held]),
            step("more", Nothing, &[held, held]),
            item("Read 16..24"),
        ]
    );
}

#[test]
fn started_threads_and_tasks_declare_like_any_other() {
    use Knowledge::{Declared, Unmarked};
    let (steps, _) = notes(|program| {
        program.add_thread("parent".into(), |shared| {
            let cell = &raw const shared.cells[3];
            let address = cell.addr();
            let child = spawn(None, move || {
                let cell = std::ptr::without_provenance::<u64>(address);
                marker!("child", writes(cell));
            });
            marker!("parent", reads(shared.cells[3]));
            join(child.unwrap());
        });
        program.add_task("task".into(), async |shared: &Shared| {
            marker!("task", reads(shared.cells[0]), writes(shared.cells[1]));
            std::future::ready(()).await;
            marker!("ready", writes("done"));
        });
    });
    assert_eq!(
        steps,
        [
            step("parent", Declared, &["Read 24..32"]),
            step("task", Declared, &["Read 0..8", "Write 8..16"]),
            step("ready", Declared, &["Write text"]),
            step("start", Unmarked, &[]),
            step("child", Declared, &["Write 24..32"]),
            step("join", Declared, &["Read 24..32"]),
        ]
    );
}
