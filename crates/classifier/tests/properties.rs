//! What holds for every text, every FAQ and every file: no panic, the same decision again, and only the shop's own entries.

mod shop;

use classifier::{Classifier, Decision, Encoder, Entry, Faq, Parts, limits, pieces};
use proptest::prelude::*;
use std::sync::LazyLock;

static SHOP: LazyLock<Classifier> = LazyLock::new(shop::classifier);
static FAQ: LazyLock<Faq> = LazyLock::new(|| Faq::from_json(&shop::faq_json()).expect("the FAQ is one"));
static ENCODER: LazyLock<Vec<u8>> = LazyLock::new(shop::encoder_bytes);

/// The longest text that is tried, in bytes.
const LONGEST: usize = 64 * 1024;

/// Any characters at all; nearly words; and one thing over and over, up to [`LONGEST`].
fn texts() -> impl Strategy<Value = String> {
    let over_and_over = (".{1,12}", 1..LONGEST).prop_map(|(piece, bytes)| piece.repeat(bytes.div_ceil(piece.len())));
    prop_oneof![
        4 => any::<String>(),
        2 => "\\PC{0,200}",
        2 => "([a-z]{1,9}[ ,.?!']){0,60}",
        2 => "(refund|retrn|parcel|human|agent|bot|[0-9]{1,6}|🚲|退货|طلب|e\u{301}| |\\n){0,40}",
        1 => over_and_over,
    ]
    .prop_map(|mut text| {
        while text.len() > LONGEST {
            text.pop();
        }
        text
    })
}

fn is_entry(id: &str) -> bool {
    FAQ.entries.iter().any(|entry| entry.id == id)
}

fn faq(entries: Vec<Entry>) -> Faq {
    Faq { language: "en".into(), entries, fitted: None }
}

fn entry(id: &str, question: &str, answer: &str) -> Entry {
    Entry { id: id.into(), question: question.into(), examples: Vec::new(), answer: answer.into() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_decided_and_again_in_the_same_way(text in texts()) {
        let decision = SHOP.decide(&text);
        prop_assert_eq!(&decision, &SHOP.decide(&text));
        match decision {
            Decision::Answer { entry, confidence, second } => {
                prop_assert!(is_entry(&entry), "{}", entry);
                prop_assert!(second.is_none_or(|second| second != entry && is_entry(&second)));
                prop_assert!((0.0..=1.0).contains(&confidence), "{}", confidence);
            }
            Decision::DidYouMean { entries } => {
                prop_assert!((1..=3).contains(&entries.len()), "{:?}", entries);
                prop_assert!(entries.iter().all(|entry| is_entry(entry)), "{:?}", entries);
            }
            Decision::Unknown {} | Decision::WantsHuman { .. } | Decision::Sensitive { .. } => {}
        }
    }

    #[test]
    fn any_text_ranks_every_entry_once_the_likeliest_first(text in texts()) {
        let ranked = SHOP.rank(&text);
        let mut ids: Vec<&str> = ranked.iter().map(|candidate| candidate.entry.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), FAQ.entries.len());
        prop_assert!(ranked.iter().all(|candidate| (0.0..=1.0).contains(&candidate.confidence)));
        prop_assert!(ranked.is_sorted_by(|one, next| one.confidence >= next.confidence));
    }

    #[test]
    fn any_text_has_pieces_and_none_is_empty(text in texts()) {
        let once = pieces(&text);
        prop_assert!(once.iter().all(|piece| !piece.trim().is_empty() && !piece.contains('\n')), "{:?}", once);
    }

    #[test]
    fn any_json_or_none_is_a_faq_or_an_error(json in any::<String>(), cut in any::<prop::sample::Index>()) {
        prop_assert!(Faq::from_json(&json).is_err());
        let whole = shop::faq_json();
        let end = whole.floor_char_boundary(cut.index(whole.trim_end().len()));
        prop_assert!(Faq::from_json(&whole[..end]).is_err());
    }

    #[test]
    fn bytes_that_are_no_encoder_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(Encoder::from_bytes(&bytes).is_err());
        let with_magic = [&b"shopbell\x03\0\0\0"[..], &bytes].concat();
        // Sections of other names are passed over, so that this may happen to be an encoder without words.
        let _ = Encoder::from_bytes(&with_magic);
    }

    #[test]
    fn an_encoder_file_cut_short_is_refused(cut in any::<prop::sample::Index>()) {
        let end = cut.index(ENCODER.len());
        let short = Encoder::from_bytes(&ENCODER[..end]);
        // Cut right after its head it is an encoder without words.
        prop_assert!(short.is_err() || end == 12, "cut at {}", end);
    }

    #[test]
    fn an_encoder_file_with_a_wrong_byte_is_refused_or_still_decides(
        place in any::<prop::sample::Index>(), byte in any::<u8>(), text in texts()
    ) {
        let mut bytes = ENCODER.clone();
        bytes[place.index(ENCODER.len())] = byte;
        let small = faq(vec![entry("returns", "How do I return something?", "Within 45 days.")]);
        if let Ok(encoder) = Encoder::from_bytes(&bytes) {
            let ranked = Classifier::fit(&encoder, &small).expect("it can be fitted").rank(&text);
            prop_assert!(ranked.iter().all(|candidate| (0.0..=1.0).contains(&candidate.confidence)), "{:?}", ranked);
        }
    }

    #[test]
    fn a_head_with_wrong_characters_is_refused_or_still_decides(
        place in any::<prop::sample::Index>(), character in "[A-Za-z0-9+/é]", text in texts()
    ) {
        let small = faq(vec![entry("returns", "How do I return something?", "Within 45 days."), entry("b", "Where are you?", "")]);
        let encoder = Encoder::from_bytes(&ENCODER).expect("the encoder is one");
        let mut fitted = Classifier::fit(&encoder, &small).expect("it can be fitted").fitted(&small);
        let start = fitted.find(':').expect("a colon") + 1;
        let place = start + place.index(fitted.len() - start);
        fitted.replace_range(place..=place, &character);
        let ranked = Classifier::fit(&encoder, &Faq { fitted: Some(fitted), ..small }).expect("fitted").rank(&text);
        prop_assert!(ranked.iter().all(|candidate| (0.0..=1.0).contains(&candidate.confidence)), "{:?}", ranked);
    }

    #[test]
    fn any_small_faq_can_be_fitted_and_decides(
        questions in prop::collection::vec("\\PC{0,40}", 0..4), answer in "\\PC{0,40}", text in texts()
    ) {
        let entries = questions.iter().enumerate().map(|(id, question)| entry(&id.to_string(), question, &answer));
        let encoder = Encoder::from_bytes(&ENCODER).expect("the encoder is one");
        let classifier = Classifier::fit(&encoder, &faq(entries.collect())).expect("it can be fitted");
        let ranked = classifier.rank(&text);
        prop_assert_eq!(ranked.len(), questions.len());
        prop_assert!(ranked.iter().all(|candidate| (0.0..=1.0).contains(&candidate.confidence)), "{:?}", ranked);
    }
}

#[test]
fn an_encoder_with_words_but_no_numbers_for_them_is_refused() {
    let file = |book: &[f32]| {
        let pieces = vec![("parcel".to_owned(), 100, vec![0])];
        Encoder::pack(&Parts { pieces, books: vec![book.to_vec()], ..Parts::default() })
    };
    assert!(file(&[0.5; 256]).is_ok());
    assert!(file(&[]).is_err());
    let without_spans = Parts { pieces: vec![("parcel".to_owned(), 100, vec![])], ..Parts::default() };
    assert!(Encoder::pack(&without_spans).is_err());
}

#[test]
fn a_head_that_is_brought_is_used_and_not_fitted_anew() {
    let encoder = Encoder::from_bytes(&ENCODER).expect("the encoder is one");
    let fitted = SHOP.fitted(&FAQ);
    let (print, head) = fitted.split_once(':').expect("a print, a colon, a head");
    // In base64 these are zeros: a head that says nothing.
    let silent = Faq { fitted: Some(format!("{print}:{}", "A".repeat(head.len()))), ..FAQ.clone() };
    let silent = Classifier::fit(&encoder, &silent).expect("it can be fitted");
    let text = "hello there, where is my parcel";
    assert!(silent.rank(text)[0].confidence < SHOP.rank(text)[0].confidence);
}

#[test]
fn a_head_fitted_beforehand_decides_as_one_fitted_now() {
    let encoder = Encoder::from_bytes(&ENCODER).expect("the encoder is one");
    let packed = Faq { fitted: Some(SHOP.fitted(&FAQ)), ..FAQ.clone() };
    let mut tampered = packed.clone();
    // Whatever else the head says, it is only used for the texts that it was fitted on.
    tampered.entries[0].question.push('!');
    for faq in [packed, tampered] {
        let classifier = Classifier::fit(&encoder, &faq).expect("it can be fitted");
        for entry in &FAQ.entries {
            let (one, other) = (classifier.rank(&entry.answer), SHOP.rank(&entry.answer));
            assert_eq!(
                one.iter().map(|one| &one.entry).collect::<Vec<_>>(),
                other.iter().map(|one| &one.entry).collect::<Vec<_>>()
            );
        }
    }
    let packed = Faq { fitted: Some(SHOP.fitted(&FAQ)), ..FAQ.clone() };
    let classifier = Classifier::fit(&encoder, &packed).expect("it can be fitted");
    assert!(FAQ.entries.iter().all(|entry| classifier.rank(&entry.answer) == SHOP.rank(&entry.answer)));
}

proptest! {
    // Each case fits a classifier.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn an_unrelated_entry_hardly_changes_a_sure_answer(question in unrelated(), answer in unrelated()) {
        let mut more = FAQ.clone();
        more.entries.push(entry("unrelated", &question, &answer));
        let more = Classifier::fit(&Encoder::from_bytes(&ENCODER).expect("the encoder is one"), &more).expect("fitted");
        for entry in &FAQ.entries {
            // Not in the FAQ's very words, of which it is sure in any case.
            let text = format!("hello there, {}", entry.question);
            let (before, after) = (&SHOP.rank(&text)[0], &more.rank(&text)[0]);
            prop_assert_eq!(&before.entry, &after.entry, "{}", &text);
            let apart = (before.confidence - after.confidence).abs();
            prop_assert!(before.confidence < 0.8 || apart < 0.05, "{}: {:?} {:?}", &text, before, after);
        }
    }
}

/// What a bicycle shop is not asked, in words that are some or none.
fn unrelated() -> impl Strategy<Value = String> {
    prop_oneof![
        "([bcdfgklmnprstvz][aeiou]){2,4}( ([bcdfgklmnprstvz][aeiou]){2,4}){2,7}",
        prop::sample::select(vec![
            "Do you tune pianos in Reykjavik?",
            "Which opera is sung tonight?",
            "How many moons has Jupiter?",
            "Who painted the chapel's ceiling?",
            "Is the volcano still asleep?",
        ])
        .prop_map(str::to_owned),
    ]
}

fn fit(entries: Vec<Entry>) -> Classifier {
    let encoder = Encoder::from_bytes(&ENCODER).expect("the encoder is one");
    Classifier::fit(&encoder, &faq(entries)).expect("it can be fitted")
}

#[test]
fn without_entries_nothing_is_known_but_a_person_can_be_asked_for() {
    let classifier = fit(Vec::new());
    assert_eq!(classifier.rank("where is my parcel").len(), 0);
    assert_eq!(classifier.decide("where is my parcel"), Decision::Unknown {});
    assert_eq!(classifier.decide("I want a person"), Decision::WantsHuman { outright: true });
}

#[test]
fn one_entry_is_found_by_its_own_question_and_not_by_nonsense() {
    let classifier = fit(vec![entry("returns", "How do I return something?", "Within 45 days.")]);
    let decision = classifier.decide("How do I return something?");
    assert!(matches!(&decision, Decision::Answer { entry, .. } if entry == "returns"), "{decision:?}");
    assert_eq!(classifier.decide("xylophone zebra quantum"), Decision::Unknown {});
}

#[test]
fn the_faqs_own_words_are_answered_or_left_to_a_person() {
    let mut left = 0;
    for (entry, text) in FAQ.entries.iter().flat_map(|entry| entry.phrasings().map(move |text| (entry, text))) {
        match SHOP.decide(text) {
            Decision::Answer { entry: found, .. } => assert_eq!(found, entry.id, "{text}"),
            Decision::Sensitive { .. } | Decision::WantsHuman { .. } => left += 1,
            other => panic!("{text}: {other:?}"),
        }
    }
    assert!(left <= 3, "{left} phrasings are left to a person");
}

#[test]
fn two_entries_with_only_a_question_are_told_apart() {
    let classifier = fit(vec![
        entry("returns", "How do I return something?", ""),
        entry("hours", "When are you open on Sundays?", ""),
    ]);
    for (text, expected) in [("how can i return it", "returns"), ("open sundays?", "hours")] {
        assert_eq!(classifier.rank(text)[0].entry, expected, "{text}");
    }
}

#[test]
fn an_encoder_without_words_leaves_the_faqs_own() {
    let classifier = Classifier::fit(&Encoder::default(), &FAQ).expect("it can be fitted");
    let decision = classifier.decide("please cancel my order");
    assert!(matches!(&decision, Decision::Answer { entry, .. } if entry == "order.cancel"), "{decision:?}");
}

#[test]
fn a_faq_says_what_is_wrong_with_it() {
    let entry = r#"{"id":"a","question":"q","answer":"a"}"#;
    for (json, expected) in [
        (String::new(), "a FAQ looks like"),
        ("[]".into(), "a FAQ looks like"),
        (r#"{"language":"en"}"#.into(), "entries"),
        (r#"{"language":"","entries":[]}"#.into(), "language"),
        (format!(r#"{{"language":"en","entries":[{entry},{entry}]}}"#), "two entries"),
        (r#"{"language":"en","entries":[{"id":"a","question":" ","answer":"a"}]}"#.into(), "empty question"),
        (r#"{"language":"en","entries":[{"id":"a","question":"q","answer":"a","extra":1}]}"#.into(), "extra"),
    ] {
        let error = Faq::from_json(&json).expect_err("not a FAQ").to_string();
        assert!(error.contains(expected), "{json}: {error}");
    }
}

#[test]
fn a_faq_is_told_what_is_wrong_without_a_flood_of_its_own_text() {
    let id = "x".repeat(100_000);
    let examples = vec!["e"; limits::EXAMPLES + 1].join("\",\"");
    for (id, examples) in [("a", examples.as_str()), (&id, &examples), (&id, "e"), (&id, "")] {
        let entry = format!(r#"{{"id":"{id}","question":"q","examples":["{examples}"],"answer":"a"}}"#);
        let error = Faq::from_json(&format!(r#"{{"language":"en","entries":[{entry}]}}"#)).expect_err("not a FAQ");
        assert!(error.to_string().len() < 500, "{} bytes", error.to_string().len());
    }
}
