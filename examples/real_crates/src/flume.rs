//! A message that is never received, with flume 0.10.14.
//!
//! A future that receives is polled again, as happens when it is joined with another one, and finds no message. Then
//! the sender sends and is dropped. Only now does the future ask whether there are senders left: there are none, so
//! it says that the channel is disconnected, and its message stays in the queue
//! (<https://github.com/zesterer/flume/issues/120>). The change log of 0.11.0: "Fixed a rare race condition in the async
//! implementation".

use std::thread;

use futures_util::future::join;
use interlace::Explorer;
use interlace::saved::Nowhere;
use pollster::block_on;

/// What the channels of both versions have in common.
trait Channel: 'static {
    type Sender: Send + 'static;
    type Receiver;

    fn new() -> (Self::Sender, Self::Receiver);
    fn send(sender: &Self::Sender, message: u32);
    /// Receives a message, unless there is no sender any more.
    async fn receive(receiver: &Self::Receiver) -> Option<u32>;
}

/// A version, as the package that is called so here.
macro_rules! version {
    ($version:ident is $package:ident) => {
        struct $version;

        impl Channel for $version {
            type Sender = $package::Sender<u32>;
            type Receiver = $package::Receiver<u32>;

            fn new() -> (Self::Sender, Self::Receiver) {
                $package::unbounded()
            }

            fn send(sender: &Self::Sender, message: u32) {
                sender.send(message).expect("there is a receiver");
            }

            async fn receive(receiver: &Self::Receiver) -> Option<u32> {
                receiver.recv_async().await.ok()
            }
        }
    };
}

version!(Losing is flume_0_10);
version!(Fixed is flume_0_11);

/// A thread that sends one message through each of two channels, and a task that waits for both.
fn two_channels<C: Channel>() -> Explorer<()> {
    Explorer::model(|| {
        let (orders, ordered) = C::new();
        let (payments, paid) = C::new();
        let customer = thread::spawn(move || {
            C::send(&orders, 1);
            C::send(&payments, 2);
        });
        let received = block_on(join(C::receive(&ordered), C::receive(&paid)));
        assert_eq!(received, (Some(1), Some(2)));
        customer.join().unwrap();
    })
}

pub(crate) fn wrong() -> Explorer<()> {
    two_channels::<Losing>().saved(Nowhere)
}

pub(crate) fn right() -> Explorer<()> {
    two_channels::<Fixed>()
}

#[cfg(test)]
mod tests {
    use crate::verdict;

    use super::*;

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn a_message_is_lost() {
        verdict::fails(
            wrong(),
            "panic: assertion `left == right` failed\n  left: (Some(1), None)\n right: (Some(1), Some(2))",
            2,
            200,
        );
    }

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn the_version_without_the_bug_holds() {
        verdict::holds_in_every_class(right());
    }
}
