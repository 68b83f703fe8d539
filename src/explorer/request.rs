//! What an explorer is asked to run, completed from the environment.

use std::sync::Arc;

use super::run_context::RunContext;
use super::serial;
use crate::engine::{Engine, EngineOptions, Points, Program, WaitRules, begins_nested};
use crate::environment::Settings;
use crate::error::{Error, ErrorKind};
use crate::program::check_names;
use crate::report::Call;
use crate::saved::Store;

/// What an explorer is asked to run.
pub(super) struct Request {
    pub(super) program: Arc<dyn Program>,
    /// The settings made in code.
    pub(super) settings: Settings,
    pub(super) options: EngineOptions,
    pub(super) keeps_going: bool,
    /// Where failures are saved, if that was set in code.
    pub(super) store: Option<Arc<dyn Store>>,
    pub(super) call: Call,
    /// Whether the program is one body, which starts its threads.
    pub(super) is_model: bool,
}

impl Request {
    /// Adds the settings from the environment and chooses the engine.
    ///
    /// # Errors
    ///
    /// If a variable has a bad value, or the settings in code exclude each other.
    pub(super) fn resolve(&self) -> Result<(Settings, RunContext<'_>), Error> {
        let mut options = self.options;
        options.is_nested = begins_nested();
        let in_code = self.settings.engine;
        let settings = self.settings.clone().or(Settings::from_environment()?);
        options.waits = WaitRules {
            timeouts: settings.timeouts.unwrap_or_default(),
            real_time: settings.real_time.unwrap_or_default(),
            spurious_wakeups: settings.spurious_wakeups.unwrap_or_default(),
        };
        options.points = settings.points.unwrap_or_default();
        options.points.check(self.is_model)?;
        options.data_races &=
            cfg!(interlace) && options.points == Points::Accesses && !options.is_nested;
        let engine = match in_code {
            Some(Engine::Fibers) if options.fresh_threads => {
                return Err(only_on_threads(
                    "`fresh_threads` is for `Engine::Threads`: on `Engine::Fibers` all threads of \
                     all executions share one OS thread",
                ));
            }
            _ if options.fresh_threads => Engine::Threads,
            _ => settings.engine.unwrap_or_default(),
        };
        let context = RunContext {
            program: &self.program,
            engine,
            options,
            call: self.call,
        };
        Ok((settings, context.telling()))
    }

    /// The same, once the program is [prepared](prepare).
    pub(super) fn prepared(&self) -> Result<(Settings, RunContext<'_>), Error> {
        let (settings, context) = self.resolve()?;
        prepare(context)?;
        Ok((settings, context))
    }
}

/// Checks what was said about the threads, and makes the oracles ready.
pub(super) fn prepare(context: RunContext<'_>) -> Result<(), Error> {
    check_names(context.program.threads())?;
    context.program.refusal().map_or(Ok(()), Err)?;
    serial::prepare(context)
}

#[cold]
fn only_on_threads(why: &str) -> Error {
    let text = format!("{why}. Choose one of the two");
    Error::new(ErrorKind::BadSetting, text)
}
