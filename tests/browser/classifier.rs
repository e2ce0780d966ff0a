//! The classifier in Wasm decides as it does natively, to the last bit.

use crate::{browser::Browser, shop::Shop};
use serde_json::Value;

#[tokio::test]
async fn every_golden_decision_is_the_same_in_the_browser() {
    let golden = include_str!("../../crates/classifier/tests/golden.jsonl");
    let golden: Vec<Value> = golden.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert!(golden.len() >= 30, "{} lines", golden.len());
    let shop = Shop::open().await;
    let dist = std::path::PathBuf::from(crate::browser::setting("SHOPBELL_DIST"));
    for (file, kind) in [("in_browser.js", "text/javascript"), ("in_browser_bg.wasm", "application/wasm")] {
        let bytes = std::fs::read(dist.join("classifier").join(file)).expect("built");
        shop.pages.put(&format!("/{file}"), kind, bytes);
    }
    shop.pages.put(
        "/golden",
        "text/html; charset=utf-8",
        "<!doctype html><link rel=icon href='data:,'><script type=module>
        import init, { fit } from '/in_browser.js';
        await init({ module_or_path: '/in_browser_bg.wasm' });
        const faq = await (await fetch('/faq.json')).text();
        const encoder = new Uint8Array(await (await fetch('/encoders/en.bin')).arrayBuffer());
        window.classifier = fit(faq, encoder);
    </script>",
    );
    Browser::with("golden", async |browser: &Browser| {
        browser.goto(&format!("{}/golden", shop.origin)).await;
        browser.until("the classifier is fitted", "return window.classifier !== undefined").await;
        for line in golden {
            let decided = browser.run("return classifier.decide(arguments[0])", &[line["text"].clone()]).await;
            let decided: Value = serde_json::from_str(decided.as_str().expect("JSON")).expect("JSON");
            assert_eq!(decided, line["decision"], "{}", line["text"]);
        }
    })
    .await;
}
