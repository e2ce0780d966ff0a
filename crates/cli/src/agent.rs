//! `shopbell agent`: who may answer.

use anyhow::{Context, bail};
use clap::Subcommand;
use std::{
    io::{IsTerminal, stdin},
    path::PathBuf,
};

/// The flags of `shopbell agent`.
#[derive(clap::Args)]
pub(crate) struct Agent {
    /// The SQLite file of the service; made when it is not there.
    #[arg(long, global = true, env = "SHOPBELL_DATABASE", value_name = "FILE", default_value = "shopbell.db")]
    database: PathBuf,
    #[command(subcommand)]
    command: AgentCommand,
}

#[derive(Subcommand)]
enum AgentCommand {
    /// Add an agent; asks for their password, at least 10 characters.
    Add {
        /// The name they log in with, which visitors see.
        name: String,
        /// Read the password from the first line of standard input, as is done anyway when that is not a terminal.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the agents' names.
    List,
    /// Remove an agent: their log-ins end, and what they had claimed is closed.
    Remove {
        /// The agent's name.
        name: String,
    },
}

impl Agent {
    /// Does what was asked and says so.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let database = &self.database;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("while starting")?;
        match self.command {
            AgentCommand::Add { name, password_stdin } => {
                let password = password(password_stdin)?;
                runtime.block_on(backend::agents::add(database, &name, &password))?;
                println!("{name} may now log in at /inbox/.");
            }
            AgentCommand::List => {
                for name in runtime.block_on(backend::agents::list(database))? {
                    println!("{name}");
                }
            }
            AgentCommand::Remove { name } => {
                runtime.block_on(backend::agents::remove(database, &name))?;
                println!("{name} is removed.");
            }
        }
        Ok(())
    }
}

/// Asks twice on a terminal, without showing it; reads a line otherwise.
fn password(from_stdin: bool) -> anyhow::Result<String> {
    if from_stdin || !stdin().is_terminal() {
        let mut line = String::new();
        stdin().read_line(&mut line).context("while reading the password from standard input")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let password = rpassword::prompt_password("Password: ").context("while asking for the password")?;
    if rpassword::prompt_password("Once more: ").context("while asking for the password")? != password {
        bail!("the two passwords differ; try again");
    }
    Ok(password)
}
