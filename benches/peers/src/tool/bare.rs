//! The least that one can do with corosensei for the same exploration, to compare with.
//!
//! One coroutine for each thread, suspended where interlace has a marker, and a depth-first search
//! that replays its path. Stacks are used again; the number is made afresh for each execution.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use crate::program::{Body, Program};
use crate::tally;

/// A choice between the threads that are not done.
struct Choice {
    taken: usize,
    among: usize,
}

fn perform(marks: &Yielder<(), ()>, number: &AtomicU32, body: Body) {
    match body {
        Body::Adds(times) => {
            for _ in 0..times {
                marks.suspend(());
                number.fetch_add(1, SeqCst);
            }
        }
        Body::LoadAndStore => {
            marks.suspend(());
            let value = number.load(SeqCst);
            marks.suspend(());
            number.store(value + 1, SeqCst);
        }
    }
}

pub(super) fn exhaust(program: Program) {
    let new_stack = |_| DefaultStack::default();
    let mut stacks: Vec<DefaultStack> = (0..program.threads).map(new_stack).collect();
    let mut fibers = Vec::with_capacity(stacks.len());
    let mut path: Vec<Choice> = Vec::new();
    loop {
        let number = Arc::new(AtomicU32::new(0));
        for stack in stacks.drain(..) {
            let number = Arc::clone(&number);
            let mut fiber = Coroutine::with_stack(stack, move |marks, ()| {
                perform(marks, &number, program.body);
            });
            fiber.resume(());
            fibers.push(fiber);
        }
        let mut depth = 0;
        while !fibers.is_empty() {
            if depth == path.len() {
                let among = fibers.len();
                path.push(Choice { taken: 0, among });
            }
            let taken = path[depth].taken;
            depth += 1;
            if let CoroutineResult::Return(()) = fibers[taken].resume(()) {
                stacks.push(fibers.remove(taken).into_stack());
            }
        }
        tally::ended(program, number.load(SeqCst));
        if !advance(&mut path) {
            return;
        }
    }
}

/// Moves to the next path; false if there is none.
fn advance(path: &mut Vec<Choice>) -> bool {
    while let Some(choice) = path.last_mut() {
        choice.taken += 1;
        if choice.taken < choice.among {
            return true;
        }
        path.pop();
    }
    false
}
