//! `cargo xtask dist`: the files to host. `widget` is what a web team puts beside its pages, `inbox` is served by the
//! backend, `site` is the demo shop with the widget in it.

use crate::{
    command::target_folder,
    minify::{Kind, minified},
    wasm,
};
use anyhow::Context;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A folder of files to host.
pub(crate) fn folder(name: &str) -> anyhow::Result<PathBuf> {
    Ok(target_folder()?.join("dist").join(name))
}

/// Builds and says where.
pub(crate) fn run() -> anyhow::Result<()> {
    build()?;
    for name in ["widget", "inbox", "site"] {
        println!("{}", folder(name)?.display());
    }
    Ok(())
}

/// Builds all three folders.
pub(crate) fn build() -> anyhow::Result<()> {
    wasm::compile(&["--package", "shopbell", "--package", "inbox", "--lib"])?;
    let (widget, inbox, site) = (folder("widget")?, folder("inbox")?, folder("site")?);

    wasm::bind(&wasm::compiled("shopbell")?, &widget, "shopbell-widget")?;
    script("public/shopbell.js", &widget, Kind::Classic)?;
    script("public/shopbell-line.js", &widget, Kind::Module)?;
    script("public/shopbell-door.js", &widget, Kind::Module)?;
    copy("public/encoders", &widget)?;
    copy("public/strings", &widget)?;

    wasm::bind(&wasm::compiled("inbox")?, &inbox, "inbox")?;
    script("crates/inbox/public/start.js", &inbox, Kind::Module)?;
    for file in ["index.html", "inbox.css", "favicon.svg"] {
        copy(Path::new("crates/inbox/public").join(file), &inbox)?;
    }

    for file in ["index.html", "public/faq.json", "public/favicon.svg", "public/shop"] {
        copy(file, &site)?;
    }
    for file in fs::read_dir(&widget).context("cannot list the widget's files")? {
        copy(file?.path(), &site)?;
    }
    Ok(())
}

/// Writes a script, minified, into `folder`.
fn script(source: &str, folder: &Path, kind: Kind) -> anyhow::Result<()> {
    let text = fs::read_to_string(source).with_context(|| format!("cannot read {source}"))?;
    let text = minified(&text, kind).with_context(|| format!("while minifying {source}"))?;
    let name = Path::new(source).file_name().context("a script without a name")?;
    fs::write(folder.join(name), text).with_context(|| format!("cannot write into {}", folder.display()))
}

/// Copies a file, or a folder and all in it, into `folder`.
fn copy(source: impl AsRef<Path>, folder: &Path) -> anyhow::Result<()> {
    let source = source.as_ref();
    let context = || format!("while copying {} into {}", source.display(), folder.display());
    let target = folder.join(source.file_name().with_context(context)?);
    fs::create_dir_all(folder).with_context(context)?;
    if source.is_dir() {
        for file in fs::read_dir(source).with_context(context)? {
            copy(file.with_context(context)?.path(), &target)?;
        }
    } else {
        fs::copy(source, target).with_context(context)?;
    }
    Ok(())
}
