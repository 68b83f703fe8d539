//! What is asked of cargo, as far as this program has to know it. All is passed on.

use std::ffi::{OsStr, OsString};

/// The arguments of cargo: a command, then its options.
pub(crate) struct Arguments<'a> {
    pub(crate) command: &'a OsStr,
    pub(crate) rest: &'a [OsString],
}

/// The commands that run what they have built.
const COMMANDS: [&str; 2] = ["test", "run"];

impl<'a> Arguments<'a> {
    /// # Errors
    ///
    /// If the command is none that runs what it has built.
    pub(crate) fn of(arguments: &'a [OsString]) -> Result<Self, String> {
        match arguments {
            [command, rest @ ..] if COMMANDS.iter().any(|it| command == it) => {
                Ok(Arguments { command, rest })
            }
            _ => Err(
                "`cargo interlace` is followed by `test` or `run`, and by what cargo takes \
                 after that: `cargo interlace test --lib`"
                    .to_owned(),
            ),
        }
    }

    /// The value of a long option of cargo, in either form: `--name value` or `--name=value`.
    pub(crate) fn value(&self, name: &str) -> Option<&'a OsStr> {
        let mut own = self.own();
        while let Some(argument) = own.next() {
            if argument == name {
                return own.next();
            }
            let value = argument.to_str().and_then(|it| it.strip_prefix(name));
            if let Some(value) = value.and_then(|it| it.strip_prefix('=')) {
                return Some(OsStr::new(value));
            }
        }
        None
    }

    /// All that follow the command, without a long option of cargo that has a value.
    pub(crate) fn without(&self, name: &str) -> Vec<&'a OsStr> {
        let own = self.own().count();
        let mut left = Vec::new();
        let mut is_value = false;
        for (number, argument) in self.rest.iter().enumerate() {
            let is_own = number < own;
            let text = argument.to_str().unwrap_or_default();
            let has_value = text
                .strip_prefix(name)
                .is_some_and(|it| it.starts_with('='));
            if !(is_own && (is_value || text == name || has_value)) {
                left.push(argument.as_os_str());
            }
            is_value = is_own && text == name;
        }
        left
    }

    /// Which of these flags of cargo are there.
    pub(crate) fn flags<'n>(&self, names: &'n [&'n str]) -> impl Iterator<Item = &'n str> {
        let own = self.own();
        let is_there = move |name: &&str| own.clone().any(|argument| argument == *name);
        names.iter().copied().filter(is_there)
    }

    /// Those before `--`: what follows that is for the program.
    fn own(&self) -> impl Iterator<Item = &'a OsStr> + Clone {
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
        assert_eq!(value(&["test", "--target=x"], "--target"), triple);
        assert_eq!(value(&["test", "--target-dir=x"], "--target"), None);
        assert_eq!(value(&["test", "--", "--target=x"], "--target"), None);
    }

    #[test]
    fn an_option_is_left_out_with_its_value() {
        let all = [
            "test",
            "--target-dir",
            "x",
            "a",
            "--target-dir=y",
            "--",
            "--target-dir",
        ];
        let all = all.map(OsString::from);
        let left = Arguments::of(&all).unwrap().without("--target-dir");
        assert_eq!(left, ["a", "--", "--target-dir"]);
    }

    #[test]
    fn a_command_that_runs_nothing_is_refused() {
        for arguments in [&[][..], &["build"], &["--help"]] {
            let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
            assert!(Arguments::of(&arguments).is_err());
        }
    }
}
