//! Published test numbers, what only looks like one, and what holds for every number in every grouping.

use super::*;
use proptest::prelude::*;

#[test]
fn published_test_numbers_are_masked_and_nothing_around_them() {
    for (text, expected) in [
        ("4242 4242 4242 4242", "•••• 4242"),
        ("My card: 4242424242424242, thanks", "My card: •••• 4242, thanks"),
        ("4000-0566-5566-5556.", "•••• 5556."),
        ("378282246310005", "•••• 0005"),
        ("3714 496353 98431", "•••• 8431"),
        ("3056 930902 5904", "•••• 5904"),
        ("6011\u{a0}1111\u{2009}1111\u{202f}1117", "•••• 1117"),
        ("3530111333300000 (JCB)", "•••• 0000 (JCB)"),
        ("2223 0031 2200 3222", "•••• 3222"),
        ("4222222222222", "•••• 2222"),
        ("6205 5000 0000 0000 004", "•••• 0004"),
        ("５５５５ ５５５５ ５５５５ ４４４４です", "•••• 4444です"),
        ("卡号4242424242424242。", "卡号•••• 4242。"),
        ("بطاقتي ٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢", "بطاقتي •••• 4242"),
        ("۴۲۴۲۴۲۴۲۴۲۴۲۴۲۴۲", "•••• 4242"),
        ("4242 4242 4242 4242 1227 123", "•••• 4242 1227 123"),
        ("exp 12/27 4242-4242-4242-4242", "exp 12/27 •••• 4242"),
        ("4242 4242 4242 4242 5555 5555 5555 4444", "•••• 4242 •••• 4444"),
        ("4242424242424242\n5105105105105100", "•••• 4242\n•••• 5100"),
        ("4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2", "•••• 4242"),
        ("IBAN: DE89 3704 0044 0532 0130 00", "IBAN: DE•••• 3000"),
        ("DE89370400440532013000 bitte", "DE•••• 3000 bitte"),
        ("DE89 37040044 0532013000", "DE•••• 3000"),
        ("gb82 west 1234 5698 7654 32 please", "GB•••• 5432 please"),
        ("NO93 8601 1117 947", "NO•••• 7947"),
        ("FR14 2004 1010 0505 0001 3M02 606 merci", "FR•••• 2606 merci"),
        ("MT84 MALT 0110 0001 2345 MTLC AST0 01S", "MT•••• 001S"),
        ("BR18 0036 0305 0000 1000 9795 493C 1", "BR•••• 93C1"),
        ("（SA03 ８０００ 0000 6080 1016 7519）", "（SA•••• 7519）"),
    ] {
        assert_eq!(masked(text).as_deref(), Some(expected), "{text}");
        assert!(is_private(text), "{text}");
    }
}

#[test]
fn what_only_looks_alike_stays() {
    for text in [
        "+49 30 1234567",
        "+4915112345678",
        "+424242424242424242",
        "0049 30 12345678",
        "030 1234567, 030 7654321",
        "Order 4000-1234",
        "orders 4000-1234 4000-1235",
        // Wrong check digits.
        "4242 4242 4242 4241",
        "DE89 3704 0044 0532 0130 01",
        // An order's number made of the time, whose check digit is right.
        "20261224183008",
        // A parcel's: USPS in groups, 20 digits of DHL, with letters, UPS.
        "9405 4242 4242 4242 4242 00",
        "00340434161094042557",
        "JJD4242424242424242",
        "RR123456785DE",
        "1Z999AA10123456784",
        // ISBN-13, an article's number with a right check digit of cards as well, an IMEI.
        "978-3-16-148410-0",
        "4006381000093",
        "IMEI 352099001761481",
        "35-209900-176148-1",
        "2026-12-24 2026-12-31",
        "4000-0566 5566-5556",
        "24.12.2026 18:30, 1.299,00 € or 4242.42",
        // In this list, 37 to 43 would be a card by itself.
        "35 36 37 38 39 40 41 42 43 44",
        "12345678901234567890424242424242424242",
        "4242 4242 4242",
        "ATU12345678 and DE123456789",
        "Are you open es 24 horas al dia, or at 10 in the morning on most days?",
        "•••• 4242",
        "DE•••• 3000",
        "",
    ] {
        assert_eq!(masked(text), None, "{text}");
        assert!(!is_private(text), "{text}");
    }
}

/// Sums the check digit up as its definition has it, another way than the code.
fn with_luhn(mut digits: Vec<u8>) -> Vec<u8> {
    let doubled = digits.iter().rev().enumerate().map(|(place, digit)| match place % 2 {
        0 => (2 * digit).to_string().bytes().map(|byte| u32::from(byte - b'0')).sum(),
        _ => u32::from(*digit),
    });
    let check = (10 - doubled.sum::<u32>() % 10) % 10;
    digits.push(u8::try_from(check).expect("a digit"));
    digits
}

/// The digits of a card, with a right check digit.
fn cards() -> impl Strategy<Value = Vec<u8>> {
    let begin = prop_oneof![22..=27u8, 30..=69u8];
    let cards = (begin, prop::collection::vec(0..10u8, 10..=16)).prop_map(|(begin, rest)| {
        let mut digits = vec![begin / 10, begin % 10];
        digits.extend(rest);
        with_luhn(digits)
    });
    cards.prop_filter("articles and telephones", |digits| match digits.len() {
        13 => {
            let weighed = digits.iter().enumerate().map(|(place, digit)| u32::from(*digit) * [1, 3][place % 2]);
            !weighed.sum::<u32>().is_multiple_of(10)
        }
        15 => digits[..2] != [3, 5],
        _ => true,
    })
}

/// The digits in one of the scripts, in groups as `gaps` has it (a number from 0 to 3 a digit: no gap, or which one).
fn grouped(digits: &[u8], zero: char, hyphens: bool, gaps: &[usize]) -> String {
    let mut text = String::new();
    for (place, digit) in digits.iter().enumerate() {
        let gap = gaps[place];
        if place > 0 && gap > 0 {
            text.push(if hyphens { ['-', '\u{2011}', '\u{2013}'] } else { [' ', '\u{a0}', '\u{2009}'] }[gap - 1]);
        }
        text.push(char::from_u32(u32::from(zero) + u32::from(*digit)).expect("ten digits follow each other"));
    }
    text
}

fn scripts() -> impl Strategy<Value = char> {
    prop::sample::select(vec!['0', '٠', '۰', '０'])
}

fn gaps() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![Just(vec![0; 19]), prop::collection::vec(0..=3usize, 19)]
}

/// Nearly cards and nearly IBANs, beside each other in every way.
fn crowded() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => (cards(), scripts(), any::<bool>(), gaps())
            .prop_map(|(digits, zero, hyphens, gaps)| grouped(&digits, zero, hyphens, &gaps)),
        2 => "[0-9]{1,5}",
        1 => "[A-Z]{2}[0-9]{2}",
        1 => Just("DE89 3704 0044 0532 0130 00".to_owned()),
        1 => Just("•••• ".to_owned()),
        1 => "[a-z+/.]",
        4 => "[ -]",
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_card_is_masked_however_it_is_grouped(
        digits in cards(),
        zero in scripts(),
        hyphens: bool,
        gaps in gaps(),
        around in prop::sample::select(vec![("", ""), ("Card: ", ", 12/27"), ("卡号", "。"), ("(", ")"), ("\n", "\n7")]),
    ) {
        let text = format!("{}{}{}", around.0, grouped(&digits, zero, hyphens, &gaps), around.1);
        let last: String = digits[digits.len() - 4..].iter().map(|digit| char::from(b'0' + digit)).collect();
        prop_assert_eq!(masked(&text), Some(format!("{}•••• {}{}", around.0, last, around.1)));
    }

    #[test]
    fn every_iban_is_masked_however_it_is_grouped(
        country in "[A-Za-z]{2}",
        account in "[A-Za-z]{0,4}[0-9]{11,26}",
        gaps in prop::collection::vec(any::<bool>(), 34),
    ) {
        let number = |text: &str| {
            let digits = text.chars().map(|character| character.to_digit(36).expect("a letter or digit").to_string());
            digits.collect::<String>().bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97)
        };
        let iban = format!("{country}{:02}{account}", 98 - number(&format!("{account}{country}00")));
        let mut text = String::new();
        for (character, gap) in iban.chars().zip(gaps) {
            if gap && !text.is_empty() {
                text.push(' ');
            }
            text.push(character);
        }
        let last = &iban[iban.len() - 4..];
        prop_assert_eq!(masked(&text), Some(format!("{country}•••• {last}").to_uppercase()));
    }

    #[test]
    fn what_is_masked_holds_nothing_to_mask(text in prop_oneof![crowded(), "[0-9 A-F-]{0,80}", "\\PC{0,60}"]) {
        let masked_text = masked(&text);
        prop_assert_eq!(masked_text.is_some(), is_private(&text));
        if let Some(masked_text) = masked_text {
            prop_assert_eq!(masked(&masked_text), None, "{}", masked_text);
        }
    }

    #[test]
    fn a_text_without_digits_never_changes(text in any::<String>()) {
        let text: String = text.chars().filter(|character| symbol(*character).is_none_or(|symbol| symbol > 9)).collect();
        prop_assert_eq!(masked(&text), None);
    }

    #[test]
    fn numbers_with_a_wrong_check_digit_stay(digits in cards(), off in 1..10u8, size in 0..=3usize) {
        let mut digits = digits;
        let last = digits.last_mut().expect("13 digits at least");
        *last = (*last + off) % 10;
        // In one piece or in groups of less than four, no part of it can be a card by itself.
        let gaps: Vec<usize> = (0..19).map(|place: usize| usize::from(size > 0 && place.is_multiple_of(size))).collect();
        let text = grouped(&digits, '0', false, &gaps);
        prop_assert_eq!(masked(&text), None, "{}", text);
    }
}
