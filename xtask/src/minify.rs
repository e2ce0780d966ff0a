//! Scripts without what only people read, through oxc.

use anyhow::bail;
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// How a script is loaded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// By a plain script tag.
    Classic,
    /// By `import`.
    Module,
    /// By `import`, and written by wasm-bindgen for whatever caller: ours needs neither its warnings nor its second way to start.
    Glue,
}

/// The same script in fewer bytes.
pub(crate) fn minified(source: &str, kind: Kind) -> anyhow::Result<String> {
    let allocator = Allocator::default();
    let source_type = match kind {
        Kind::Classic => SourceType::script(),
        Kind::Module | Kind::Glue => SourceType::mjs(),
    };
    let source = match kind {
        Kind::Glue => source.replace("export { initSync, ", "export { ").replace("console.warn(", "void ("),
        _ => source.to_owned(),
    };
    let parsed = Parser::new(&allocator, &source, source_type).parse();
    if let Some(problem) = parsed.diagnostics.into_iter().next() {
        bail!("the script is not JavaScript: {problem}");
    }
    let mut program = parsed.program;
    let options = MinifierOptions {
        mangle: Some(MangleOptions::default()),
        mangle_properties: None,
        compress: Some(CompressOptions::smallest()),
    };
    let scoping = Minifier::new(options).minify(&allocator, &mut program).scoping;
    let options = CodegenOptions { minify: true, comments: CommentOptions::disabled(), ..CodegenOptions::default() };
    Ok(Codegen::new().with_options(options).with_scoping(scoping).build(&program).code)
}
