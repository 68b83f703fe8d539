//! What is asked of cargo, as far as this program has to know it. All is passed on, but what is meant for
//! this program alone.

use std::ffi::{OsStr, OsString};
use std::process::Command;

/// The arguments of cargo: a command, then its options.
#[derive(Debug)]
pub(crate) struct Arguments<'a> {
    pub(crate) command: &'a [OsString],
    rest: &'a [OsString],
}

/// The commands that run what they have built.
const COMMANDS: [&[&str]; 4] = [&["test"], &["run"], &["nextest", "run"], &["mutants"]];

/// What `cargo interlace --help` prints.
pub(crate) const USAGE: &str = "\
Builds with every access to shared memory as a scheduling point of Interlace, and runs what was built

Usage: cargo interlace test [what `cargo test` takes]
       cargo interlace run [what `cargo run` takes]
       cargo interlace nextest run [what `cargo nextest run` takes]
       cargo interlace mutants [what `cargo test` takes]

Options, before `--`:
      --only <package>  Makes points of the accesses of this package, and of others that are named so;
                        those of all others are none
      --skip <package>  Makes no points of the accesses of this package. Both can be given several times
";

impl<'a> Arguments<'a> {
    /// # Errors
    ///
    /// If the command is none that runs what it has built.
    pub(crate) fn of(arguments: &'a [OsString]) -> Result<Self, String> {
        let command = COMMANDS.into_iter().find(|command| {
            let words = arguments.iter().map(OsString::as_os_str);
            words.take(command.len()).eq(command.iter().copied())
        });
        let Some(command) = command else {
            return Err(
                "`cargo interlace` is followed by `test`, `run`, `nextest run` or `mutants`, and by what cargo \
                 takes after that: `cargo interlace test --lib`. `cargo interlace --help` says more"
                    .to_owned(),
            );
        };
        let (command, rest) = arguments.split_at(command.len());
        Ok(Arguments { command, rest })
    }

    /// The value of a long option, in either form: `--name value` or `--name=value`.
    pub(crate) fn value(&self, name: &str) -> Option<&'a OsStr> {
        self.values(name).next()
    }

    /// The values of a long option that may be given several times.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a OsStr> {
        let mut own = self.own();
        std::iter::from_fn(move || {
            loop {
                let argument = own.next()?;
                if argument == name {
                    return own.next();
                }
                let value = argument.to_str().and_then(|it| it.strip_prefix(name));
                if let Some(value) = value.and_then(|it| it.strip_prefix('=')) {
                    return Some(OsStr::new(value));
                }
            }
        })
    }

    /// All that follow the command, without these long options, which have values.
    pub(crate) fn without(&self, names: &[&str]) -> Vec<&'a OsStr> {
        let own = self.own().count();
        let mut left = Vec::new();
        let mut is_value = false;
        for (number, argument) in self.rest.iter().enumerate() {
            let is_own = number < own;
            let text = argument.to_str().unwrap_or_default();
            let (name, has_value) = match text.split_once('=') {
                Some((name, _)) => (name, true),
                None => (text, false),
            };
            let is_named = names.contains(&name);
            if !(is_own && (is_value || is_named)) {
                left.push(argument.as_os_str());
            }
            is_value = is_own && !is_value && is_named && !has_value;
        }
        left
    }

    /// Which of these flags of cargo are there.
    pub(crate) fn flags<'n>(&self, names: &'n [&'n str]) -> impl Iterator<Item = &'n str> {
        let own = self.own();
        let is_there = move |name: &&str| own.clone().any(|argument| argument == *name);
        names.iter().copied().filter(is_there)
    }

    /// Has another command of cargo work with the same package.
    pub(crate) fn pass_on_manifest(&self, cargo: &mut Command) {
        if let Some(manifest) = self.value("--manifest-path") {
            cargo.arg("--manifest-path").arg(manifest);
        }
    }

    /// Those after `--`.
    pub(crate) fn for_program(&self) -> impl Iterator<Item = &'a OsStr> + use<'a> {
        let all = self.rest.iter().map(OsString::as_os_str);
        all.skip_while(|argument| *argument != "--").skip(1)
    }

    /// Those before `--`: what follows that is for the program.
    fn own(&self) -> impl Iterator<Item = &'a OsStr> + Clone + use<'a> {
        let all = self.rest.iter().map(OsString::as_os_str);
        all.take_while(|argument| *argument != "--")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(arguments: &[&str], name: &str) -> Option<String> {
        let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
        let value = Arguments::of(&arguments).unwrap().value(name)?;
        Some(value.to_str().unwrap().to_owned())
    }

    #[test]
    fn an_option_has_its_value_behind_it_or_in_it() {
        let triple = Some("x".to_owned());
        assert_eq!(value(&["test", "--target", "x"], "--target"), triple);
        assert_eq!(value(&["nextest", "run", "--target=x"], "--target"), triple);
        assert_eq!(value(&["test", "--target-dir=x"], "--target"), None);
        assert_eq!(value(&["test", "--", "--target=x"], "--target"), None);
    }

    #[test]
    fn an_option_may_be_given_twice() {
        let all = [
            "run", "--only", "a", "--skip", "b", "--only=c", "--", "--only", "d",
        ];
        let all = all.map(OsString::from);
        let arguments = Arguments::of(&all).unwrap();
        assert!(arguments.values("--only").eq(["a", "c"]));
    }

    #[test]
    fn options_are_left_out_with_their_values() {
        let all = [
            "test",
            "--target-dir",
            "--skip",
            "a",
            "--skip",
            "b",
            "--target-dir=y",
            "--",
            "--target-dir",
        ];
        let all = all.map(OsString::from);
        let left = Arguments::of(&all).unwrap();
        let left = left.without(&["--target-dir", "--skip"]);
        assert_eq!(left, ["a", "--", "--target-dir"]);
    }

    #[test]
    fn a_command_that_runs_nothing_is_refused() {
        for arguments in [&[][..], &["build"], &["nextest"], &["nextest", "list"]] {
            let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
            assert!(Arguments::of(&arguments).is_err());
        }
    }
}
