//! `shopbell serve`: runs the service until it is told to stop.

use anyhow::Context;
use backend::Listeners;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// The flags of `shopbell serve`.
#[derive(clap::Args)]
pub(crate) struct Serve {
    /// The address to listen on. Port 0 takes any free one and says which.
    #[arg(long, env = "SHOPBELL_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A second address, which tells metrics at /metrics as OpenMetrics text; none, when not given. Keep it from the public.
    #[arg(long, env = "SHOPBELL_METRICS", value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    #[command(flatten)]
    config: backend::Config,
}

impl Serve {
    /// Serves until Ctrl-C or SIGTERM.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if self.config.origins.is_empty() {
            tracing::warn!("no page may ring; name the shop's origin with --origin https://shop.example");
        }
        if self.listen.ip().is_unspecified() && self.config.public_url.is_none() {
            tracing::warn!(
                "no agent can log in; say where they reach the inbox with --public-url https://bell.example"
            );
        }
        let runtime = tokio::runtime::Runtime::new().context("while starting")?;
        runtime.block_on(async {
            let public = listen(self.listen, "--listen").await?;
            let metrics = match self.metrics {
                Some(address) => Some(listen(address, "--metrics").await?),
                None => None,
            };
            backend::serve(Listeners { public, metrics }, self.config, told_to_stop()).await?;
            Ok(())
        })
    }
}

async fn listen(address: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; if another program does, stop it or choose another with {flag}")
    })
}

/// Resolves at Ctrl-C, or at SIGTERM from whatever runs us.
async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    if let Err(cause) = interrupted.await {
        tracing::error!(%cause, "cannot hear Ctrl-C; stop this process by its number");
        std::future::pending::<()>().await;
    }
}
