//! The events a page can listen to: `shopbell:<name>`, bubbling and composed.

use js_sys::{Object, Reflect};
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

/// Dispatches `shopbell:<name>` at `host`, with an object of `detail`.
pub fn dispatch(host: &HtmlElement, name: &str, detail: &[(&str, String)]) {
    let object = Object::new();
    for (key, value) in detail {
        // Setting a property of a plain object of ours cannot fail.
        let _ = Reflect::set(&object, &(*key).into(), &value.into());
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
