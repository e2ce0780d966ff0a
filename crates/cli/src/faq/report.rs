//! A report: figures under headings, as text for people and as JSON for programs.

use super::metrics::Figure;
use serde::Serialize;

/// Figures that belong together.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    pub(crate) heading: &'static str,
    pub(crate) figures: Vec<Figure>,
}

/// All figures of one evaluation.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// What was measured: the files.
    pub(crate) of: String,
    pub(crate) sections: Vec<Section>,
}

impl Report {
    /// Prints it on standard output.
    pub(crate) fn print(&self, as_json: bool) -> anyhow::Result<()> {
        if as_json {
            println!("{}", serde_json::to_string(self)?);
            return Ok(());
        }
        println!("{}", self.of);
        for section in &self.sections {
            println!("\n{}", section.heading);
            for figure in &section.figures {
                println!("  {}", line(figure));
            }
        }
        Ok(())
    }
}

fn line(figure: &Figure) -> String {
    match figure {
        Figure::Rate { name, hits, total, share: Some(share), low: Some(low), high: Some(high) } => {
            format!("{name:46}{share:.3} [{low:.3}, {high:.3}] ({hits}/{total})")
        }
        Figure::Rate { name, .. } => format!("{name:46}n/a (0 lines)"),
        Figure::Number { name, value: Some(value) } => format!("{name:46}{value:.3}"),
        Figure::Number { name, value: None } => format!("{name:46}n/a"),
    }
}
