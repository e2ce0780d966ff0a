//! The widget's styles, adopted by the shadow root: no element, no request, nothing a page's security policy could forbid.

use js_sys::{Array, Reflect};
use wasm_bindgen::JsCast;
use web_sys::{CssStyleSheet, HtmlElement};

const SHEETS: [&str; 2] = [include_str!("../../style/tokens.css"), include_str!("../../style/widget.css")];

/// Adds the widget's styles to the shadow root that `element` is in.
pub fn adopt(element: &HtmlElement) {
    let root = element.get_root_node();
    let Ok(adopted) = Reflect::get(&root, &"adoptedStyleSheets".into()) else { return };
    for text in SHEETS {
        if let Ok(sheet) = CssStyleSheet::new()
            && sheet.replace_sync(text).is_ok()
        {
            adopted.unchecked_ref::<Array>().push(&sheet);
        }
    }
}
