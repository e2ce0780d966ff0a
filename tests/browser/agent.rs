//! The inbox as an agent uses it.

use crate::{
    browser::Browser,
    shop::{PASSWORD, Shop},
    visitor::Visitor,
};
use fantoccini::{Locator, key::Key};
use serde_json::{Value, json};

/// An agent before the inbox.
#[derive(Clone, Copy)]
pub(crate) struct Agent<'a> {
    pub(crate) browser: &'a Browser,
}

/// Ada at work, and a visitor who has rung and is with her.
pub(crate) async fn meet<'a>(desk: &'a Browser, page: &'a Browser, shop: &Shop) -> (Agent<'a>, Visitor<'a>) {
    let agent = Agent::at_work(desk, shop, "Ada").await;
    let visitor = Visitor::at(page, &shop.origin).await;
    visitor.rings().await;
    agent.claims().await;
    visitor.is_told("Ada is here now").await;
    (agent, visitor)
}

impl<'a> Agent<'a> {
    /// Is hired, opens the inbox and logs in.
    pub(crate) async fn at_work(browser: &'a Browser, shop: &Shop, name: &str) -> Agent<'a> {
        shop.hire(name).await;
        let agent = Agent::at_the_door(browser, shop).await;
        agent.logs_in(name, PASSWORD).await;
        browser.until("the queue is shown", "return document.querySelector('.queue') !== null").await;
        agent
    }

    /// Opens the inbox.
    pub(crate) async fn at_the_door(browser: &'a Browser, shop: &Shop) -> Agent<'a> {
        browser.goto(&format!("{}/inbox/", shop.backend)).await;
        browser.until("the log-in is shown", "return document.querySelector('#log-in') !== null").await;
        Agent { browser }
    }

    pub(crate) async fn logs_in(&self, name: &str, password: &str) {
        self.fills("#log-in [name=name]", name).await;
        self.fills("#log-in [name=password]", &format!("{password}{}", char::from(Key::Enter))).await;
    }

    /// Opens the conversation that has waited longest and claims it.
    pub(crate) async fn claims(&self) {
        self.opens().await;
        self.presses("#claim").await;
        self.sees("#composer").await;
    }

    /// Opens the conversation that has waited longest.
    pub(crate) async fn opens(&self) {
        self.presses(".queue [data-conversation]").await;
        self.sees(".transcript .message").await;
    }

    pub(crate) async fn replies(&self, text: &str) {
        self.fills("#composer", &format!("{text}{}", char::from(Key::Enter))).await;
    }

    /// Closes the open conversation and means it.
    pub(crate) async fn closes(&self) {
        self.presses("#close").await;
        self.presses("#confirm-close").await;
    }

    /// Waits until the page says `words`.
    pub(crate) async fn reads(&self, words: &str) {
        let script = format!("return document.body.innerText.includes({})", json!(words));
        self.browser.until(&format!("the inbox says {words:?}"), &script).await;
    }

    /// Waits until something is to be seen.
    pub(crate) async fn sees(&self, selector: &str) {
        let script = format!("return document.querySelector({})?.checkVisibility() ?? false", json!(selector));
        self.browser.until(&format!("{selector} is seen"), &script).await;
    }

    pub(crate) async fn presses(&self, selector: &str) {
        self.sees(selector).await;
        let element = self.browser.client.find(Locator::Css(selector)).await.expect("it is there");
        element.click().await.expect("pressed");
    }

    pub(crate) async fn fills(&self, selector: &str, keys: &str) {
        self.sees(selector).await;
        let element = self.browser.client.find(Locator::Css(selector)).await.expect("it is there");
        element.send_keys(keys).await.expect("typed");
    }

    /// The transcript: who said what.
    pub(crate) async fn transcript(&self) -> Vec<(String, String)> {
        let script = "return [...document.querySelectorAll('.transcript .message')].map(line => [line.dataset.author, line.innerText])";
        let lines = self.browser.run(script, &[]).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lines.as_array().cloned().unwrap_or_default().iter().map(|line| (text(&line[0]), text(&line[1]))).collect()
    }
}
