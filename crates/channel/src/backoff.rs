//! How long to wait before connecting again: exponential, with full jitter.
//!
//! Full jitter spreads the clients of a restarted backend evenly (M. Brooker, "Exponential Backoff And Jitter", 2015).

/// The longest first wait, in milliseconds.
const FIRST_MS: f64 = 500.0;
/// The longest wait ever, in milliseconds.
const LONGEST_MS: f64 = 30_000.0;

/// Milliseconds to wait before attempt number `failures + 1`, given `random` in `0.0..1.0`.
pub fn wait_ms(failures: u32, random: f64) -> u32 {
    let ceiling = (FIRST_MS * 2f64.powi(failures.saturating_sub(1).min(16) as i32)).min(LONGEST_MS);
    (ceiling * random.clamp(0.0, 1.0)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn waits_grow_with_failures_but_never_beyond_half_a_minute(failures in 0u32..100, random in 0.0f64..1.0) {
            let wait = wait_ms(failures, random);
            prop_assert!(wait <= 30_000);
            prop_assert!(wait <= wait_ms(failures + 1, random));
        }
    }

    #[test]
    fn the_first_wait_is_at_most_half_a_second() {
        assert_eq!(wait_ms(1, 1.0), 500);
        assert_eq!(wait_ms(1, 0.0), 0);
    }
}
