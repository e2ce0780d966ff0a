//! The specification's table of what may happen next, held against what is decided.

use backend::decision::{Decision, Facts, Wish, check, decide};
use protocol::{Author, EventBody, Floor, Message};

const TEXT: &str = include_str!("../../../../docs/protocol.md");

/// What comes of a wish, in the table's words.
fn outcome(floor: &Floor, wish: &Wish) -> String {
    let own = Message { author: Author::Human, text: "hi".into(), name: Some("Ada".into()), entry: None };
    let facts = Facts { floor: floor.clone(), edited: Some(EventBody::Message(own)), receiver_exists: true };
    let name = |body: &EventBody| match body {
        EventBody::Message(_) => "`message`",
        EventBody::Rang => "`rang`",
        EventBody::Claimed { .. } => "`claimed`",
        EventBody::Transferred { .. } => "`transferred`",
        EventBody::HandedBack { .. } => "`handed_back`",
        EventBody::Closed { .. } => "`closed`",
        EventBody::Edited { .. } => "`edited`",
        EventBody::Unknown => "nothing",
    };
    match decide(&facts, wish) {
        Ok(Decision::Add(bodies)) => bodies.iter().map(name).collect::<Vec<_>>().join(" and "),
        Ok(Decision::RingStands | Decision::ClaimStands) => "dup".to_owned(),
        Err(refusal) => {
            let code = serde_json::to_value(refusal.for_cid(String::new()).code).expect("JSON");
            format!("`{}`", code.as_str().expect("a word"))
        }
    }
}

#[test]
fn the_specification_says_of_every_frame_what_comes_of_it_at_every_floor() {
    let agent = || "Ada".to_owned();
    let tell = |author| Wish::Tell { author, text: "hi".into(), entry: None };
    let wishes = [
        ("`human`", Wish::Ring),
        ("`send` by the visitor", tell(Author::Visitor)),
        ("`send` of the bot's words", tell(Author::Bot)),
        ("`claim`", Wish::Claim { agent: agent(), takes_over: false }),
        ("`claim` by a lead", Wish::Claim { agent: agent(), takes_over: true }),
        ("`send` by an agent", Wish::Reply { agent: agent(), text: "hi".into() }),
        ("`transfer` to somebody", Wish::Transfer { agent: agent(), to: Some("Grace".into()) }),
        ("`transfer` to nobody", Wish::Transfer { agent: agent(), to: None }),
        ("`hand_back`", Wish::HandBack { agent: agent() }),
        ("`close`", Wish::Close { agent: agent() }),
        ("`edit` of one's own message", Wish::Edit { agent: agent(), seq: 1, text: "ho".into() }),
    ];
    let another = Floor::Human { agent: "Grace".into() };
    let floors = [Floor::Bot, Floor::Ringing, Floor::Human { agent: agent() }, another, Floor::Closed];
    let is = wishes.map(|(name, wish)| {
        assert_eq!(check(&crate::shop::cid(), &wish), Ok(()));
        let outcomes = floors.iter().map(|floor| outcome(floor, &wish));
        [name.to_owned()].into_iter().chain(outcomes).collect::<Vec<_>>()
    });

    let rows = TEXT.lines().skip_while(|line| !line.starts_with("| frame | at `bot` |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|')).map(|line| line.trim_matches('|').split('|'));
    let written: Vec<Vec<&str>> = rows.map(|cells| cells.map(str::trim).collect()).collect();
    assert_eq!(written, is);
}
