//! Finds payment card numbers and IBANs in what people write, and masks them: before a text is stored, and before it is sent.
//!
//! **A card's number** is 13 to 19 digits, in groups with one space or hyphen between them or in one piece; it begins with 22
//! to 27 or 30 to 69, where nearly all payment cards lie among ISO/IEC 7812's numbers; and its check digit (Luhn) is right. What shops'
//! visitors write beside cards looks alike, so these stay as they are:
//! - 13 digits with the check digit of an article number (EAN, ISBN-13), and 15 digits from 35, a telephone's serial number
//!   (IMEI), whose check digit is Luhn's too. No issuer gives out such cards today.
//! - Digits right after a plus (a telephone's number) or a Latin letter (a parcel's or an article's code).
//! - Part of a longer row of groups, such as a parcel's number or a list of sizes. A row gives up a card only in groups of four
//!   digits and more, as cards are printed, so that a month and a year, or a check number, may follow. A group of four before
//!   the first makes it the middle of something else.
//! - Groups between which hyphens and spaces alternate, such as two dates.
//!
//! One in ten of all other numbers of that length and beginning is masked too, since the check digit is right by chance. That
//! is the price: an agent can ask for an order's number again, and nobody can take a card's number back. Tables of issuers
//! would be finer, but they grow old in widgets that are pasted on pages.
//!
//! **An IBAN** (ISO 13616) is two letters, two check digits and 11 to 30 letters and digits, grouped in any way, with more digits
//! than letters (prose has fewer) and a remainder of 1 by ISO 7064 mod 97-10. Where several ends fit, the last one counts.
//!
//! Digits may be ASCII's, Arabic, Persian or fullwidth. Small in Wasm on purpose: plain loops, no tables.

/// The most letters and digits of an IBAN.
const IBAN: usize = 34;
/// The most digits of a card's number.
const CARD: usize = 19;

/// The text with every card's number written as `•••• 4242` and every IBAN as `DE•••• 3000`, in ASCII, whatever their length
/// and script; the rest as it was. None when there is nothing to mask, so never twice.
#[must_use]
pub fn masked(text: &str) -> Option<String> {
    let mut masked = masked_once(text)?;
    // What stood before or after a number that is gone now may be read anew. Each time there are fewer digits.
    while let Some(again) = masked_once(&masked) {
        masked = again;
    }
    Some(masked)
}

/// Whether there is something to mask.
#[must_use]
pub fn is_private(text: &str) -> bool {
    next_number(text, 0).is_some()
}

/// A number to be masked.
struct Found {
    /// Where it stands, in bytes.
    start: usize,
    end: usize,
    /// Its symbols, of which `count` are used: digits as 0 to 9, letters as 10 to 35.
    symbols: [u8; IBAN],
    count: usize,
}

fn masked_once(text: &str) -> Option<String> {
    let mut masked = String::new();
    let mut done = 0;
    while let Some(found) = next_number(text, done) {
        let symbols = found.symbols.get(..found.count)?;
        masked.push_str(text.get(done..found.start)?);
        // A card's number has no letters.
        for symbol in symbols.iter().take(2).filter(|symbol| **symbol > 9) {
            masked.push(written(*symbol));
        }
        masked.push_str("•••• ");
        for symbol in symbols.iter().skip(found.count - 4) {
            masked.push(written(*symbol));
        }
        done = found.end;
    }
    masked.push_str(text.get(done..)?);
    (done > 0).then_some(masked)
}

/// The first number to be masked that begins at byte `from` or later. What is before `from` is no part of any row of groups.
fn next_number(text: &str, from: usize) -> Option<Found> {
    let (before, rest) = text.split_at_checked(from)?;
    let mut previous = before.chars().next_back();
    for (offset, character) in rest.char_indices() {
        let in_a_group = previous.is_some_and(|previous| previous == '+' || symbol(previous).is_some());
        if !in_a_group
            && symbol(character).is_some()
            && let (before, from_here) = rest.split_at_checked(offset)?
            && let Some((length, symbols, count)) = number(before, from_here)
        {
            let start = from + offset;
            return Some(Found { start, end: start + length, symbols, count });
        }
        previous = Some(character);
    }
    None
}

/// The longest number to be masked at the very start of `text`, with its length in bytes; `before` is what stands before it.
fn number(before: &str, text: &str) -> Option<(usize, [u8; IBAN], usize)> {
    let may_have_letters = symbol(text.chars().next()?)? > 9;
    let symbol = |character| symbol(character).filter(|symbol| may_have_letters || *symbol < 10);
    let most = if may_have_letters { IBAN } else { CARD };
    let (mut symbols, mut count, mut end) = ([0; IBAN], 0, 0);
    let mut between = None;
    let mut shortest_group = IBAN;
    let mut found = None;
    loop {
        let group = count;
        for (character, symbol) in text.get(end..)?.chars().map_while(|character| Some((character, symbol(character)?)))
        {
            if count == most {
                return found;
            }
            *symbols.get_mut(count)? = symbol;
            count += 1;
            end += character.len_utf8();
        }
        shortest_group = shortest_group.min(count - group);
        // One space or hyphen, of the same kind as before, and another group after it?
        let mut after = text.get(end..)?.chars();
        let separator = after.next().and_then(|character| Some((separator(character)?, character.len_utf8())));
        let goes_on = separator.filter(|(kind, _)| {
            between.is_none_or(|between| between == *kind) && after.next().is_some_and(|next| symbol(next).is_some())
        });
        let numbers = symbols.get(..count)?;
        let fits = if may_have_letters {
            is_iban(numbers)
        } else {
            let group_before = between.map_or(0, |between| group_before(before, between));
            let is_whole = goes_on.is_none() && group_before == 0;
            is_card(numbers) && (is_whole || shortest_group >= 4 && group_before != 4)
        };
        if fits {
            found = Some((end, symbols, count));
        }
        let Some((kind, bytes)) = goes_on else { return found };
        between = Some(kind);
        end += bytes;
    }
}

/// How many digits stand at the end of `text`, with one separator of this kind after them; 0 when it ends otherwise.
fn group_before(text: &str, kind: Separator) -> usize {
    let mut characters = text.chars().rev();
    if characters.next().and_then(separator) != Some(kind) {
        return 0;
    }
    characters.take_while(|character| symbol(*character).is_some_and(|symbol| symbol < 10)).count()
}

fn is_card(digits: &[u8]) -> bool {
    let [first, second, ..] = digits else { return false };
    let looks_else = match digits.len() {
        13 => check_sum(digits, |digit| 3 * digit).is_multiple_of(10),
        14 | 16..=CARD => false,
        15 => [*first, *second] == [3, 5],
        _ => true,
    };
    matches!(first * 10 + second, 22..=27 | 30..=69)
        && !looks_else
        && check_sum(digits, |digit| if digit > 4 { 2 * digit - 9 } else { 2 * digit }).is_multiple_of(10)
}

/// The sum of the digits, every second one from the right changed before.
fn check_sum(digits: &[u8], change: fn(u8) -> u8) -> u32 {
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        sum += u32::from(if place % 2 == 0 { *digit } else { change(*digit) });
    }
    sum
}

fn is_iban(symbols: &[u8]) -> bool {
    let &[first, second, third, fourth, ..] = symbols else { return false };
    let letters = symbols.iter().filter(|symbol| **symbol > 9).count();
    if symbols.len() < 15 || first < 10 || second < 10 || third > 9 || fourth > 9 || letters * 2 >= symbols.len() {
        return false;
    }
    // The first four symbols go to the end, and a letter counts as two digits.
    let (head, tail) = symbols.split_at(4);
    let mut remainder = 0;
    for symbol in tail.iter().chain(head) {
        remainder = (remainder * if *symbol > 9 { 100 } else { 10 } + u32::from(*symbol)) % 97;
    }
    remainder == 1
}

/// What a digit (0 to 9) or a Latin letter (10 to 35, as ISO 7064 counts) stands for.
fn symbol(character: char) -> Option<u8> {
    let code = u32::from(character);
    // ASCII, Arabic, Persian, fullwidth.
    for zero in [0x30, 0x660, 0x6f0, 0xff10] {
        if let digit @ 0..10 = code.wrapping_sub(zero) {
            return Some(digit as u8);
        }
    }
    character.is_ascii_alphabetic().then(|| character.to_ascii_uppercase() as u8 - b'A' + 10)
}

/// The symbol in ASCII.
fn written(symbol: u8) -> char {
    char::from(if symbol > 9 { b'A' + symbol - 10 } else { b'0' + symbol })
}

/// What may stand between two groups.
#[derive(Clone, Copy, PartialEq)]
enum Separator {
    Space,
    Hyphen,
}

fn separator(character: char) -> Option<Separator> {
    match character {
        // Also non-breaking, thin, narrow and fullwidth ones.
        ' ' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => Some(Separator::Space),
        // Also those that editors make of it.
        '-' | '\u{2010}'..='\u{2014}' | '\u{2212}' | '\u{ff0d}' => Some(Separator::Hyphen),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
