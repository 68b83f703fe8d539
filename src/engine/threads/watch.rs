//! The thread that asked for the executions: it assembles a team and watches the clock.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::MutexGuard;

use super::team::{Desk, Team};
use super::{conductor, worker};
use crate::engine::baton::Word;
use crate::engine::{Director, How, Limits, Subject};
use crate::error::{Error, ErrorKind};
use crate::search::ThreadId;

/// Runs executions of `subject` until `director` begins no more, and gives the director back.
///
/// # Errors
///
/// If the operating system does not start a thread.
pub(crate) fn direct<D: Director>(
    subject: &Arc<dyn Subject>,
    mut director: D,
    limits: Limits,
) -> Result<D, Error> {
    while director.begin() {
        let team = Arc::new(Team::new(subject, director, limits));
        let threads = assemble(&team)?;
        match watch(&team, limits.timeout) {
            Watched::Done(back) => {
                for thread in threads {
                    // A team's thread catches what it runs: it has nothing to tell.
                    let _ = thread.join();
                }
                if !limits.fresh_threads {
                    return Ok(back);
                }
                director = back;
            }
            Watched::TimedOut(back) => director = back,
        }
    }
    Ok(director)
}

fn assemble<D: Director>(team: &Arc<Team<D>>) -> Result<Vec<JoinHandle<()>>, Error> {
    let mut threads = Vec::with_capacity(team.seats.len() + 1);
    for (index, name) in team.subject.threads().iter().enumerate() {
        let mate = Arc::clone(team);
        threads.push(start(team, name, move || {
            worker::work(&mate, ThreadId::new(index));
        })?);
    }
    let mate = Arc::clone(team);
    let conductor = start(team, "interlace", move || {
        mate.conductor.get_or_init(std::thread::current);
        conductor::conduct(&mate);
    })?;
    threads.push(conductor);
    Ok(threads)
}

fn start<D: Director>(
    team: &Team<D>,
    name: &str,
    body: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, Error> {
    // The system takes no name with a zero in it.
    let builder = Builder::new().name(name.replace('\0', "\u{2400}"));
    builder.spawn(body).map_err(|error| {
        team.seats.iter().for_each(|seat| seat.give(Word::Stop));
        Error::new(
            ErrorKind::NoOsThread,
            format!("the operating system did not start a thread for `{name}`: {error}"),
        )
    })
}

enum Watched<D> {
    Done(D),
    TimedOut(D),
}

/// Waits until the conductor is done, or an execution has taken too long.
fn watch<D: Director>(team: &Team<D>, timeout: Duration) -> Watched<D> {
    let mut desk = team.desk.lock();
    while !desk.is_done {
        // A time-out past the end of the clock never comes.
        match desk.since.checked_add(timeout) {
            None => team.news.wait(&mut desk),
            // It unwinds its threads by itself, and gets as long again for that.
            Some(deadline) if deadline <= Instant::now() && desk.table.give_up() => {
                desk.since = Instant::now();
                team.conductor.get().inspect(|conductor| conductor.unpark());
            }
            Some(deadline) if deadline <= Instant::now() => {
                return Watched::TimedOut(leave_behind(team, desk));
            }
            Some(deadline) => {
                team.news.wait_until(&mut desk, deadline);
            }
        }
    }
    Watched::Done(
        desk.table
            .director
            .take()
            .expect("only this thread takes the director"),
    )
}

/// Ends the execution from outside. Threads that are paused unwind; one that runs does so when it
/// reaches a marker, if it ever does.
fn leave_behind<D: Director>(team: &Team<D>, mut desk: MutexGuard<'_, Desk<D>>) -> D {
    let how = match &desk.table.over {
        // The failure was known, and a thread did not come back from unwinding.
        Some(how) if *how != How::Held => how.clone(),
        _ => How::TimedOut(desk.table.phase),
    };
    desk.table.end(how, None);
    let director = desk
        .table
        .director
        .take()
        .expect("only this thread takes the director");
    drop(desk);
    for baton in team.seats.iter().chain([&team.podium]) {
        baton.give(Word::Stop);
    }
    team.conductor.get().inspect(|conductor| conductor.unpark());
    director
}
