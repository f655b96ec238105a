//! The cost of a response.

use crate::converse::TokenUsage;

/// Prices of a model, in USD per million tokens.
///
/// The four members are those of Moltbot's model entries. Bedrock does not include cached tokens in
/// [`input_tokens`](TokenUsage::input_tokens), so no token is charged twice.
///
/// ```
/// use bedrill::catalog::Cost;
/// use bedrill::converse::TokenUsage;
///
/// let cost = Cost::new(3.0, 15.0).with_cache_read(0.3).with_cache_write(3.75);
/// let usage = TokenUsage::new(1_000, 200, 11_200).with_cache_read_input_tokens(10_000);
/// assert!((cost.of(&usage) - 0.009).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Cost {
    /// Input tokens.
    pub input: f64,
    /// Output tokens.
    pub output: f64,
    /// Tokens read from the cache.
    pub cache_read: f64,
    /// Tokens written to the cache.
    pub cache_write: f64,
}

impl Cost {
    /// Creates prices for what is read and written without a cache. The rest is 0.
    #[must_use]
    pub const fn new(input: f64, output: f64) -> Self {
        Self { input, output, cache_read: 0.0, cache_write: 0.0 }
    }

    /// Sets [`cache_read`](Self::cache_read).
    #[must_use]
    pub const fn with_cache_read(mut self, price: f64) -> Self {
        self.cache_read = price;
        self
    }

    /// Sets [`cache_write`](Self::cache_write).
    #[must_use]
    pub const fn with_cache_write(mut self, price: f64) -> Self {
        self.cache_write = price;
        self
    }

    /// Returns the price of a response, in USD. A negative number of tokens counts as 0.
    #[must_use]
    pub fn of(&self, usage: &TokenUsage) -> f64 {
        [
            (Some(usage.input_tokens), self.input),
            (Some(usage.output_tokens), self.output),
            (usage.cache_read_input_tokens, self.cache_read),
            (usage.cache_write_input_tokens, self.cache_write),
        ]
        .into_iter()
        .map(|(tokens, price)| f64::from(tokens.unwrap_or(0).max(0)) * price / 1e6)
        .sum()
    }

    /// Whether any price is above 0. Moltbot writes 0 for all four when prices are not known, and nothing on Bedrock
    /// is free.
    #[must_use]
    pub fn is_known(&self) -> bool {
        [self.input, self.output, self.cache_read, self.cache_write].iter().any(|price| *price > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_token_has_its_own_price() {
        let cost = Cost { input: 1.0, output: 10.0, cache_read: 100.0, cache_write: 1000.0 };
        let million = 1_000_000;
        let usage = |input, output| TokenUsage::new(input, output, 0);
        assert_eq!(cost.of(&usage(million, 0)), 1.0);
        assert_eq!(cost.of(&usage(0, million)), 10.0);
        assert_eq!(cost.of(&usage(0, 0).with_cache_read_input_tokens(million)), 100.0);
        assert_eq!(cost.of(&usage(0, 0).with_cache_write_input_tokens(million)), 1000.0);
        assert_eq!(cost.of(&usage(-5, million)), 10.0);
    }

    #[test]
    fn four_zeros_are_no_prices() {
        assert!(!Cost::default().is_known());
        assert!(Cost { cache_write: 0.1, ..Cost::default() }.is_known());
    }
}
