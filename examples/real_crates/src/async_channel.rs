//! A sender that is never woken, with async-channel 1.7.1.
//!
//! Two tasks wait for room in a full channel. The first to wait does something else then: its future is neither polled
//! nor dropped. Two messages are received. The first wakes that task; the second wakes nobody, since one task was
//! woken and has not reacted. So the second task waits for ever, for a channel with room for it
//! (<https://github.com/smol-rs/async-channel/issues/45>). The change log of 1.8.0: "Prevent deadlock if sender/receiver is
//! forgotten".

use std::mem;
use std::task::{Context, Waker};
use std::thread;

use interlace::saved::Nowhere;
use interlace::{Explorer, Strategy};

/// What the channels of both versions have in common.
trait Channel: 'static {
    type Sender: Clone + Send + 'static;
    type Receiver;

    /// A channel with room for two, which is full.
    fn full() -> (Self::Sender, Self::Receiver);
    /// Begins to send, and forgets that.
    fn begin_to_send(sender: &Self::Sender);
    fn send(sender: &Self::Sender);
    fn receive(receiver: &Self::Receiver);
}

/// Polls a future once. If it waits then, it is forgotten: neither polled again nor dropped.
fn begin(future: impl Future) {
    let mut future = Box::pin(future);
    let context = &mut Context::from_waker(Waker::noop());
    if future.as_mut().poll(context).is_pending() {
        mem::forget(future);
    }
}

/// A version, as the package that is called so here.
macro_rules! version {
    ($version:ident is $package:ident) => {
        struct $version;

        impl Channel for $version {
            type Sender = $package::Sender<u32>;
            type Receiver = $package::Receiver<u32>;

            fn full() -> (Self::Sender, Self::Receiver) {
                let (sender, receiver) = $package::bounded(2);
                sender.try_send(1).expect("it is empty");
                sender.try_send(2).expect("it has room for two");
                (sender, receiver)
            }

            fn begin_to_send(sender: &Self::Sender) {
                begin(sender.send(3));
            }

            fn send(sender: &Self::Sender) {
                sender.send_blocking(4).expect("there is a receiver");
            }

            fn receive(receiver: &Self::Receiver) {
                receiver.recv_blocking().expect("there is a sender");
            }
        }
    };
}

version!(Forgetful is async_channel_1);
version!(Fixed is async_channel_2);

/// A thread that begins to send, one that sends, and one that makes room for both.
fn room_for_both<C: Channel>() -> Explorer<()> {
    Explorer::model(|| {
        let (sender, receiver) = C::full();
        let its = sender.clone();
        let begins = thread::spawn(move || C::begin_to_send(&its));
        let sends = thread::spawn(move || C::send(&sender));
        C::receive(&receiver);
        C::receive(&receiver);
        begins.join().unwrap();
        sends.join().unwrap();
    })
}

pub(crate) fn wrong() -> Explorer<()> {
    room_for_both::<Forgetful>().saved(Nowhere)
}

pub(crate) fn right() -> Explorer<()> {
    room_for_both::<Fixed>().strategy(Strategy::Preemptions(2))
}

#[cfg(test)]
mod tests {
    use crate::verdict;

    use super::*;

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn a_sender_is_never_woken() {
        verdict::fails(wrong(), "deadlock", 1, 300);
    }

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn the_version_without_the_bug_holds() {
        verdict::holds_with_preemptions(right(), 2);
    }
}
