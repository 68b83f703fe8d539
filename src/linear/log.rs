//! What a history has recorded.

use std::thread;

use super::Spec;
use super::call::{Call, Moment};
use crate::engine::{self, Begun};

pub(super) struct Log<S: Spec> {
    calls: Vec<Recorded<S>>,
    /// Each with its name.
    clients: Vec<(Client, String)>,
    events: usize,
    /// The last step in which an operation has returned.
    last_step: usize,
}

/// A call that was recorded.
struct Recorded<S: Spec> {
    client: usize,
    op: S::Op,
    ret: Option<(S::Ret, Moment)>,
    invoked: Moment,
}

/// Who calls operations one after the other.
#[derive(PartialEq, Eq)]
enum Client {
    /// A thread of the program, by its number.
    Thread(usize),
    /// One that no run controls.
    Other(thread::ThreadId),
    Named(String),
}

impl<S: Spec> Default for Log<S> {
    fn default() -> Self {
        Log {
            calls: Vec::new(),
            clients: Vec::new(),
            events: 0,
            last_step: 0,
        }
    }
}

impl<S: Spec> Log<S> {
    pub(super) fn calls(&self) -> Vec<Call<'_, S>> {
        self.calls.iter().map(Recorded::call).collect()
    }

    /// What a client is called.
    pub(super) fn name(&self, client: usize) -> &str {
        &self.clients[client].1
    }

    /// The calling thread, which has begun so, calls an operation, or the client of this name does. Returns the
    /// number of the call.
    pub(super) fn call(&mut self, client: Option<&str>, begun: Option<Begun>, op: S::Op) -> usize {
        let client = match (client, begun) {
            (Some(name), _) => Client::Named(name.to_owned()),
            (None, Some(begun)) => Client::Thread(begun.thread.index()),
            (None, None) => Client::Other(thread::current().id()),
        };
        let client = self.client(client);
        let invoked = (self.last_step, self.event());
        self.calls.push(Recorded {
            client,
            op,
            ret: None,
            invoked,
        });
        self.calls.len() - 1
    }

    /// A call begins in this step.
    pub(super) fn begins(&mut self, call: usize, step: usize) {
        self.calls[call].invoked.0 = step;
    }

    /// A call returns, in this step if it is one of a run.
    pub(super) fn returns(&mut self, call: usize, ret: S::Ret, step: Option<usize>) {
        let event = self.event();
        let step = step.unwrap_or(self.last_step);
        self.last_step = self.last_step.max(step);
        self.calls[call].ret = Some((ret, (step, event)));
    }

    /// The number of a client, which is the calling thread if it is one.
    fn client(&mut self, client: Client) -> usize {
        let known = self.clients.iter().position(|(it, _)| *it == client);
        known.unwrap_or_else(|| {
            let name = match &client {
                Client::Named(name) => name.clone(),
                Client::Thread(_) => engine::thread_name().unwrap_or_default().to_string(),
                Client::Other(id) => {
                    let name = thread::current().name().map(str::to_owned);
                    name.unwrap_or_else(|| format!("{id:?}"))
                }
            };
            self.clients.push((client, name));
            self.clients.len() - 1
        })
    }

    fn event(&mut self) -> usize {
        self.events += 1;
        self.events
    }
}

impl<S: Spec> Recorded<S> {
    fn call(&self) -> Call<'_, S> {
        Call {
            client: self.client,
            op: &self.op,
            ret: self.ret.as_ref().map(|(ret, moment)| (ret, *moment)),
            invoked: self.invoked,
        }
    }
}
