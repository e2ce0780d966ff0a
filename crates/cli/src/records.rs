//! `shopbell backup | renew-epoch | export | erase | audit`: what is kept, copied out, erased, and who did it.

use anyhow::{Context, bail};
use backend::{AuditTrail, Database, Which, records};
use clap::Subcommand;
use std::{io::Write, path::PathBuf};

/// The database a command works on.
#[derive(clap::Args)]
pub(crate) struct Kept {
    /// The database of the service: its SQLite file, or `postgres://…`. It may be in use.
    #[arg(long, env = "SHOPBELL_DATABASE", value_name = "FILE|URL", default_value = "shopbell.db")]
    database: Database,
}

/// The flags of `shopbell backup`.
#[derive(clap::Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    kept: Kept,
    /// The file to write; it must not be there yet.
    file: PathBuf,
}

/// The flags of `shopbell renew-epoch`.
#[derive(clap::Args)]
pub(crate) struct RenewEpoch {
    #[command(flatten)]
    kept: Kept,
}

/// The flags of `shopbell export` and `shopbell erase`.
#[derive(clap::Args)]
pub(crate) struct Chosen {
    #[command(flatten)]
    kept: Kept,
    #[command(flatten)]
    which: WhichOnes,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct WhichOnes {
    /// The conversation of this id.
    #[arg(long, value_name = "ID")]
    conversation: Option<String>,
    /// Every conversation of the visitor whom the shop knows by this id.
    #[arg(long, value_name = "ID")]
    identity: Option<String>,
    /// Every conversation there is.
    #[arg(long)]
    all: bool,
}

/// The flags of `shopbell audit`.
#[derive(clap::Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Check that no entry was changed or taken out, and print the last hash, to be kept elsewhere.
    Verify {
        #[command(flatten)]
        kept: Kept,
    },
    /// Print every entry as a JSON line.
    List {
        #[command(flatten)]
        kept: Kept,
    },
}

impl Backup {
    /// Copies the database and says where it is.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if self.file.exists() {
            bail!("{} is there already; name a new file", self.file.display());
        }
        wait(records::back_up(&self.kept.database, &self.file))?;
        println!("{} is a copy of {}.", self.file.display(), self.kept.database);
        Ok(())
    }
}

impl RenewEpoch {
    /// Makes every page read anew.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        wait(records::renew_epoch(&self.kept.database))?;
        println!("Start the service again: every page will read its conversation anew.");
        Ok(())
    }
}

impl Chosen {
    fn which(&self) -> Which {
        match (&self.which.conversation, &self.which.identity) {
            (Some(conversation), _) => Which::Conversation(conversation.clone()),
            (None, Some(identity)) => Which::Identity(identity.clone()),
            (None, None) => Which::All,
        }
    }

    /// Prints the conversations, one JSON object a line.
    pub(crate) fn export(self) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        let mut written = Ok(());
        let count = wait(records::export(&self.kept.database, &self.which(), |exported| {
            if written.is_ok() {
                written = serde_json::to_writer(&mut out, &exported).map_err(Into::into).and_then(|()| writeln!(out));
            }
        }))?;
        written.context("while writing")?;
        eprintln!("{count} exported.");
        Ok(())
    }

    /// Erases the conversations for good.
    pub(crate) fn erase(self) -> anyhow::Result<()> {
        let count = wait(records::erase(&self.kept.database, &self.which()))?;
        println!("{count} erased.");
        if count == 0 && !self.which.all {
            bail!("there is no such conversation");
        }
        Ok(())
    }
}

impl Audit {
    /// Does what was asked.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            AuditCommand::Verify { kept } => match wait(records::verify_audit(&kept.database))? {
                AuditTrail::Whole { entries, hash } => {
                    println!("{entries} entries, whole. The last hash: {hash}");
                    Ok(())
                }
                AuditTrail::Broken { at } => bail!("the audit log was changed: entry {at} does not follow"),
            },
            AuditCommand::List { kept } => {
                let mut out = std::io::stdout().lock();
                let mut written = Ok(());
                wait(records::list_audit(&kept.database, |entry| {
                    if written.is_ok() {
                        written =
                            serde_json::to_writer(&mut out, &entry).map_err(Into::into).and_then(|()| writeln!(out));
                    }
                }))?;
                written.context("while writing")
            }
        }
    }
}

fn wait<T>(done: impl Future<Output = Result<T, backend::StoreError>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("while starting")?;
    Ok(runtime.block_on(done)?)
}
