//! The widget on a phone, in the dark, with forced colours, without motion, from right to left.

use crate::{
    browser::Browser,
    shop::Shop,
    visitor::{Visitor, with_parts},
};
use serde_json::json;

#[tokio::test]
async fn at_320_pixels_everything_fits_and_is_large_enough_to_touch() {
    let shop = Shop::open().await;
    Browser::with("320 pixels", async |browser: &Browser| {
        browser.resize(320, 568).await;
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.asks("how long does shipping take?").await;
        browser.picture("phone-320").await;
        let script = "const outside = ['panel', 'human', 'launcher', 'composer', 'send', 'close', 'transcript'].filter(name => { \
                      const { left, right, top, bottom } = part(name).getBoundingClientRect(); \
                      return left < 0 || right > innerWidth || top < 0 || bottom > innerHeight; }); \
                      const small = ['human', 'launcher', 'send', 'close', 'composer'].filter(name => { \
                      const { width, height } = part(name).getBoundingClientRect(); return width < 44 || height < 44; }); \
                      const transcript = part('transcript'); \
                      return [outside, small, transcript.scrollWidth > transcript.clientWidth, document.documentElement.scrollWidth > innerWidth]";
        assert_eq!(browser.run(&with_parts(script), &[]).await, json!([[], [], false, false]));
    })
    .await;
}

#[tokio::test]
async fn in_the_dark_the_panel_is_dark_and_its_text_light() {
    let shop = Shop::open().await;
    Browser::with("dark", async |browser: &Browser| {
        browser.prefer("prefers-color-scheme", "dark").await;
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.asks("how long does shipping take?").await;
        browser.picture("dark").await;
        let script = "const light = (colour) => colour.match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b) / 3; \
                      const style = getComputedStyle(part('panel')); \
                      return [light(style.backgroundColor) < 60, light(getComputedStyle(part('disclosure')).color) > 180]";
        assert_eq!(browser.run(&with_parts(script), &[]).await, json!([true, true]));
    })
    .await;
}

#[tokio::test]
async fn with_forced_colours_bubbles_and_buttons_have_borders() {
    let shop = Shop::open().await;
    Browser::with("forced colours", async |browser: &Browser| {
        browser.prefer("forced-colors", "active").await;
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.asks("how long does shipping take?").await;
        browser.picture("forced-colours").await;
        let script = "return [parts('message')[0].querySelector('.body'), part('send'), part('launcher'), part('panel')]\
                      .every(element => parseFloat(getComputedStyle(element).borderTopWidth) >= 1)";
        assert_eq!(browser.run(&with_parts(script), &[]).await, json!(true));
    })
    .await;
}

#[tokio::test]
async fn who_wants_no_motion_sees_none() {
    let shop = Shop::open().await;
    Browser::with("reduced motion", async |browser: &Browser| {
        browser.prefer("prefers-reduced-motion", "reduce").await;
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let script = "return [getComputedStyle(part('transcript')).scrollBehavior, \
                      document.querySelector('shop-bell').shadowRoot.getAnimations().length]";
        assert_eq!(browser.run(&with_parts(script), &[]).await, json!(["auto", 0]));
    })
    .await;
}

#[tokio::test]
async fn in_an_arabic_page_it_speaks_arabic_from_right_to_left() {
    let shop = Shop::open().await;
    shop.tag("ar", "");
    Browser::with("arabic", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        browser.picture("arabic").await;
        visitor.reads("human", "تحدث إلى إنسان").await;
        let words = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/public/strings/ar.json")).expect("the words");
        let words: serde_json::Value = serde_json::from_str(&words).expect("JSON");
        visitor.reads("send", words["send"].as_str().expect("a word")).await;
        let script = "return [getComputedStyle(part('panel')).direction, part('close').getBoundingClientRect().left < innerWidth / 2]";
        assert_eq!(browser.run(&with_parts(script), &[]).await, json!(["rtl", true]));
    })
    .await;
}

#[tokio::test]
async fn the_demo_shop_and_the_widget_in_it_fit_a_phone_by_day_and_by_night() {
    let shop = Shop::open().await;
    Browser::with("the demo on a phone", async |browser: &Browser| {
        browser.resize(390, 844).await;
        for colours in ["light", "dark"] {
            browser.prefer("prefers-color-scheme", colours).await;
            let visitor = Visitor::at(browser, &format!("{}/", shop.backend)).await;
            browser
                .until("the shelves are full", "return document.querySelectorAll('[data-shelves] a').length >= 6")
                .await;
            browser.picture(&format!("shop-390-{colours}")).await;
            let fits = "return document.documentElement.scrollWidth <= innerWidth";
            assert_eq!(browser.run(fits, &[]).await, json!(true), "no sideways scrolling, {colours}");
            visitor.opens().await;
            visitor.asks("where's my parcel").await;
            visitor.asks("do you sell unicorns").await;
            browser.picture(&format!("widget-390-{colours}")).await;
            let fits = "return ['panel', 'human', 'launcher', 'composer', 'send', 'close'].filter(name => { \
                        const { left, right, top, bottom } = part(name).getBoundingClientRect(); \
                        return left < 0 || right > innerWidth || top < 0 || bottom > innerHeight; })";
            assert_eq!(browser.run(&with_parts(fits), &[]).await, json!([]), "outside, {colours}");
        }
    })
    .await;
}
