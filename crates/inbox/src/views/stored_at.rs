//! When a line was stored: the backend's clock in this computer's time zone, for display only.

use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// `14:05`, with the date before it when that is not today.
#[component]
pub fn StoredAt(
    /// Milliseconds since the Unix epoch.
    at: u64,
) -> impl IntoView {
    let date = Date::new(&JsValue::from_f64(at as f64));
    // Beyond the year 275760 there are no dates, and asking for their text would throw.
    (!date.get_time().is_nan()).then(|| {
        let time = format!("{:02}:{:02}", date.get_hours(), date.get_minutes());
        let day = |date: &Date| format!("{}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date());
        let is_today = day(&date) == day(&Date::new_0());
        let words = if is_today { time } else { format!("{} {time}", day(&date)) };
        view! {
            " "
            <time datetime=String::from(date.to_iso_string())>{words}</time>
        }
    })
}
