//! `mpsc`, and a channel for one message by hand.

use super::super::types::atomic::AtomicBool;
use super::super::types::{Arc, Condvar, Mutex, mpsc, thread};
use super::{beside, programs};
use std::sync::atomic::Ordering::{Acquire, Release};

programs![
    mpsc_two_senders,
    mpsc_order_is_assumed,
    mpsc_is_disconnected,
    mpsc_a_sender_is_kept,
    oneshot,
    oneshot_closed_too_early,
];

fn sent_by_two() -> (u32, u32) {
    let (sender, receiver) = mpsc::channel();
    let other = sender.clone();
    let threads = [(sender, 1), (other, 2)]
        .map(|(sender, number)| thread::spawn(move || sender.send(number).unwrap()));
    let numbers = (receiver.recv().unwrap(), receiver.recv().unwrap());
    for thread in threads {
        thread.join().unwrap();
    }
    numbers
}

fn mpsc_two_senders() {
    let (one, two) = sent_by_two();
    assert_eq!(one + two, 3);
}

fn mpsc_order_is_assumed() {
    assert_eq!(sent_by_two(), (1, 2));
}

fn mpsc_is_disconnected() {
    let (sender, receiver) = mpsc::channel();
    let sends = thread::spawn(move || sender.send(1).unwrap());
    assert_eq!(receiver.recv(), Ok(1));
    assert!(receiver.recv().is_err());
    sends.join().unwrap();
}

fn mpsc_a_sender_is_kept() {
    let (sender, receiver) = mpsc::channel();
    let other = sender.clone();
    let sends = thread::spawn(move || other.send(1).unwrap());
    while receiver.recv().is_ok() {}
    sends.join().unwrap();
    drop(sender);
}

#[derive(Default)]
struct Oneshot {
    message: Mutex<Option<u32>>,
    sent: Condvar,
    is_closed: AtomicBool,
}

impl Oneshot {
    fn send(&self) {
        *self.message.lock().unwrap() = Some(7);
        self.sent.notify_one();
    }
}

fn oneshot() {
    let (received, ()) = beside(
        &Arc::new(Oneshot::default()),
        |channel| {
            let mut message = channel.message.lock().unwrap();
            loop {
                match message.take() {
                    Some(message) => return message,
                    None => message = channel.sent.wait(message).unwrap(),
                }
            }
        },
        Oneshot::send,
    );
    assert_eq!(received, 7);
}

/// Whoever closes it takes no message that comes between its look and its closing.
fn oneshot_closed_too_early() {
    let channel = Arc::new(Oneshot::default());
    let (received, is_sent) = beside(
        &channel,
        |channel| {
            let message = channel.message.lock().unwrap().take();
            channel.is_closed.store(true, Release);
            message
        },
        |channel| {
            let is_open = !channel.is_closed.load(Acquire);
            if is_open {
                channel.send();
            }
            is_open
        },
    );
    assert_eq!(received.is_some(), is_sent, "the message is lost");
}
