//! A runtime of tokio with two workers and timers, and a pool of rayon, made in each execution.

use super::*;

use rayon::ThreadPoolBuilder;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::sleep;

const EXECUTIONS: u64 = 2000;

/// Both sample and both run depth first, without a contradiction.
fn runs<T: Debug + 'static>(body: fn() -> T) {
    let schedules = EXECUTIONS;
    for strategy in [
        Strategy::Random { schedules },
        Strategy::Pos { schedules },
        Strategy::Exhaustive,
    ] {
        let report = explore(body, |it| it.strategy(strategy).max_schedules(EXECUTIONS));
        assert_eq!(
            (report.schedules(), report.failing()),
            (EXECUTIONS, 0),
            "{report}"
        );
    }
}

fn is_found<T: Debug + 'static>(body: fn() -> T) {
    let schedules = EXECUTIONS;
    for strategy in [Strategy::Random { schedules }, Strategy::Pos { schedules }] {
        let report = explore(body, |it| it.strategy(strategy));
        assert_eq!(report.failing(), 1, "{report}");
    }
}

/// Two tasks that share a lock and a channel. If they are `wrong`, they release the lock between reading and
/// writing.
fn runtime(wrong: bool) -> Vec<u32> {
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_time().build().unwrap();
    let shared = Arc::new(tokio::sync::Mutex::new(0));
    let (sender, mut receiver) = mpsc::channel(2);
    let tasks = [1, 2].map(|value| {
        let (shared, sender) = (Arc::clone(&shared), sender.clone());
        runtime.spawn(async move {
            sleep(Duration::from_millis(1)).await;
            let mut guard = shared.lock().await;
            let before = *guard;
            if wrong {
                drop(guard);
                yield_now().await;
                guard = shared.lock().await;
            }
            *guard = before + 1;
            drop(guard);
            sender.send(value).await.unwrap();
        })
    });
    drop(sender);
    let mut all = Vec::new();
    runtime.block_on(async {
        while let Some(value) = receiver.recv().await {
            all.push(value);
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*shared.lock().await, 2);
    });
    all
}

#[test]
fn a_tokio_runtime() {
    runs(|| runtime(false));
    is_found(|| runtime(true));
}

/// Two jobs that add to a count, if they are `wrong` in two accesses.
fn pool(wrong: bool) -> (u32, u32) {
    let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let count = AtomicU32::new(0);
    let add = || {
        if wrong {
            let before = count.load(SeqCst);
            count.store(before + 1, SeqCst);
            before
        } else {
            count.fetch_add(1, SeqCst)
        }
    };
    let both = pool.install(|| rayon::join(add, add));
    assert_eq!(count.load(SeqCst), 2);
    both
}

#[test]
fn a_rayon_pool() {
    runs(|| pool(false));
    is_found(|| pool(true));
}
