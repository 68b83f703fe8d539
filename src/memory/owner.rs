//! Whose memory a piece of the program's code uses.

use super::current::{outside, own, set_own, stack, using};
use super::execution::{Set, modules};
use super::races;
use super::span::Span;
use super::thread::ThreadMemory;

/// The thread of the program, or the code around it, that memory belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner(Whose);

#[derive(Debug, Clone, Copy)]
enum Whose {
    Nobody,
    Hooks,
    Declared(usize),
    Started(&'static ThreadMemory),
}

impl Owner {
    /// No thread of an execution that has memory of its own.
    pub(crate) const NOBODY: Self = Owner(Whose::Nobody);

    /// The code that makes the state and checks it.
    pub(crate) const HOOKS: Self = Owner(Whose::Hooks);

    /// The declared thread of this number.
    pub(crate) fn declared(number: usize) -> Self {
        Owner(Whose::Declared(number))
    }

    /// The next thread that the calling one starts.
    pub(crate) fn started() -> Self {
        // SAFETY: what is there lives as long as the process.
        let own = unsafe { own().as_ref() };
        let own = own.filter(|own| !own.is_left.get());
        own.zip(Set::current()).map_or(Self::NOBODY, |(own, set)| {
            Owner(Whose::Started(set.started_by(own)))
        })
    }

    /// It is that of the thread of this number, which the calling one has just started.
    pub(crate) fn is_started(self, number: usize) {
        if let Whose::Started(memory) = self.0 {
            races::started(memory, number);
        }
    }

    /// Runs `body`, code of the program, on the memory of this owner.
    pub(crate) fn run<T>(self, body: impl FnOnce() -> T) -> T {
        let memory = match self.0 {
            Whose::Nobody => None,
            Whose::Started(memory) => Some(memory),
            Whose::Hooks => Set::current().map(Set::of_hooks),
            Whose::Declared(number) => Set::current().map(|set| set.of_declared(number)),
        };
        let Some(memory) = memory else {
            return body();
        };
        let (low, high) = stack();
        memory.stack.set(Span::new(low, high));
        memory.locals.set(modules().locals());
        if !matches!(self.0, Whose::Hooks) {
            set_own(memory);
            let locals = memory.locals.get();
            outside(|| {
                races::renewed(memory, low, high - low);
                races::renewed(memory, locals.start(), locals.length());
            });
        }
        if let Whose::Declared(number) = self.0 {
            memory.racer.set(number);
        }
        using(memory, body)
    }

    /// As [`run`](Self::run), for the calling thread as it was when it has run the program's code last.
    pub(crate) fn last_run<T>(body: impl FnOnce() -> T) -> T {
        using(own(), body)
    }
}
