//! New ids for lines and frames.

/// A UUIDv7 (RFC 9562): the page's clock and 74 random bits.
pub fn new_id() -> String {
    let mut random = [0; 10];
    // Without a source of randomness ids of one millisecond would collide; browsers have had one since 2011.
    getrandom::fill(&mut random).expect("browsers give random bytes");
    uuid::Builder::from_unix_timestamp_millis(js_sys::Date::now() as u64, &random).into_uuid().to_string()
}
