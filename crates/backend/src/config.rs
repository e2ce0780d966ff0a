//! Everything that can be set, each by a flag or an environment variable.

use crate::origin::{Origin, UnreadableOrigin};
use std::path::PathBuf;

/// The service's settings. Also the flags of `shopbell serve`.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// The SQLite file that keeps conversations and agents; made when it is not there.
    #[arg(long, env = "SHOPBELL_DATABASE", value_name = "FILE", default_value = "shopbell.db")]
    pub database: PathBuf,
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
}

impl Config {
    /// The smallest useful settings: a database, and the pages that may ring.
    ///
    /// # Errors
    /// When an origin is not one.
    pub fn new(database: impl Into<PathBuf>, origins: &[&str]) -> Result<Config, UnreadableOrigin> {
        Ok(Config {
            database: database.into(),
            origins: origins.iter().map(|origin| Origin::parse(origin)).collect::<Result<_, _>>()?,
            public_url: None,
            inbox: None,
            site: None,
            behind_proxy: false,
        })
    }
}
