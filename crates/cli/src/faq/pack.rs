//! `shopbell faq pack`: the FAQ with its head fitted beforehand. Decisions are the same to the last bit.

use anyhow::Context;
use classifier::{Classifier, Faq};
use std::{fs, path::PathBuf, process::ExitCode};

/// The flags of `shopbell faq pack`.
#[derive(clap::Args)]
pub(crate) struct Pack {
    /// The FAQ.
    file: PathBuf,
    /// Where to write the packed one, for the tag's data-faq.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The encoder that the page's tag names, in place of the one that ships.
    #[arg(long, value_name = "FILE")]
    encoder: Option<PathBuf>,
}

impl Pack {
    /// Fits and writes.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let text = super::read(&self.file)?;
        let faq = Faq {
            fitted: None,
            ..Faq::from_json(&text).map_err(|_| {
                anyhow::anyhow!("{0} cannot be packed; `shopbell faq check {0}` tells why", self.file.display())
            })?
        };
        let encoder = super::encoder(self.encoder.as_ref(), &faq.language)?;
        let fitted = Classifier::fit(&encoder, &faq)?.fitted(&faq);
        let mut packed: serde_json::Value = serde_json::from_str(&text)?;
        packed["fitted"] = fitted.into();
        let packed = serde_json::to_string(&packed)?;
        fs::write(&self.out, &packed).with_context(|| format!("cannot write {}", self.out.display()))?;
        println!("{}: {} entries, {} bytes", self.out.display(), faq.entries.len(), packed.len());
        Ok(ExitCode::SUCCESS)
    }
}
