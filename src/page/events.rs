//! The events a page can listen to: `shopbell:<name>`, bubbling and composed.

use crate::widget::state::Detail;
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

/// Dispatches `shopbell:<name>` at `host`, with an object of `detail`.
pub fn dispatch(host: &HtmlElement, name: &str, detail: &[(&str, Detail)]) {
    let object = Object::new();
    for (key, value) in detail {
        let value = match value {
            Detail::Text(text) => JsValue::from_str(text),
            Detail::Number(number) => JsValue::from_f64(f64::from(*number)),
        };
        // Setting a property of a plain object of ours cannot fail.
        let _ = Reflect::set(&object, &(*key).into(), &value);
    }
    let init = CustomEventInit::new();
    init.set_bubbles(true);
    init.set_composed(true);
    init.set_detail(&object);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(&format!("shopbell:{name}"), &init) {
        // What listeners of the page do is the page's.
        let _ = host.dispatch_event(&event);
    }
}
