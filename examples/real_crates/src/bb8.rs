//! A task that waits for a connection that is free, and one that waits for a lock that it has, with bb8 0.8.0.
//!
//! Whoever wants a connection first looks whether one is idle, then stands in the queue. If the last one is given back
//! in between, nobody is in the queue: so it is idle, and whoever then comes to the queue waits until another is
//! given back, or for 30 seconds. A user guessed that in 2022 (<https://github.com/djc/bb8/issues/122>).
//!
//! Whoever gives a connection back sends it to the first of the queue, under the lock of the pool. If that one has
//! given up at the same moment, the connection is dropped there and then, to be given back again, under the lock
//! that is held already (<https://github.com/djc/bb8/issues/154>).
//!
//! 0.8.1 has both bugs. In 0.9.1 the pool wakes who waits, and that one looks again.

use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;

use async_trait::async_trait;
use interlace::saved::Nowhere;
use interlace::{Explorer, Strategy};
use pollster::block_on;
use tokio::runtime::{Builder, Runtime};

/// What the pools of both versions have in common. All of them have one connection.
trait Pool: Clone + Send + Sync + 'static {
    /// Goes back when it is dropped.
    type Connection: Send + 'static;

    async fn new() -> Self;
    async fn get(&self) -> Self::Connection;
}

struct Manager;

/// A version, as the package that is called so here. Its trait was made for async functions by an attribute
/// before Rust had them in traits.
macro_rules! version {
    ($package:ident $(with #[$attribute:ident])?) => {
        $(#[$attribute])?
        impl $package::ManageConnection for Manager {
            type Connection = ();
            type Error = ();

            async fn connect(&self) -> Result<(), ()> {
                Ok(())
            }

            async fn is_valid(&self, (): &mut ()) -> Result<(), ()> {
                Ok(())
            }

            fn has_broken(&self, (): &mut ()) -> bool {
                false
            }
        }

        impl Pool for $package::Pool<Manager> {
            type Connection = $package::PooledConnection<'static, Manager>;

            async fn new() -> Self {
                let builder = Self::builder().max_size(1).min_idle(Some(1));
                let builder = builder.max_lifetime(None).idle_timeout(None);
                builder.build(Manager).await.expect("nothing fails")
            }

            async fn get(&self) -> Self::Connection {
                self.get_owned().await.expect("time stands still")
            }
        }
    };
}

version!(bb8_0_8 with #[async_trait]);
version!(bb8_0_9);

/// A runtime that nobody drives: so its time stands still, and no wait for a connection times out.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

/// A thread that gives the connection back, and one that wants it.
fn given_back<P: Pool>() -> Explorer<()> {
    Explorer::model(|| {
        let runtime = runtime();
        let _within = runtime.enter();
        let pool = block_on(P::new());
        let connection = block_on(pool.get());
        let other = thread::spawn(move || drop(connection));
        drop(block_on(pool.get()));
        other.join().unwrap();
    })
}

/// A thread that gives the connection back, and one that gives up waiting for it.
fn given_up<P: Pool>() -> Explorer<()> {
    Explorer::model(|| {
        let runtime = runtime();
        let _within = runtime.enter();
        let pool = block_on(P::new());
        let connection = block_on(pool.get());
        let other = thread::spawn(move || drop(connection));
        {
            let getting = pin!(pool.get());
            let _ = getting.poll(&mut Context::from_waker(Waker::noop()));
        }
        other.join().unwrap();
        drop(block_on(pool.get()));
    })
}

pub(crate) fn wrong() -> Explorer<()> {
    given_back::<bb8_0_8::Pool<Manager>>().saved(Nowhere)
}

pub(crate) fn right() -> Explorer<()> {
    given_back::<bb8_0_9::Pool<Manager>>()
}

pub(crate) fn wrong_if_given_up() -> Explorer<()> {
    given_up::<bb8_0_8::Pool<Manager>>().saved(Nowhere)
}

pub(crate) fn right_if_given_up() -> Explorer<()> {
    given_up::<bb8_0_9::Pool<Manager>>().strategy(Strategy::Preemptions(3))
}

#[cfg(test)]
mod tests {
    use crate::verdict;

    use super::*;

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn a_free_connection_is_waited_for() {
        verdict::fails(wrong(), "deadlock", 1, 300);
    }

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn the_version_without_the_bug_holds() {
        verdict::holds_in_every_class(right());
    }

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn a_lock_is_waited_for_by_its_holder() {
        verdict::fails(wrong_if_given_up(), "deadlock", 2, 100);
    }

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn the_version_without_that_bug_holds() {
        verdict::holds_with_preemptions(right_if_given_up(), 3);
    }
}
