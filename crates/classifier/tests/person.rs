//! "I want a person": who asks for one gets one, and who only mentions one gets an answer.

mod shop;

use classifier::{Classifier, Decision};

/// Those of the messages about which the classifier thinks otherwise.
fn otherwise(classifier: &Classifier, messages: &[&'static str], wants_human: bool) -> Vec<&'static str> {
    let wants = |text: &str| matches!(classifier.decide(text), Decision::WantsHuman { .. });
    messages.iter().copied().filter(|text| wants(text) != wants_human).collect()
}

#[test]
fn whoever_asks_for_a_person_is_understood() {
    let asking = [
        "I want a person",
        "i want a human",
        "a real person please",
        "agent",
        "AGENT!!!",
        "Representative",
        "customer service",
        "live agent plz",
        "can I talk to someone?",
        "let me speak to a human being",
        "I need to speak with a manager",
        "put me through to your support team",
        "connect me to an operator",
        "transfer me to a person",
        "is there a real person I can talk to",
        "who can I talk to?",
        "could somebody please call me",
        "please have a colleague look at this",
        "is anyone there?",
        "are you a robot?",
        "are you human",
        "this bot is useless",
        "I don't want to talk to a bot",
        "Hi. My parcel is late. I'd like to talk to a person.",
        "gimme a human",
        "no more bots, give me a human",
    ];
    assert_eq!(otherwise(&shop::classifier(), &asking, true), [""; 0], "these ask for a person");
}

#[test]
fn a_misspelt_wish_for_a_person_is_understood() {
    let asking = [
        "i want a persn",
        "speek to a human",
        "talk to an agnet",
        "custmer service",
        "representitive please",
        "real persom please",
    ];
    assert_eq!(otherwise(&shop::classifier(), &asking, true), [""; 0], "these ask for a person");
}

#[test]
fn whoever_only_mentions_people_is_answered() {
    let mentioning = [
        "is this jacket safe for humans",
        "travel agent discount?",
        "can a person sit on the kayak",
        "two person tent",
        "how many people fit in the tent",
        "can I pick it up in person",
        "can someone else pick up my order",
        "the delivery person left it outside",
        "my agent number is 42",
        "do you sell human hair wigs",
        "does the robot vacuum work on carpet",
        "is the washing machine wash ok for this jacket",
        "do you have a staff discount",
        "a gift for a person who hikes",
        "can the driver call me before delivery",
        "is this boat for one person or two",
        "what is the weight limit per person",
        "who makes this jacket",
        "where is my order",
        "cleaning agent for tents",
        "I want a refund",
        "support for my rear wheel",
        "",
    ];
    assert_eq!(otherwise(&shop::classifier(), &mentioning, false), [""; 0], "these do not ask for a person");
}
