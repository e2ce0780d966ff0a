//! `cargo xtask demo`: the whole product on this machine.

use crate::{
    command::{target_folder, tell},
    dist,
};
use anyhow::Context;
use backend::{Config, agents::AgentError};
use std::net::Ipv4Addr;
use tokio::net::TcpListener;

/// The demo's agent. Only pages of this machine's own address may log in, so the password may be known.
const AGENT: &str = "Ada";
const PASSWORD: &str = "harbor-demo";

/// Builds what is not built yet and serves it until Ctrl-C.
pub(crate) fn run(port: u16) -> anyhow::Result<()> {
    dist::build()?;
    tracing_subscriber::fmt().with_env_filter("warn").with_writer(std::io::stderr).init();
    let folder = target_folder()?.join("demo");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let runtime = tokio::runtime::Runtime::new().context("while starting")?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.with_context(|| {
            format!("cannot listen on port {port}; choose another: cargo xtask demo --port {}", port.wrapping_add(1))
        })?;
        let port = listener.local_addr()?.port();
        let database = folder.join("shopbell.db");
        let origins = [format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}")];
        let mut config = Config::new(&database, &origins.each_ref().map(String::as_str))?;
        config.inbox = Some(dist::folder("inbox")?);
        config.site = Some(dist::folder("site")?);
        match backend::agents::add(&database.as_path().into(), AGENT, PASSWORD, backend::agents::Role::Admin).await {
            Ok(()) | Err(AgentError::Taken(_)) => {}
            Err(error) => return Err(error).context("while adding the demo's agent"),
        }
        println!();
        println!("  The shop      http://127.0.0.1:{port}/");
        println!("  The inbox     http://127.0.0.1:{port}/inbox/");
        println!("  The agent     {AGENT}, password {PASSWORD}");
        println!();
        println!("  Ring in the shop, answer in the inbox. What is said is kept in {}.", database.display());
        println!("  Ctrl-C ends it.");
        println!();
        let ended = backend::serve(listener, config, async {
            // Without a way to hear Ctrl-C the process is ended by it, which is as good.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        });
        ended.await?;
        tell("stopped");
        Ok(())
    })
}
