//! Too many connections with deadpool 0.9.4: two at a time, from a pool that may have one.
//!
//! Before the pool hands out a connection that was given back, it asks whether that one is still
//! good, and if not, opens another in its place. Up to 0.9.4 it then counts the place twice: the
//! client keeps its permit, and the pool makes one more for whoever is next. The change log of
//! 0.9.5: "Fix bug causing the pool to exceed its `max_size` in the case of a recycling error".
//! Users saw 33 connections of 24 (<https://github.com/deadpool-rs/deadpool/issues/205>).
//!
//! As long as clients come one after the other, nothing of that shows.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

use interlace::{Explorer, FailureKind, Report};

/// Asks a pool for a connection. The versions differ in their types; this they have in common.
trait Pool {
    /// What the pool hands out. It goes back when it is dropped.
    type Connection;

    async fn get(&self) -> Option<Self::Connection>;
}

#[derive(Clone, Default)]
struct Database(Arc<Counts>);

#[derive(Default)]
struct Counts {
    restarts: AtomicU32,
    /// How many connections there are.
    open: AtomicU32,
}

struct Connection {
    database: Database,
    /// The restarts that came before it. It does not survive the next one.
    restarts: u32,
}

impl Database {
    fn connect(&self) -> Connection {
        self.0.open.fetch_add(1, SeqCst);
        Connection {
            database: self.clone(),
            restarts: self.0.restarts.load(SeqCst),
        }
    }

    fn check(&self, connection: &Connection) -> Result<(), &'static str> {
        if connection.restarts == self.0.restarts.load(SeqCst) {
            Ok(())
        } else {
            Err("the database was restarted")
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.database.0.open.fetch_sub(1, SeqCst);
    }
}

struct Service<P> {
    database: Database,
    pool: P,
}

impl<P: Pool> Service<P> {
    /// A pool with the one connection that it may have; but the database was restarted since.
    fn new(pool: impl Fn(Database) -> P) -> Self {
        let database = Database::default();
        let pool = pool(database.clone());
        let first = pin!(pool.get()).poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(first, Poll::Ready(Some(_))), "nobody else has it");
        drop(first);
        database.0.restarts.fetch_add(1, SeqCst);
        Service { database, pool }
    }
}

#[interlace::trace]
impl<P: Pool> Service<P> {
    async fn serve(&self) {
        let connection = self.pool.get().await; // interlace: get
        drop(connection.expect("the database is up")); // interlace: give_back
    }
}

/// Two clients, and one connection, which is stale.
fn two_clients<P: Pool + Send + Sync + 'static>(
    pool: impl Fn(Database) -> P + Send + Sync + 'static,
) -> Explorer<Service<P>> {
    Explorer::new(move || Service::new(&pool))
        .task("client1", Service::serve)
        .task("client2", Service::serve)
        .invariant("there is at most one connection", |s| {
            s.database.0.open.load(SeqCst) <= 1
        })
        .keep_going()
}

mod exceeding {
    use async_trait::async_trait;
    use deadpool_0_9::managed::{Manager, Object, Pool, RecycleResult};

    use super::{Connection, Database};

    #[async_trait]
    impl Manager for Database {
        type Type = Connection;
        type Error = &'static str;

        async fn create(&self) -> Result<Connection, Self::Error> {
            Ok(self.connect())
        }

        async fn recycle(&self, connection: &mut Connection) -> RecycleResult<Self::Error> {
            Ok(self.check(connection)?)
        }
    }

    impl super::Pool for Pool<Database> {
        type Connection = Object<Database>;

        async fn get(&self) -> Option<Self::Connection> {
            Pool::get(self).await.ok()
        }
    }

    pub(super) fn pool(database: Database) -> Pool<Database> {
        let builder = Pool::builder(database).max_size(1);
        builder.build().expect("no time-outs, so no runtime")
    }
}

mod fixed {
    use deadpool_0_13::managed::{Manager, Metrics, Object, Pool, RecycleResult};

    use super::{Connection, Database};

    impl Manager for Database {
        type Type = Connection;
        type Error = &'static str;

        async fn create(&self) -> Result<Connection, Self::Error> {
            Ok(self.connect())
        }

        async fn recycle(
            &self,
            connection: &mut Connection,
            _: &Metrics,
        ) -> RecycleResult<Self::Error> {
            Ok(self.check(connection)?)
        }
    }

    impl super::Pool for Pool<Database> {
        type Connection = Object<Database>;

        async fn get(&self) -> Option<Self::Connection> {
            Pool::get(self).await.ok()
        }
    }

    pub(super) fn pool(database: Database) -> Pool<Database> {
        let builder = Pool::builder(database).max_size(1);
        builder.build().expect("no time-outs, so no runtime")
    }
}

fn explore_exceeding() -> Report {
    two_clients(exceeding::pool).explore()
}

fn explore_fixed() -> Report {
    two_clients(fixed::pool).explore()
}

pub(crate) fn show() {
    println!("deadpool 0.9.4, a connection that is no longer good:\n");
    let exceeding = explore_exceeding();
    println!("{exceeding}\n");
    let failure = exceeding.assert_fails();
    assert!(matches!(failure.kind(), FailureKind::Invariant(_)));
    // Say that client1 is first to get, and so the one that replaces the stale connection. Either
    // client2 gets before that one is given back, and then there are two and the execution ends;
    // or it gets it after. Twice that, for either may be first.
    assert_eq!((exceeding.schedules(), exceeding.failing()), (4, 2));

    println!("the same with deadpool 0.13:\n");
    let fixed = explore_fixed();
    println!("{fixed}\n");
    fixed.assert_ok();
    // As before; but the client that comes too early waits until the connection is given back.
    assert_eq!(fixed.schedules(), 4);
    assert!(fixed.is_exhaustive());
}

#[cfg(test)]
mod tests {
    use interlace::Engine;

    use super::*;

    #[test]
    fn fibers_give_the_same_counts() {
        let exceeding = two_clients(exceeding::pool);
        let report = exceeding.engine(Engine::Fibers).explore();
        assert_eq!((report.schedules(), report.failing()), (4, 2));

        let fixed = two_clients(fixed::pool);
        let report = fixed.engine(Engine::Fibers).explore();
        assert_eq!((report.schedules(), report.failing()), (4, 0));
    }
}
