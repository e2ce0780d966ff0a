//! Takes out of modules what weighs and says nothing: exports of a dependency that nobody calls, which the linker must keep,
//! and the long names under which a bound module and its glue know each other.

use anyhow::{Context, bail};
use walrus::{Module, ModuleConfig, RawCustomSection};

/// The section in which `#[wasm_bindgen]` describes what is exported: lengths (u32, little-endian) and as many bytes, first
/// of the format's version, then of the description.
const SECTION: &str = "__wasm_bindgen_unstable";
/// The classes with which leptos' server functions would stream bodies. The widget and the inbox have none.
const UNUSED: &str = "IntoUnderlying";

/// The module without the classes named [`UNUSED`]; what only they need goes when it is bound.
///
/// # Errors
/// The bytes are no such module.
pub(crate) fn prune(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut config = ModuleConfig::new();
    config.strict_validate(false).generate_producers_section(false);
    let mut module = config.parse(bytes).context("the compiler made no Wasm module")?;
    let unused: Vec<_> = module
        .exports
        .iter()
        .filter(|export| export.name.to_lowercase().contains(&UNUSED.to_lowercase()))
        .map(walrus::Export::id)
        .collect();
    for export in unused {
        module.exports.delete(export);
    }
    if let Some(section) = module.customs.remove_raw(SECTION) {
        let data = kept(&section.data)?;
        module.customs.add(RawCustomSection { data, ..section });
    }
    Ok(module.emit_wasm())
}

/// A bound module and its glue with short names for what each has of the other. Their own end in sixteen random digits each,
/// twice, and nothing compresses those.
///
/// # Errors
/// The bytes are no Wasm module.
pub(crate) fn shorten(bytes: &[u8], mut glue: String) -> anyhow::Result<(Vec<u8>, String)> {
    let mut module = Module::from_buffer(bytes).context("wasm-bindgen made no Wasm module")?;
    let imports = module.imports.iter_mut().map(|import| &mut import.name);
    let exports = module.exports.iter_mut().map(|export| &mut export.name);
    // Names that could be part of others or of what we export ourselves stay: only those made of a name and a hash go.
    let mut names: Vec<&mut String> =
        imports.chain(exports).filter(|name| name.len() > 24 && ends_in_hash(name)).collect();
    // The longest first: one name can be the beginning of another.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for (number, name) in names.into_iter().enumerate() {
        let short = format!("_{number}");
        glue = glue.replace(name.as_str(), &short);
        *name = short;
    }
    Ok((module.emit_wasm(), glue))
}

/// Whether a name ends as wasm-bindgen's do: in sixteen digits of a hash, perhaps with a number behind them.
fn ends_in_hash(name: &str) -> bool {
    let is_hash = |part: &str| {
        let part = part.strip_prefix('h').unwrap_or(part);
        part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    name.rsplit('_').take(2).any(is_hash)
}

/// The descriptions that do not speak of [`UNUSED`].
fn kept(mut section: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut kept = Vec::new();
    while !section.is_empty() {
        let whole = section;
        let (_version, rest) = piece(section)?;
        let (description, rest) = piece(rest)?;
        if !description.windows(UNUSED.len()).any(|window| window == UNUSED.as_bytes()) {
            kept.extend_from_slice(&whole[..whole.len() - rest.len()]);
        }
        section = rest;
    }
    Ok(kept)
}

/// A length and as many bytes, and what follows them.
fn piece(bytes: &[u8]) -> anyhow::Result<(&[u8], &[u8])> {
    let pieces = bytes.split_first_chunk::<4>().and_then(|(length, rest)| {
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        rest.split_at_checked(length)
    });
    match pieces {
        Some(pieces) => Ok(pieces),
        None => bail!("{SECTION} is not as wasm-bindgen 0.2.130 writes it; look at xtask/src/prune.rs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_are_told_from_those_without() {
        for name in
            ["__wbg_push_c9f4893fc209f768", "invoke__h03bbe74f8e90d76a_21", "closures_____invoke__h0bacf75849a1261f"]
        {
            assert!(ends_in_hash(name), "{name}");
        }
        for name in ["__wbindgen_malloc", "widget_learn", "start", "__wbindgen_closure_wrapper"] {
            assert!(!ends_in_hash(name), "{name}");
        }
    }

    #[test]
    fn descriptions_of_what_is_not_used_go_and_the_others_stay() {
        let piece = |text: &str| [&(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
        let used = [piece("version"), piece("class Widget")].concat();
        let unused = [piece("version"), piece("class IntoUnderlyingSink")].concat();
        assert_eq!(kept(&[unused.clone(), used.clone(), unused].concat()).expect("read"), used);
        assert!(kept(&used[..used.len() - 1]).is_err());
    }
}
