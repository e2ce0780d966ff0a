//! The one binary, `shopbell`: reads the command line and hands over to the command's own file.

mod agent;
mod faq;
mod records;
mod serve;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Every message is a dozen small strings: handing those out took a seventh of the service's time with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The bell on a shop's counter: a visitor asks and gets the shop's own answer, or rings and a person comes.
#[derive(Parser)]
#[command(name = "shopbell", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Write logs as JSON, one object a line. What is logged is set by RUST_LOG, such as `info` or `backend=debug`.
    #[arg(long, global = true, env = "SHOPBELL_LOG_JSON")]
    log_json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service: visitors' and agents' lines, the inbox, and a site if one is given.
    Serve(serve::Serve),
    /// Say who may answer.
    Agent(agent::Agent),
    /// Copy the database into a new file, also while it is served.
    Backup(records::Backup),
    /// Make every page read its conversation anew, after a Postgres database was restored from a copy.
    RenewEpoch(records::RenewEpoch),
    /// Print conversations with all that was said, one JSON object a line.
    Export(records::Chosen),
    /// Erase conversations for good.
    Erase(records::Chosen),
    /// See who did what.
    Audit(records::Audit),
    /// Look a FAQ over, and measure how well it is answered from.
    Faq(faq::FaqCommand),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    write_logs(arguments.log_json);
    let done = match arguments.command {
        Command::Serve(serve) => serve.run().map(|()| ExitCode::SUCCESS),
        Command::Agent(agent) => agent.run().map(|()| ExitCode::SUCCESS),
        Command::Backup(backup) => backup.run().map(|()| ExitCode::SUCCESS),
        Command::RenewEpoch(renew) => renew.run().map(|()| ExitCode::SUCCESS),
        Command::Export(chosen) => chosen.export().map(|()| ExitCode::SUCCESS),
        Command::Erase(chosen) => chosen.erase().map(|()| ExitCode::SUCCESS),
        Command::Audit(audit) => audit.run().map(|()| ExitCode::SUCCESS),
        Command::Faq(faq) => faq::run(faq),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Logs go to standard error; standard output is for what a command answers.
fn write_logs(as_json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if as_json {
        logs.json().init();
    } else {
        logs.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init();
    }
}
