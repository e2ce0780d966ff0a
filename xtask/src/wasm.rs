//! From a crate to what a browser loads: cargo for wasm32, wasm-bindgen's glue, minified.

use crate::{
    command::{cargo, output_of, run, target_folder, tell},
    compress::brotli,
    minify::{Kind, minified},
    prune::{prune, shorten},
};
use anyhow::{Context, bail};
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};
use wasm_bindgen_cli_support::Bindgen;

const TARGET: &str = "wasm32-unknown-unknown";
/// The variable that cargo takes a target's flags from.
const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// What `wasm-opt` must be told that our modules use. By name, because "all" would add what browsers do not know yet.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];
/// The first version of `wasm-opt` that knows all of [`FEATURES`].
const LEAST_WASM_OPT: u32 = 121;

/// Compiles for the browser with the profile that ships; `what` names packages as cargo's flags do.
pub(crate) fn compile(what: &[&str]) -> anyhow::Result<()> {
    add_target()?;
    tell(&format!("compiling for the browser: {}", what.join(" ")));
    run(cargo(&["build", "--profile", "wasm", "--target", TARGET]).args(what).env(FLAGS, without_paths()))
}

/// Flags that keep this machine's paths out of what ships: they would be in every panic's message.
fn without_paths() -> OsString {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let mut flag = OsString::from("--remap-path-prefix=");
    flag.push(home.join("registry/src"));
    flag.push("=");
    flag
}

/// Where [`compile`] leaves `name`: a library's name, or `examples/…`.
pub(crate) fn compiled(name: &str) -> anyhow::Result<PathBuf> {
    Ok(target_folder()?.join(TARGET).join("wasm").join(format!("{name}.wasm")))
}

/// Writes `name.js` and `name_bg.wasm` into `folder`, unless they are there and newer than all they come from.
pub(crate) fn bind(input: &Path, folder: &Path, name: &str) -> anyhow::Result<()> {
    let wasm = folder.join(format!("{name}_bg.wasm"));
    let made = modified(&wasm).ok();
    let older = |file: &Path, made| modified(file).is_ok_and(|file| file < made);
    if made.is_some_and(|made| older(input, made) && older(&std::env::current_exe().unwrap_or_default(), made)) {
        return Ok(());
    }
    tell(&format!("binding {}", wasm.display()));
    let mut bindgen = Bindgen::new();
    let module = fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
    bindgen.input_bytes(name, prune(&module)?).out_name(name).typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.web(true)?.generate(folder).with_context(|| format!("while binding {}", input.display()))?;
    let glue = folder.join(format!("{name}.js"));
    let source = fs::read_to_string(&glue).with_context(|| format!("cannot read {}", glue.display()))?;
    let bound = fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let (bound, source) = shorten(&bound, source)?;
    fs::write(&wasm, bound).with_context(|| format!("cannot write {}", wasm.display()))?;
    fs::write(&glue, minified(&source, Kind::Glue)?).with_context(|| format!("cannot write {}", glue.display()))?;
    optimise(&wasm)
}

/// Lets binaryen's `wasm-opt` look over a module where there is one. What it makes is kept when it travels in fewer bytes: it
/// is smaller as it is, but often larger once it is compressed.
fn optimise(wasm: &Path) -> anyhow::Result<()> {
    let Ok(version) = Command::new("wasm-opt").arg("--version").output() else { return Ok(()) };
    let version = String::from_utf8_lossy(&version.stdout);
    let number = version.split_whitespace().find_map(|word| word.parse::<u32>().ok());
    if number.is_none_or(|number| number < LEAST_WASM_OPT) {
        tell(&format!("{} is too old to be used; {LEAST_WASM_OPT} or later would be", version.trim()));
        return Ok(());
    }
    let optimised = wasm.with_extension("optimised");
    run(Command::new("wasm-opt").args(FEATURES).arg("-Oz").arg(wasm).arg("-o").arg(&optimised))?;
    let [before, after] = [wasm, &optimised].map(|file| anyhow::Ok(brotli(&fs::read(file)?)?.len()));
    if after? < before? {
        fs::rename(&optimised, wasm)?;
    } else {
        tell("wasm-opt would make it larger once compressed; it is left as it is");
        fs::remove_file(&optimised)?;
    }
    Ok(())
}

/// Adds the compiler's standard library for the browser when it is missing.
fn add_target() -> anyhow::Result<()> {
    let folder = output_of(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if Path::new(folder.trim()).exists() {
        return Ok(());
    }
    tell(&format!("adding the target {TARGET}"));
    if run(Command::new("rustup").args(["target", "add", TARGET])).is_err() {
        bail!("cannot add the target {TARGET}; install Rust with rustup, or add it with your system's package manager");
    }
    Ok(())
}

fn modified(path: &Path) -> anyhow::Result<SystemTime> {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    modified.with_context(|| format!("cannot look at {}", path.display()))
}
