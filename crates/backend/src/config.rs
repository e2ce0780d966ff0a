//! Everything that can be set, each by a flag or an environment variable.

use crate::{
    bus::BusAddress,
    origin::{Origin, UnreadableOrigin},
    store::Database,
    teeth::Weakness,
};
use protocol::limits;
use std::path::PathBuf;

/// The service's settings. Also the flags of `shopbell serve`.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// Where conversations and agents are kept: a SQLite file, made when it is not there, or `postgres://…` for many nodes.
    #[arg(long, env = "SHOPBELL_DATABASE", value_name = "FILE|URL", default_value = "shopbell.db")]
    pub database: Database,
    /// How the nodes on one Postgres hear of each other: `postgres`, or a NATS server such as nats://127.0.0.1:4222.
    #[arg(long, env = "SHOPBELL_BUS", value_name = "BUS")]
    pub bus: Option<BusAddress>,
    /// A shop's origin, such as `https://shop.example`: only pages from these may ring. Repeat it, or separate several by commas.
    #[arg(long = "origin", env = "SHOPBELL_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = Origin::parse)]
    pub origins: Vec<Origin>,
    /// The address under which agents reach this service; the one it listens on, when not given. With https, their cookie is
    /// bound to it.
    #[arg(long, env = "SHOPBELL_PUBLIC_URL", value_name = "URL", value_parser = Origin::parse_url)]
    pub public_url: Option<Origin>,
    /// The folder with the built inbox, served at /inbox/.
    #[arg(long, env = "SHOPBELL_INBOX", value_name = "DIR")]
    pub inbox: Option<PathBuf>,
    /// A folder served at /, such as the demo shop.
    #[arg(long, env = "SHOPBELL_SITE", value_name = "DIR")]
    pub site: Option<PathBuf>,
    /// Believe the last address in X-Forwarded-For. Set it behind a reverse proxy, and only there.
    #[arg(long, env = "SHOPBELL_BEHIND_PROXY")]
    pub behind_proxy: bool,
    /// A file with the secret by which the shop's server signs who its visitors are (HS256, at least 32 bytes).
    #[arg(long, env = "SHOPBELL_IDENTITY_SECRET_FILE", value_name = "FILE")]
    pub identity_secret_file: Option<PathBuf>,
    /// A JSON file with the shop's opening hours and holidays, told to visitors who ring while it is closed.
    #[arg(long, env = "SHOPBELL_HOURS", value_name = "FILE")]
    pub hours: Option<PathBuf>,
    /// Messages a minute from one visitor; 0 for no limit, which is for measurements alone.
    #[arg(long, env = "SHOPBELL_MESSAGES_PER_MINUTE", value_name = "N", default_value_t = limits::MESSAGES_PER_MINUTE, hide = true)]
    pub messages_per_minute: u32,
    /// A promise broken on purpose. For tests alone: nothing outside of them sets it.
    #[arg(skip)]
    pub weakness: Option<Weakness>,
}

impl Config {
    /// The smallest useful settings: a database, and the pages that may ring.
    ///
    /// # Errors
    /// When an origin is not one.
    pub fn new(database: impl Into<Database>, origins: &[&str]) -> Result<Config, UnreadableOrigin> {
        Ok(Config {
            database: database.into(),
            origins: origins.iter().map(|origin| Origin::parse(origin)).collect::<Result<_, _>>()?,
            public_url: None,
            inbox: None,
            site: None,
            behind_proxy: false,
            bus: None,
            identity_secret_file: None,
            hours: None,
            messages_per_minute: limits::MESSAGES_PER_MINUTE,
            weakness: None,
        })
    }
}
