//! Who may do what, and what comes of it.

use super::*;

const CID: &str = "0197a2c4-7d5e-7c3a-9f10-2b6c8d4e1f00";

fn with(agent: &str) -> Floor {
    Floor::Human { agent: agent.into() }
}

fn at(floor: &Floor) -> Facts {
    Facts { floor: floor.clone(), receiver_exists: true, ..Facts::default() }
}

fn added(body: EventBody) -> Result<Decision, Refusal> {
    Ok(Decision::Add(vec![body]))
}

fn tell(author: Author, text: &str, entry: Option<&str>) -> Wish {
    Wish::Tell { author, text: text.into(), entry: entry.map(Into::into) }
}

#[test]
fn a_ring_is_heard_once_until_it_is_answered_and_closed() {
    assert_eq!(decide(&at(&Floor::Bot), &Wish::Ring), added(EventBody::Rang));
    assert_eq!(decide(&at(&Floor::Ringing), &Wish::Ring), Ok(Decision::RingStands));
    assert_eq!(decide(&at(&with("Ada")), &Wish::Ring), Ok(Decision::RingStands));
    assert_eq!(decide(&at(&Floor::Closed), &Wish::Ring), added(EventBody::Rang));
}

#[test]
fn the_first_to_claim_has_it_and_the_second_is_told_who() {
    let claim = Wish::Claim { agent: "Ada".into(), takes_over: false };
    assert_eq!(decide(&at(&Floor::Ringing), &claim), added(EventBody::Claimed { agent: "Ada".into() }));
    assert_eq!(decide(&at(&with("Ada")), &claim), Ok(Decision::ClaimStands));
    let refused = decide(&at(&with("Grace")), &claim).expect_err("Grace has it").for_cid(CID.into());
    assert_eq!(refused.code, ErrorCode::AlreadyClaimed);
    assert!(refused.message.contains("Grace"), "{}", refused.message);
    for floor in [Floor::Bot, Floor::Closed] {
        assert!(matches!(decide(&at(&floor), &claim), Err(Refusal::NotClaimed(_))), "{floor:?}");
    }
}

#[test]
fn a_lead_may_take_what_another_agent_holds() {
    let claim = Wish::Claim { agent: "Ada".into(), takes_over: true };
    assert_eq!(decide(&at(&with("Grace")), &claim), added(EventBody::Claimed { agent: "Ada".into() }));
    assert!(matches!(decide(&at(&Floor::Bot), &claim), Err(Refusal::NotClaimed(_))));
}

#[test]
fn an_agent_who_was_removed_takes_nothing_any_more() {
    for takes_over in [false, true] {
        let claim = Wish::Claim { agent: "Ada".into(), takes_over };
        for floor in [Floor::Ringing, with("Grace"), with("Ada")] {
            let facts = Facts { receiver_exists: false, ..at(&floor) };
            assert!(matches!(decide(&facts, &claim), Err(Refusal::NotFound(_))), "{claim:?} at {floor:?}");
        }
    }
}

#[test]
fn only_the_claimer_replies_gives_away_and_closes() {
    let agent = || "Ada".to_owned();
    for wish in [
        Wish::Reply { agent: agent(), text: "hi".into() },
        Wish::Close { agent: agent() },
        Wish::HandBack { agent: agent() },
        Wish::Transfer { agent: agent(), to: None },
    ] {
        assert!(decide(&at(&with("Ada")), &wish).is_ok());
        for floor in [with("Grace"), Floor::Ringing, Floor::Bot, Floor::Closed] {
            assert!(matches!(decide(&at(&floor), &wish), Err(Refusal::NotClaimed(_))), "{wish:?} at {floor:?}");
        }
    }
}

#[test]
fn a_conversation_is_given_only_to_an_agent_whom_there_is() {
    let give = Wish::Transfer { agent: "Ada".into(), to: Some("Grace".into()) };
    let facts = |receiver_exists| Facts { floor: with("Ada"), receiver_exists, edited: None };
    let given = EventBody::Transferred { agent: "Ada".into(), to: Some("Grace".into()) };
    assert_eq!(decide(&facts(true), &give), added(given));
    assert!(matches!(decide(&facts(false), &give), Err(Refusal::NotFound(_))));
    let to_herself = Wish::Transfer { agent: "Ada".into(), to: Some("Ada".into()) };
    assert_eq!(decide(&facts(true), &to_herself), Ok(Decision::ClaimStands));
}

#[test]
fn what_is_said_into_a_closed_conversation_opens_it_again() {
    for (floor, author, events) in [
        (Floor::Closed, Author::Visitor, 2),
        (Floor::Closed, Author::Bot, 1),
        (Floor::Bot, Author::Visitor, 1),
        (Floor::Ringing, Author::Visitor, 1),
    ] {
        let Ok(Decision::Add(added)) = decide(&at(&floor), &tell(author, "hello?", None)) else { panic!("refused") };
        assert_eq!(added.len(), events, "{author:?} at {floor:?}");
        assert!(events == 1 || added[1] == EventBody::Rang);
    }
}

#[test]
fn an_agent_changes_their_own_words_and_nobody_elses() {
    let edit = Wish::Edit { agent: "Ada".into(), seq: 3, text: "sorry, 45 days".into() };
    let said = |author, name: Option<&str>| {
        let message = Message { author, text: "40 days".into(), name: name.map(Into::into), entry: None };
        Facts { floor: Floor::Closed, edited: Some(EventBody::Message(message)), receiver_exists: false }
    };
    assert!(decide(&said(Author::Human, Some("Ada")), &edit).is_ok());
    for facts in [
        said(Author::Human, Some("Grace")),
        said(Author::Visitor, None),
        said(Author::Bot, Some("Ada")),
        Facts { edited: Some(EventBody::Rang), ..Facts::default() },
        Facts::default(),
    ] {
        assert!(matches!(decide(&facts, &edit), Err(Refusal::NotFound(_))), "{facts:?}");
    }
}

#[test]
fn card_and_account_numbers_of_people_are_masked_and_the_shops_own_are_not() {
    let text = "my card is 4242 4242 4242 4242";
    let Wish::Tell { text: masked, .. } = tell(Author::Visitor, text, None).masked() else { panic!("another wish") };
    assert!(masked.ends_with(" 4242") && !masked.contains("4242 4242"), "{masked}");
    let reply = |text: &str| Wish::Reply { agent: "Ada".into(), text: text.into() };
    assert_eq!(reply(text).masked(), reply(&masked));
    for kept in [tell(Author::Bot, text, Some("payment")), tell(Author::Visitor, "order 4242", None), Wish::Ring] {
        assert_eq!(kept.clone().masked(), kept);
    }
}

#[test]
fn what_a_visitor_tells_has_limits() {
    let long = "ü".repeat(4_000);
    assert_eq!(check(CID, &tell(Author::Visitor, &long, None)), Ok(()));
    assert_eq!(check(CID, &tell(Author::Bot, "45 days", Some("returns"))), Ok(()));
    assert_eq!(check("6fa459ea-ee8a-3ca4-894e-db77e160355e", &Wish::Ring), Ok(()));
    for (cid, wish) in [
        (CID, tell(Author::Visitor, "", None)),
        (CID, tell(Author::Visitor, " \n\t", None)),
        (CID, tell(Author::Visitor, &format!("{long}ü"), None)),
        (CID, tell(Author::Human, "I am Ada", None)),
        (CID, tell(Author::System, "all is well", None)),
        (CID, tell(Author::Visitor, "hi", Some("returns"))),
        (CID, tell(Author::Bot, "hi", Some(&"e".repeat(101)))),
        ("", Wish::Ring),
        ("not-a-uuid", Wish::Ring),
        ("{0197a2c4-7d5e-7c3a-9f10-2b6c8d4e1f00}", Wish::Ring),
        ("0197a2c47d5e7c3a9f102b6c8d4e1f00", Wish::Ring),
    ] {
        assert!(matches!(check(cid, &wish), Err(Refusal::Invalid(_))), "{cid} {wish:?}");
    }
}
