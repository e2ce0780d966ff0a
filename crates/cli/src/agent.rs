//! `shopbell agent`: who may answer.

use anyhow::{Context, bail};
use backend::Database;
use clap::{Subcommand, ValueEnum};
use std::io::{IsTerminal, stdin};

/// The flags of `shopbell agent`.
#[derive(clap::Args)]
pub(crate) struct Agent {
    /// The database of the service: its SQLite file, made when it is not there, or `postgres://…`.
    #[arg(long, global = true, env = "SHOPBELL_DATABASE", value_name = "FILE|URL", default_value = "shopbell.db")]
    database: Database,
    #[command(subcommand)]
    command: AgentCommand,
}

#[derive(Subcommand)]
enum AgentCommand {
    /// Add an agent; asks for their password, at least 10 characters.
    Add {
        /// The name they log in with, which visitors see.
        name: String,
        /// What they may do: a lead may take conversations from others; an admin no more than that today.
        #[arg(long, value_enum, default_value = "agent")]
        role: Role,
        /// Read the password from the first line of standard input, as is done anyway when that is not a terminal.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the agents' names and roles.
    List,
    /// Give an agent another role; their log-ins end.
    Role {
        /// The agent's name.
        name: String,
        /// What they may do from now on.
        #[arg(value_enum)]
        role: Role,
    },
    /// Remove an agent: their log-ins end, and what they had claimed rings again.
    Remove {
        /// The agent's name.
        name: String,
    },
}

/// What an agent may do.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Role {
    /// Answer visitors.
    Agent,
    /// Take conversations from other agents, too.
    Lead,
    /// What a lead may.
    Admin,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Lead => "lead",
            Role::Admin => "admin",
        }
    }
}

impl From<Role> for backend::agents::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Agent => backend::agents::Role::Agent,
            Role::Lead => backend::agents::Role::Lead,
            Role::Admin => backend::agents::Role::Admin,
        }
    }
}

impl From<backend::agents::Role> for Role {
    fn from(role: backend::agents::Role) -> Self {
        match role {
            backend::agents::Role::Agent => Role::Agent,
            backend::agents::Role::Lead => Role::Lead,
            backend::agents::Role::Admin => Role::Admin,
        }
    }
}

impl Agent {
    /// Does what was asked and says so.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let database = &self.database;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("while starting")?;
        match self.command {
            AgentCommand::Add { name, role, password_stdin } => {
                let password = password(password_stdin)?;
                runtime.block_on(backend::agents::add(database, &name, &password, role.into()))?;
                println!("{name} may now log in at /inbox/.");
            }
            AgentCommand::List => {
                for (name, role) in runtime.block_on(backend::agents::list(database))? {
                    println!("{name}\t{}", Role::from(role).word());
                }
            }
            AgentCommand::Role { name, role } => {
                runtime.block_on(backend::agents::set_role(database, &name, role.into()))?;
                println!("{name} has another role; they must log in again.");
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
