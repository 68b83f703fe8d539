//! Closures, async functions and async closures.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::{log, op};

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn closures() -> u32 {
    let statement = |x: u32| op("a", x); // interlace: the_let
    let on_its_line =
        |x: u32| op("b", x); // interlace: the_closure
    let with_block = Some(1)
        .map(|x| { // interlace: block
            op("c", ());
            op("d", x)
        });
    let typed = Some(1)
        .map(|x| -> u32 { op("e", x) }) // interlace: return_type
        .map(move |x| unsafe_looking(x) + 1) // interlace: expression
        .filter(
            // interlace: own_line
            |x| *x > 0,
        );
    let inside = Some(1).map(|x| {
        let y = op("f", x); // interlace: inside
        y
    });
    let braces_first = Some(2)
        .map(|x| if x == 1 { 1 } else { 2 } + op("g", x)); // interlace: block_like_start
    statement(1) + on_its_line(1) + with_block.unwrap() + typed.unwrap() + inside.unwrap()
        + braces_first.unwrap()
}

fn unsafe_looking(x: u32) -> u32 {
    x
}

#[test]
fn a_closure_is_gated_when_it_starts_on_the_line() {
    assert_eq!(
        log(|| assert_eq!(closures(), 10)),
        "<the_let> <block> c d <return_type> e <expression> <own_line> <inside> f \
         <block_like_start> g a <the_closure> b"
    );
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn not_first_on_the_line() -> u32 {
    let called =
        Some(op("a", 1)).map(|x| op("b", x)); // interlace: after_a_call
    called
        .map_or(0, |x| op("c", x)) // interlace: after_a_name
}

#[test]
fn a_closure_is_not_gated_when_a_call_stands_before_it_on_the_line() {
    let expected = "<after_a_call> a b <after_a_name> c";
    assert_eq!(log(|| assert_eq!(not_first_on_the_line(), 1)), expected);
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
async fn asynchronous(x: u32) -> u32 {
    let y = std::future::ready(op("a", x)).await; // interlace: awaited
    let block = async {
        op("b", y) // interlace: in_async_block
    };
    let z = block.await;
    let closure =
        async |x: u32| op("c", x); // interlace: async_closure
    let with_block =
        async move |x: u32| -> u32 { op("d", std::future::ready(x).await) }; // interlace: async_block
    op("g", std::convert::identity(
        async { op("f", 1) }, // interlace: async_argument
    ))
    .await;
    let multiline = std::convert::identity(
        async { // interlace: async_brace
            op("h", 1)
        },
    );
    multiline.await;
    for w in [std::future::ready(1).await] { // interlace: for_await
        op("e", w);
    }
    let mut left = 1;
    while std::future::ready(left).await > 0 { // interlace: while_await
        left -= 1;
    }
    z + closure(1).await + with_block(1).await // interlace: tail
}

fn now<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!(),
    }
}

#[test]
fn markers_work_in_async_functions_blocks_and_closures() {
    assert_eq!(
        log(|| assert_eq!(now(asynchronous(1)), 3)),
        "<awaited> a <in_async_block> b g <async_argument> f <async_brace> h <for_await> e <for_await> <while_await> <while_await> \
         <tail> <async_closure> c <async_block> d"
    );
}

#[interlace::trace(crate = crate::fake)]
fn is_send() -> impl Future<Output = ()> + Send {
    async {
        op("a", ()); // interlace: before
        std::future::ready(()).await;
        // interlace: items writes("items")
        for _ in 0..1 {
            std::future::ready(()).await;
        }
    }
}

#[test]
fn a_marker_does_not_keep_a_future_from_being_sent() {
    assert_eq!(
        log(|| now(is_send())),
        "<before> a <items w=items> <items w=items>"
    );
}
