//! What a deadlock says of who acquired what others wait for, and of who waits in a cycle: as far
//! as markers tell, and no further. The same on both engines.

use std::mem::forget;
use std::sync::{Arc, Mutex, RwLock};

use interlace::{Acquire, Engine, Explorer, FailureKind, LockId, Schedule, marker, schedule};

/// What the first deadlock says of the threads, on both engines, without the places in the source.
#[track_caller]
fn told<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> String {
    let tell = |engine| {
        let report = explorer().engine(engine).workers(1).explore();
        let failure = report.assert_fails();
        assert!(failure.is_reproduced(), "{failure}");
        let threads = threads(failure.kind());
        assert!(failure.to_string().contains(&threads));
        let again = explorer().engine(engine).replay(failure.schedule());
        assert!(again.to_string().contains(&threads), "{again}");
        without_places(&threads)
    };
    let text = tell(Engine::Threads);
    assert_eq!(text, tell(Engine::Fibers));
    text
}

/// What a deadlock says of the threads.
#[track_caller]
fn threads(kind: &FailureKind) -> String {
    let FailureKind::Deadlock(deadlock) = kind else {
        panic!("{kind}");
    };
    let text = deadlock.to_string();
    let threads = text.strip_prefix("deadlock: no thread can go on");
    threads.expect("a deadlock").to_owned()
}

fn without_places(text: &str) -> String {
    let mut parts = text.split(" (tests/blocking/cycles.rs:");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once(')').unwrap().1);
    first + &rest.collect::<String>()
}

type Forks = Vec<Mutex<()>>;

/// So many forks; each philosopher takes two, as the pairs say.
fn table(forks: usize, pairs: &[(usize, usize)]) -> Explorer<Forks> {
    let mut explorer = Explorer::new(move || (0..forks).map(|_| Mutex::new(())).collect());
    for (number, &(first, second)) in pairs.iter().enumerate() {
        explorer = explorer.thread(format!("p{number}"), move |forks: &Forks| {
            eat(forks, first, second);
        });
    }
    explorer
}

#[interlace::trace]
fn eat(forks: &Forks, first: usize, second: usize) {
    let _one = forks[first].lock(); // interlace: first acquires(forks[first])
    let _other = forks[second].lock(); // interlace: second acquires(forks[second])
}

#[test]
fn two_and_three_philosophers_who_take_the_left_fork_first_wait_in_a_cycle() {
    assert_eq!(
        told(|| table(2, &[(0, 1), (1, 0)])),
        "
where each thread stands:
  p0  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p1, at first
  p1  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p0, at first
by these markers, a cycle: p0 waits for p1, p1 waits for p0"
    );
    assert_eq!(
        told(|| table(3, &[(0, 1), (1, 2), (2, 0)])),
        "
where each thread stands:
  p0  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p1, at first
  p1  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p2, at first
  p2  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p0, at first
by these markers, a cycle: p0 waits for p1, p1 waits for p2, p2 waits for p0"
    );
}

#[test]
fn philosophers_who_take_the_lower_fork_first_never_wait_in_a_cycle() {
    // Every schedule of each engine holds, so there is no deadlock to tell a cycle of.
    for engine in [Engine::Threads, Engine::Fibers] {
        for pairs in [&[(0, 1), (0, 1)][..], &[(0, 1), (1, 2), (0, 2)]] {
            let report = table(pairs.len(), pairs).engine(engine).explore();
            assert!(report.is_exhaustive());
            report.assert_ok();
        }
    }
}

/// As `told`, of the deadlock that a schedule leads to.
#[track_caller]
fn told_after<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    schedule: &Schedule,
) -> String {
    let tell = |engine| {
        let execution = explorer().engine(engine).replay(schedule);
        let kind = execution.failure_kind().expect("a deadlock");
        without_places(&threads(kind))
    };
    let text = tell(Engine::Threads);
    assert_eq!(text, tell(Engine::Fibers));
    text
}

#[test]
fn who_waits_for_one_in_a_cycle_is_not_in_it() {
    // p2 has what nobody wants, and wants the fork that p0 has.
    let program = || table(3, &[(0, 1), (1, 0), (2, 0)]);
    assert_eq!(
        told_after(program, &schedule![p0: first, p1: first, p2: first]),
        "
where each thread stands:
  p0  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p1, at first
  p1  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p0, at first
  p2  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p0, at first
by these markers, a cycle: p0 waits for p1, p1 waits for p0"
    );
}

#[test]
fn two_cycles_beside_one_who_has_finished_are_each_told() {
    // p2 takes a fork that nobody else takes, and puts it back.
    let program = || {
        table(5, &[(0, 1), (1, 0)])
            .thread("p2", |forks: &Forks| drop(alone(&forks[4])))
            .thread("p3", |forks| eat(forks, 2, 3))
            .thread("p4", |forks| eat(forks, 3, 2))
    };
    let steps = schedule![p0: first, p1: first, p3: first, p4: first];
    assert_eq!(
        told_after(program, &steps),
        "
where each thread stands:
  p0  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p1, at first
  p1  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p0, at first
  p2  has finished
  p3  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p4, at first
  p4  is paused at second, and what it acquires there is not free
        `forks[second]`: the last to acquire it at a marker was p3, at first
by these markers, a cycle: p0 waits for p1, p1 waits for p0
by these markers, a cycle: p3 waits for p4, p4 waits for p3"
    );
}

#[interlace::trace]
fn alone(fork: &Mutex<()>) -> impl Sized + '_ {
    fork.lock() // interlace: only acquires(fork)
}

#[test]
fn who_waits_for_what_it_acquired_itself_waits_for_itself() {
    let program = || Explorer::new(Forks::default).thread("alone", |_| twice(&Mutex::new(())));
    assert_eq!(
        told(program),
        "
where each thread stands:
  alone  is paused at again, and what it acquires there is not free
           `lock`: the last to acquire it at a marker was alone itself, at once
by these markers, a cycle: alone waits for itself"
    );
}

#[interlace::trace]
fn twice(lock: &Mutex<()>) {
    let _once = lock.lock(); // interlace: once acquires(lock)
    let _again = lock.lock(); // interlace: again acquires(lock)
}

#[test]
fn of_a_lock_that_was_acquired_without_a_marker_nobody_is_named() {
    let program = || {
        Explorer::new(<(Mutex<()>, Mutex<()>)>::default)
            .thread("a", |(left, right)| {
                let _left = left.lock();
                marker!("right", acquires(right));
                let _right = right.lock();
            })
            .thread("b", |(left, right)| {
                marker!("take_right", acquires(right));
                let _right = right.lock();
                marker!("left", acquires(left));
                let _left = left.lock();
            })
    };
    // a has the one on the left before it comes to its first marker: who has that is not known, so
    // there is no cycle to be known either.
    assert_eq!(
        told(program),
        "
where each thread stands:
  a  is paused at right, and what it acquires there is not free
       `right`: the last to acquire it at a marker was b, at take_right
  b  is paused at left, and what it acquires there is not free
       `left`: no marker tells who has it"
    );
}

#[test]
fn who_acquired_a_lock_that_was_free_since_is_not_named() {
    let program = || {
        Explorer::new(Mutex::default)
            .thread("a", |lock: &Mutex<()>| {
                marker!("take", acquires(lock));
                drop(lock.lock());
                marker!("steal");
                // Without a marker that says so, and for ever.
                forget(lock.lock());
            })
            .thread("b", |lock| {
                marker!("want", acquires(lock));
                let _guard = lock.lock();
            })
    };
    // b is asked for while a is at its second marker: it was free then.
    assert_eq!(
        told(program),
        "
where each thread stands:
  a  has finished
  b  is paused at want, and what it acquires there is not free
       `lock`: no marker tells who has it"
    );
}

#[test]
fn one_who_has_finished_may_have_left_a_lock_locked() {
    let program = || {
        Explorer::new(Mutex::default)
            .thread("a", |lock: &Mutex<()>| {
                marker!("take", acquires(lock));
                forget(lock.lock());
            })
            .thread("b", |lock| {
                marker!("want", acquires(lock));
                let _guard = lock.lock();
            })
    };
    assert_eq!(
        told(program),
        "
where each thread stands:
  a  has finished
  b  is paused at want, and what it acquires there is not free
       `lock`: the last to acquire it at a marker was a, at take"
    );
}

#[test]
fn of_several_locks_at_one_marker_those_that_are_not_free_are_named() {
    let program = || {
        Explorer::new(<[Mutex<()>; 4]>::default)
            .thread("a", |[one, two, three, four]| {
                marker!("both", acquires(one, two));
                let _both = (one.lock(), two.lock());
                marker!("others", acquires(three), acquires(four));
                let _others = (three.lock(), four.lock());
            })
            .thread("b", |[one, two, _, four]| {
                marker!("four", acquires(four));
                let _four = four.lock();
                marker!("back", acquires(two, one));
                let _back = (two.lock(), one.lock());
            })
    };
    // Two of b's are not free, and one of a's two.
    assert_eq!(
        told(program),
        "
where each thread stands:
  a  is paused at others, and what it acquires there is not free
       `four`: the last to acquire it at a marker was b, at four
  b  is paused at back, and what it acquires there is not free
       `two`: the last to acquire it at a marker was a, at both
       `one`: the last to acquire it at a marker was a, at both
by these markers, a cycle: a waits for b, b waits for a"
    );
}

/// Leads to a lock as a wrapper of one's own does.
struct Wrapped<'a>(&'a RwLock<u32>);

impl Acquire for Wrapped<'_> {
    fn is_free(&self) -> bool {
        self.0.is_free()
    }

    fn lock_id(&self) -> LockId {
        self.0.lock_id()
    }
}

#[test]
fn one_lock_is_known_by_whatever_leads_to_it() {
    type State = (Arc<Mutex<u32>>, RwLock<u32>, parking_lot::RwLock<u32>);
    let program = || {
        Explorer::new(State::default)
            .thread("a", |(first, second, third)| {
                let first = Arc::clone(first);
                marker!("mutex", acquires(first));
                let _first = first.lock();
                marker!("wrapped", acquires(Wrapped(second)));
                let _second = second.read();
                marker!("third", acquires(&third));
                let _third = third.write();
            })
            .thread("b", |(first, second, third)| {
                let boxed: Box<dyn Acquire + '_> = Box::new(third);
                marker!("boxed", acquires(boxed));
                let _third = third.read();
                let either: [&dyn Acquire; 2] = [second, &**first];
                marker!("either", acquires(*either[0], *either[1]));
                let _either = (second.write(), first.lock());
            })
    };
    assert_eq!(
        told(program),
        "
where each thread stands:
  a  is paused at third, and what it acquires there is not free
       `&third`: the last to acquire it at a marker was b, at boxed
  b  is paused at either, and what it acquires there is not free
       `*either[0]`: the last to acquire it at a marker was a, at wrapped
       `*either[1]`: the last to acquire it at a marker was a, at mutex
by these markers, a cycle: a waits for b, b waits for a"
    );
}

#[test]
fn a_thread_that_waits_in_the_kernel_is_in_no_cycle() {
    let program = || {
        Explorer::new(<(Mutex<()>, Mutex<()>)>::default)
            .thread("a", |(left, right)| {
                marker!("left", acquires(left));
                let _left = left.lock();
                marker!("right", acquires(right));
                let _right = right.lock();
            })
            .thread("b", |(left, right)| {
                marker!("take_right", acquires(right));
                let _right = right.lock();
                marker!("undeclared");
                let _left = left.lock();
            })
    };
    // The kernel says where b waits, and not for which lock.
    let report = program().explore();
    let threads = threads(report.assert_fails().kind());
    assert_eq!(
        without_places(&threads),
        "
where each thread stands:
  a  is paused at right, and what it acquires there is not free
       `right`: the last to acquire it at a marker was b, at take_right
  b  is blocked at lock or condition 1, after passing undeclared"
    );
}

#[test]
fn a_task_that_waits_for_a_thread_at_a_marker_is_in_no_cycle() {
    let program = || {
        Explorer::new(Mutex::default)
            .task("task", async |lock: &Mutex<()>| {
                marker!("take", acquires(lock));
                let _guard = lock.lock();
                std::future::pending::<()>().await;
            })
            .thread("thread", |lock| {
                marker!("want", acquires(lock));
                let _guard = lock.lock();
            })
    };
    assert_eq!(
        told(program),
        "
where each thread stands:
  task    waits to be woken, after passing take, and nobody holds a waker of it
  thread  is paused at want, and what it acquires there is not free
            `lock`: the last to acquire it at a marker was task, at take"
    );
}

#[test]
fn the_marker_is_named_with_its_place_in_the_source() {
    let above = line!();
    let program = || {
        Explorer::new(Mutex::default)
            .thread("a", |lock: &Mutex<()>| {
                marker!("take", acquires(lock));
                forget(lock.lock());
            })
            .thread("b", |lock| {
                marker!("want", acquires(lock));
                drop(lock.lock());
            })
    };
    let report = program().explore();
    let text = report.assert_fails().kind().to_string();
    let last = format!("was a, at take (tests/blocking/cycles.rs:{})", above + 4);
    assert!(text.contains(&last), "{text}");
}

#[test]
fn a_step_that_would_have_to_wait_says_who_acquired_what_it_waits_for() {
    // p2 could go on, so it is no deadlock.
    let program = table(3, &[(0, 1), (1, 2), (2, 0)]);
    let execution = program.replay(&schedule![p0: first, p1: first, p0: second]);
    let text = without_places(&execution.to_string());
    assert!(
        text.contains(
            "`p0:second`, cannot be granted: `p0` is paused at second, and what it acquires there \
             is not free"
        ) && text.contains("`forks[second]`: the last to acquire it at a marker was p1, at first"),
        "{text}"
    );
}

#[test]
fn what_is_told_comes_back_from_json() {
    let report = table(2, &[(0, 1), (1, 0)]).explore();
    let read = interlace::Report::from_json(&report.to_json()).unwrap();
    assert_eq!(
        read.assert_fails().kind(),
        report.assert_fails().kind(),
        "{report}"
    );
    assert!(
        read.to_string()
            .contains("by these markers, a cycle: p0 waits for p1, p1 waits")
    );
}
