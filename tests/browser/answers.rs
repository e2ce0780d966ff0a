//! What the bot says, and what it never does.

use crate::{
    browser::Browser,
    shop::Shop,
    visitor::{Visitor, with_parts},
};
use classifier::{Classifier, Decision, Encoder, Faq};
use serde_json::{Value, json};

#[tokio::test]
async fn the_first_words_in_the_panel_say_that_an_assistant_answers() {
    let shop = Shop::open().await;
    Browser::with("disclosure", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let panel = visitor.sees("panel").await.text().await.expect("its text");
        let first = panel.lines().next().unwrap_or_default();
        assert!(first.contains("automated assistant"), "{panel}");
        let disclosure = visitor.sees("disclosure").await.text().await.expect("its text");
        assert_eq!(first, disclosure);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_answer_leads_to_near_questions_and_one_of_them_to_its_answer() {
    let shop = Shop::open().await;
    Browser::with("near questions", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let answer = visitor.asks("how much does shipping cost").await;
        assert!(answer.entry.is_some(), "{answer:?}");
        assert_eq!(visitor.choices().await, ["Yes", "No"], "was this it?");
        visitor.chooses("No").await;
        visitor.line_by("bot", 1).await;
        let near = visitor.choices().await;
        assert_eq!(near.len(), 4, "three near questions and a person: {near:?}");
        assert_eq!(near[3], "Talk to a human");
        visitor.chooses(&near[0]).await;
        let chosen = visitor.line_by("bot", 2).await;
        assert!(chosen.entry.is_some_and(|entry| Some(entry) != answer.entry), "another entry");
        assert_eq!(visitor.lines_by("visitor").await[1].text, near[0], "the question stands there as the visitor's");
    })
    .await;
}

#[tokio::test]
async fn an_unsure_bot_asks_which_of_three_was_meant() {
    let shop = Shop::open().await;
    Browser::with("did you mean", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let line = visitor.asks("do i get my money back if i used the tent once").await;
        assert_eq!(line.entry, None);
        assert!(line.text.contains("Did you mean one of these?"), "{}", line.text);
        let choices = visitor.choices().await;
        assert_eq!(choices.len(), 4, "three questions and a person: {choices:?}");
        visitor.chooses(&choices[0]).await;
        assert!(visitor.line_by("bot", 1).await.entry.is_some());
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_shown_as_elements_and_nothing_in_it_becomes_more_than_that() {
    let shop = Shop::open().await;
    let answer = "A **bold** word, an *emphasis*, [inside](/returns), [outside](https://other.example/x).\n\n- one\n- two\n\n\
                  <img src=x onerror=\"window.hacked = 1\"> [bad](javascript:window.hacked=1) <script>window.hacked = 1</script>";
    let faq = json!({ "language": "en", "entries": [
        { "id": "all", "question": "What can you show?", "examples": ["show everything"], "answer": answer },
        { "id": "other", "question": "Where is your store?", "examples": [], "answer": "In the harbour." },
    ] });
    shop.pages.put("/faq.json", "application/json", faq.to_string());
    Browser::with("markdown", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let line = visitor.asks("What can you show?").await;
        assert_eq!(line.entry.as_deref(), Some("all"));
        assert!(line.text.contains("<img src=x onerror"), "shown as the text it is: {}", line.text);
        let script = "const body = parts('message').find(line => line.dataset.entry).querySelector('.body'); return [\
                      [...body.querySelectorAll('strong, em, li')].map(element => element.innerText), \
                      [...body.querySelectorAll('a')].map(link => [link.getAttribute('href'), link.target, link.rel]), \
                      body.querySelectorAll('img, script').length, window.hacked ?? null]";
        let found = browser.run(&with_parts(script), &[]).await;
        let links = json!([["/returns", "", ""], ["https://other.example/x", "_blank", "noopener noreferrer"]]);
        assert_eq!(found, json!([["bold", "emphasis", "one", "two"], links, 0, null]));
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_while_the_answers_load_is_answered_when_they_have() {
    let shop = Shop::open().await;
    Browser::with("asked early", async |browser: &Browser| {
        browser.goto(&shop.origin).await;
        browser.until("the commands are there", "return typeof shopbell === 'function'").await;
        let visitor = Visitor { browser };
        browser.run("shopbell('ask', 'how long does shipping take?')", &[]).await;
        assert!(visitor.line_by("bot", 0).await.entry.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_broken_faq_is_named_in_the_console_and_a_person_is_offered() {
    let shop = Shop::open().await;
    shop.pages.put(
        "/faq.json",
        "application/json",
        r#"{"language":"en","entries":[{"id":"a","question":"","answer":"x"}]}"#,
    );
    Browser::with("broken FAQ", async |browser: &Browser| {
        browser.goto(&shop.origin).await;
        browser.run("window.said = []; const error = console.error; console.error = (...words) => { said.push(String(words[0])); error(...words); }", &[]).await;
        let visitor = Visitor { browser };
        visitor.opens().await;
        visitor.says("how long does shipping take?").await;
        let line = visitor.line_by("bot", 0).await;
        assert!(line.text.contains("I cannot look up answers right now"), "{}", line.text);
        let said = browser.run("return said.join('\\n')", &[]).await;
        assert!(said.as_str().is_some_and(|said| said.contains("entry 1 (\"a\") has an empty question")), "{said}");
        visitor.chooses("Talk to a human").await;
        visitor.is_told("You rang the bell").await;
    })
    .await;
}

#[tokio::test]
async fn asking_for_a_person_in_words_rings_the_bell() {
    let shop = Shop::open().await;
    Browser::with("a person, in words", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.says("can I please talk to a real person").await;
        visitor.is_told("You rang the bell").await;
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_whether_this_is_a_machine_is_told_so_and_offered_a_person() {
    let shop = Shop::open().await;
    Browser::with("a robot?", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let line = visitor.asks("are you a robot?").await;
        assert!(line.text.contains("I am an automated assistant"), "{}", line.text);
        assert_eq!(visitor.stored().await, Vec::<String>::new(), "nothing has left the page");
        visitor.chooses("Talk to a human").await;
        visitor.is_told("You rang the bell").await;
    })
    .await;
}

#[tokio::test]
async fn what_the_bot_asked_back_stands_there_once_after_the_ring_too() {
    let shop = Shop::open().await;
    Browser::with("asked back, then rung", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let before = visitor.asks("do i get my money back if i used the tent once").await;
        visitor.rings().await;
        visitor.reads("status", "Nobody is at the desk").await;
        assert_eq!(visitor.lines_by("bot").await, [before]);
    })
    .await;
}

#[tokio::test]
async fn a_german_faq_brings_the_german_encoder_and_other_languages_are_told_to_be_hard() {
    let shop = Shop::open().await;
    let faq = json!({ "language": "de", "entries": [
        { "id": "wo", "question": "Wo ist meine Bestellung?", "examples": ["Wann kommt mein Paket?"], "answer": "Unterwegs." },
        { "id": "zurueck", "question": "Wie schicke ich etwas zurück?", "examples": ["Rücksendung"], "answer": "Mit dem Etikett." },
        { "id": "zahlen", "question": "Welche Zahlungsarten gibt es?", "examples": ["Kann ich per Rechnung zahlen?"], "answer": "Alle." },
    ] });
    shop.pages.put("/faq.de.json", "application/json", faq.to_string());
    shop.tag("de", "data-faq='/faq.de.json'");
    Browser::with("a German shop", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let answer = visitor.asks("wie kann ich das zurückschicken").await;
        assert_eq!(answer.entry.as_deref(), Some("zurueck"), "{answer:?}");
        let asked = shop.pages.asked();
        assert!(
            asked.contains(&"/encoders/de.bin".to_owned()) && !asked.contains(&"/encoders/en.bin".to_owned()),
            "{asked:?}"
        );
        visitor.says("what is the way to send it back to you").await;
        let told = visitor.line_by("bot", 1).await;
        assert!(told.text.contains("nur in einer Sprache"), "{}", told.text);
    })
    .await;
}

#[tokio::test]
async fn a_sensitive_matter_is_left_to_a_person_and_rings_only_when_that_is_pressed() {
    let shop = Shop::open().await;
    Browser::with("a sensitive matter", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let line = visitor.asks("the battery caught fire and burned my hand").await;
        assert_eq!(line.entry, None);
        assert!(line.text.contains("A person should answer this"), "{}", line.text);
        assert_eq!(visitor.choices().await, ["Talk to a human"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_two_things_is_answered_the_one_and_offered_the_other() {
    let shop = Shop::open().await;
    Browser::with("two questions", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let answer = visitor.asks("when are you open on sunday? also do you price match").await;
        assert_eq!(answer.entry.as_deref(), Some("store.hours"), "{answer:?}");
        let choices = visitor.choices().await;
        assert_eq!(choices.len(), 3, "right, wrong, and the other question: {choices:?}");
        visitor.chooses(&choices[2]).await;
        assert_eq!(visitor.line_by("bot", 1).await.entry.as_deref(), Some("price.match"));
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_comes_again_brings_a_person_with_it() {
    let shop = Shop::open().await;
    Browser::with("the same answer again", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let first = visitor.asks("how do i use a gift card").await;
        assert_eq!(visitor.choices().await, ["Yes", "No"]);
        visitor.says("do gift cards expire").await;
        let again = visitor.line_by("bot", 1).await;
        assert_eq!(again.entry, first.entry);
        assert_eq!(visitor.choices().await.last().map(String::as_str), Some("Talk to a human"));
    })
    .await;
}

#[tokio::test]
async fn a_cautious_shop_asks_back_where_another_answers() {
    let shop = Shop::open().await;
    for (eagerness, answers) in [("balanced", true), ("cautious", false)] {
        shop.tag("en", &format!("data-answers='{eagerness}'"));
        Browser::with(eagerness, async |browser: &Browser| {
            let visitor = Visitor::at(browser, &shop.origin).await;
            visitor.opens().await;
            let line = visitor.asks("can i split it in 4 payments").await;
            assert_eq!(line.entry.is_some(), answers, "{eagerness}: {line:?}");
            assert_eq!(line.text.contains("Did you mean one of these?"), !answers, "{eagerness}: {line:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_packed_faq_answers_as_the_same_faq_does_unpacked() {
    let shop = Shop::open().await;
    let of = |path: &str| std::fs::read(path).expect("it is there");
    let faq = String::from_utf8(of("public/faq.json")).expect("it is text");
    let plain = Faq::from_json(&faq).expect("a FAQ");
    let encoder = Encoder::from_bytes(&of("public/encoders/en.bin")).expect("an encoder");
    let classifier = Classifier::fit(&encoder, &plain).expect("fitted");
    let mut packed: Value = serde_json::from_str(&faq).expect("JSON");
    packed["fitted"] = classifier.fitted(&plain).into();
    shop.pages.put("/faq.json", "application/json", packed.to_string());
    Browser::with("a packed FAQ", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let question = "does waranty cover a snapped chain";
        let Decision::Answer { entry, .. } = classifier.decide(question) else { panic!("it is no longer answered") };
        assert_eq!(visitor.asks(question).await.entry, Some(entry));
    })
    .await;
}
