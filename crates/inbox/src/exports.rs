//! Where the browser comes in: `public/start.js` loads the Wasm, and that runs [`start`].

use crate::{effects::Live, views::Page};
use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// Shows the inbox in `#inbox`.
///
/// # Errors
/// When the page has no such element.
#[wasm_bindgen(start)]
pub(crate) fn start() -> Result<(), JsError> {
    // A panic ends everything: say at least where, for whoever is asked about it.
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
    let place = document().get_element_by_id("inbox").and_then(|place| place.dyn_into::<HtmlElement>().ok());
    let place = place.ok_or_else(|| JsError::new("the page has no #inbox"))?;
    // "Loading…" has had its time.
    place.set_text_content(None);
    mount_to(place, || view! { <Page live=Live::start()/> }).forget();
    Ok(())
}
