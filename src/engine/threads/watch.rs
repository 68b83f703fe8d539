//! The thread that asked for the executions: it assembles a team and watches the clock.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::MutexGuard;

use super::lookout::Lookout;
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
                return Ok(back);
            }
            Watched::LeftBehind(back) => director = back,
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
        team.seats.iter().for_each(|seat| seat.baton.give(Word::Stop));
        Error::new(
            ErrorKind::NoOsThread,
            format!("the operating system did not start a thread for `{name}`: {error}"),
        )
    })
}

enum Watched<D> {
    Done(D),
    /// An execution has taken too long, or threads are left that can never go on.
    LeftBehind(D),
}

/// Waits until the conductor is done or gives up, or an execution has taken too long; and looks
/// meanwhile whether threads are blocked.
fn watch<D: Director>(team: &Team<D>, timeout: Duration) -> Watched<D> {
    let mut lookout = Lookout::new(team.seats.len());
    let mut desk = team.desk.lock();
    while !desk.is_done {
        // A time-out past the end of the clock never comes.
        let deadline = desk.since.checked_add(timeout);
        let is_late = deadline.is_some_and(|deadline| deadline <= Instant::now());
        if is_late || desk.is_stuck {
            return Watched::LeftBehind(leave_behind(team, desk));
        }
        let look = lookout.rest().map(|rest| Instant::now() + rest);
        match deadline.into_iter().chain(look).min() {
            None => team.news.wait(&mut desk),
            Some(next) => {
                team.news.wait_until(&mut desk, next);
            }
        }
        if look.is_some() && lookout.look(&team.seats, &mut desk) {
            team.podium.give(Word::Go);
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
    let is_stuck = desk.is_stuck;
    drop(desk);
    for seat in &team.seats {
        seat.baton.give(Word::Stop);
        if !is_stuck && seat.hold.is_held() {
            // What it waits for may come, now that others unwind.
            seat.hold.release();
        }
    }
    team.podium.give(Word::Stop);
    team.conductor.get().inspect(|conductor| conductor.unpark());
    director
}
