//! A deadlock in tokio 0.2.3: a `Mutex` that nobody holds and nobody can lock.
//!
//! Requests to a server share a value behind a `Mutex`. A client hangs up while its request waits
//! for the lock, so the server drops the request. But the mutex kept its place in the queue, and
//! the next unlock handed the lock to the one that was gone. The service hung now and then, under
//! load (<https://github.com/tokio-rs/tokio/issues/1898>). The change log of 0.2.4 has it as
//! "`sync::Mutex` deadlock when `lock()` future is dropped early".

use std::ops::DerefMut;
use std::sync::Mutex as Slot;

use futures_util::future::{AbortHandle, AbortRegistration, Abortable};
use interlace::{Explorer, FailureKind, Report};

/// What the mutexes of the two versions have in common.
trait Mutex: Default {
    type Guard<'a>: DerefMut<Target = u32>
    where
        Self: 'a;

    async fn lock(&self) -> Self::Guard<'_>;
}

impl Mutex for tokio_0_2::sync::Mutex<u32> {
    type Guard<'a> = tokio_0_2::sync::MutexGuard<'a, u32>;

    async fn lock(&self) -> Self::Guard<'_> {
        self.lock().await
    }
}

impl Mutex for tokio_1::sync::Mutex<u32> {
    type Guard<'a> = tokio_1::sync::MutexGuard<'a, u32>;

    async fn lock(&self) -> Self::Guard<'_> {
        self.lock().await
    }
}

struct Server<M> {
    hits: M,
    /// Ends the client's request when it hangs up.
    connection: AbortHandle,
    request: Slot<Option<AbortRegistration>>,
}

impl<M: Mutex> Server<M> {
    fn new() -> Self {
        let (connection, request) = AbortHandle::new_pair();
        Server {
            hits: M::default(),
            connection,
            request: Slot::new(Some(request)),
        }
    }

    /// A client's request, until it is done or the client hangs up.
    async fn request(&self) {
        let request = self.request.lock().unwrap().take();
        // Whether it was done makes no difference to the server.
        let _ = Abortable::new(self.count_hit(), request.expect("there is one request")).await;
    }
}

#[interlace::trace]
impl<M: Mutex> Server<M> {
    async fn count_hit(&self) {
        *self.hits.lock().await += 1; // interlace: hit
    }

    /// What the server does beside: it holds the lock while it writes the report, which is then
    /// fetched, and that is a hit.
    async fn report_hits(&self) {
        let mut hits = self.hits.lock().await; // interlace: lock
        *hits = 0; // interlace: report
        drop(hits);
        self.count_hit().await;
    }

    fn hang_up(&self) {
        self.connection.abort(); // interlace: hang_up
    }
}

/// A request, its client, who hangs up at some time, and a task that needs the lock twice.
fn one_request<M: Mutex + Send + Sync + 'static>() -> Explorer<Server<M>> {
    Explorer::new(Server::<M>::new)
        .task("reporter", Server::report_hits)
        .task("request", Server::request)
        .thread("client", Server::hang_up)
        .keep_going()
}

fn explore_deadlocking() -> Report {
    one_request::<tokio_0_2::sync::Mutex<u32>>().explore()
}

fn explore_fixed() -> Report {
    one_request::<tokio_1::sync::Mutex<u32>>().explore()
}

pub(crate) fn show() {
    println!("tokio 0.2.3, a request that is dropped while it waits for a Mutex:\n");
    let deadlocking = explore_deadlocking();
    println!("{deadlocking}\n");
    let failure = deadlocking.assert_fails();
    assert!(matches!(failure.kind(), FailureKind::Deadlock(_)));
    // Three markers, one and one have 5! / 3! = 20 orders. In 15 of them the request does not wait.
    // Otherwise it comes while the reporter holds the lock:
    //   The client has hung up before, before the reporter locks or after it: 2, which deadlock.
    //   It hangs up before the reporter lets go: 3 which deadlock, since the request, which is woken
    //   by that, goes on before the reporter lets go, before its hit, or after it.
    //   The reporter lets go first. Then the request goes on, or the reporter comes to its hit and
    //   waits for it, or the client hangs up: 7, of which 3 deadlock, where it hangs up before the
    //   request has gone on: before or after the reporter comes to its hit, which may come last.
    assert_eq!((deadlocking.schedules(), deadlocking.failing()), (27, 8));

    println!("the same with tokio 1:\n");
    let fixed = explore_fixed();
    println!("{fixed}\n");
    fixed.assert_ok();
    assert_eq!(fixed.schedules(), 27);
    assert!(fixed.is_exhaustive());
}

#[cfg(test)]
mod tests {
    use interlace::Engine;

    use super::*;

    #[test]
    fn fibers_give_the_same_counts() {
        let deadlocking = one_request::<tokio_0_2::sync::Mutex<u32>>();
        let report = deadlocking.engine(Engine::Fibers).explore();
        assert_eq!((report.schedules(), report.failing()), (27, 8));

        let fixed = one_request::<tokio_1::sync::Mutex<u32>>();
        let report = fixed.engine(Engine::Fibers).explore();
        assert_eq!((report.schedules(), report.failing()), (27, 0));
    }
}
