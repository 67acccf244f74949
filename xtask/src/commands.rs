//! The subcommands: one table of them, their help, and the call.

mod bench;
mod client;
mod conformance;
mod dev;
mod dist;
mod env;
mod run;
mod screens;
mod sim;
mod size;
mod test;
mod vitals;

use anyhow::{Result, bail, ensure};

use crate::say;

/// A subcommand.
struct Command {
    name: &'static str,
    /// What may follow the name.
    arguments: &'static str,
    /// One line for the list.
    summary: &'static str,
    /// The rest of its help.
    help: &'static str,
    run: fn(&[String]) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    run::COMMAND,
    test::COMMAND,
    dev::COMMAND,
    env::COMMAND,
    client::COMMAND,
    size::COMMAND,
    dist::COMMAND,
    conformance::COMMAND,
    sim::COMMAND,
    bench::COMMAND,
    vitals::COMMAND,
    screens::COMMAND,
];

/// Runs the subcommand that the arguments name, or prints help.
pub(crate) fn call(arguments: &[String]) -> Result<()> {
    let mut words = arguments.iter().map(String::as_str);
    match (words.next(), words.next()) {
        (None | Some("help" | "--help" | "-h"), None) => overview(),
        (Some("help"), Some(name)) => help(find(name)?),
        (Some(name), next) => {
            let command = find(name)?;
            if matches!(next, Some("--help" | "-h")) {
                help(command);
            } else {
                (command.run)(&arguments[1..])?;
            }
        }
        (None, Some(_)) => {}
    }
    Ok(())
}

fn find(name: &str) -> Result<&'static Command> {
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => Ok(command),
        None => bail!("there is no `cargo xtask {name}`; `cargo xtask help` lists what there is"),
    }
}

fn overview() {
    say::result("Set-up and checks of Warren.\n\nUsage: cargo xtask COMMAND\n");
    for command in COMMANDS {
        say::result(format_args!("  {:12} {}", command.name, command.summary));
    }
    say::result("\n`cargo xtask COMMAND --help` says more.");
}

fn help(command: &Command) {
    let Command { name, arguments, summary, help, .. } = command;
    let usage = format!("cargo xtask {name} {arguments}");
    say::result(format_args!("{summary}\n\nUsage: {}\n\n{help}", usage.trim_end()));
}

/// For subcommands that take nothing.
fn takes_nothing(arguments: &[String]) -> Result<()> {
    ensure!(arguments.is_empty(), "it takes no arguments, and was given `{}`", arguments.join(" "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_is_found_by_its_name_and_explains_itself() {
        for command in COMMANDS {
            let found = find(command.name).unwrap();
            assert_eq!(found.summary, command.summary, "{} is there twice", command.name);
            assert!(command.help.len() > 60, "{} explains nothing", command.name);
        }
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        let error = call(&["rum".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("there is no `cargo xtask rum`"), "{error}");
    }
}
