//! The cost of a response.

use crate::converse::{CacheTtl, ServiceTierType, TokenUsage};
use crate::lore::{Prices, Rates, Tier};

/// Prices of a model, in USD per million tokens.
///
/// The first four members are those of Moltbot's model entries. Bedrock does not include cached tokens in
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
    /// Tokens written to the cache for five minutes.
    pub cache_write: f64,
    /// Tokens written to the cache for an hour; `None` for twice the input's price, as AWS has it, or nothing where
    /// writing costs nothing.
    pub cache_write_1h: Option<f64>,
}

impl Cost {
    /// Creates prices for what is read and written without a cache. The rest is 0.
    #[must_use]
    pub const fn new(input: f64, output: f64) -> Self {
        Self { input, output, cache_read: 0.0, cache_write: 0.0, cache_write_1h: None }
    }

    /// The prices of a response by the table of [`lore`](crate::lore): those of its tier and of the length of its prompt.
    ///
    /// Tokens whose own price the table does not have cost what input costs. `None` without a price for input and output.
    ///
    /// ```
    /// use bedrill::catalog::Cost;
    /// use bedrill::converse::TokenUsage;
    /// use bedrill::lore::Prices;
    ///
    /// let prices = Prices::of("us.anthropic.claude-haiku-4-5-20251001-v1:0", Some("us-west-2")).expect("known prices");
    /// let usage = TokenUsage::new(1_000_000, 0, 1_000_000);
    /// let cost = Cost::from_table(&prices, None, &usage).expect("known prices");
    /// assert_eq!(cost.of(&usage), 1.1);
    /// ```
    #[must_use]
    pub fn from_table(prices: &Prices, tier: Option<&ServiceTierType>, usage: &TokenUsage) -> Option<Self> {
        let tier = match tier {
            Some(ServiceTierType::Flex) => Some(Tier::Flex),
            Some(ServiceTierType::Priority) => Some(Tier::Priority),
            _ => None,
        };
        Self::from_rates(prices.rates(tier, prompt_tokens(usage)))
    }

    /// As [`from_table`](Self::from_table), for a response of a batch job.
    #[must_use]
    pub fn from_table_for_batch(prices: &Prices, usage: &TokenUsage) -> Option<Self> {
        Self::from_rates(prices.batch_rates(prompt_tokens(usage)))
    }

    fn from_rates(rates: Rates) -> Option<Self> {
        let (input, output) = (rates.input?, rates.output?);
        let cache_write = rates.cache_write.unwrap_or(input);
        Some(Self {
            input,
            output,
            cache_read: rates.cache_read.unwrap_or(input),
            cache_write,
            cache_write_1h: Some(rates.cache_write_1h.unwrap_or(cache_write)),
        })
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

    /// Sets [`cache_write_1h`](Self::cache_write_1h).
    #[must_use]
    pub const fn with_cache_write_1h(mut self, price: f64) -> Self {
        self.cache_write_1h = Some(price);
        self
    }

    /// Returns the price of a response, in USD. A negative number of tokens counts as 0.
    #[must_use]
    pub fn of(&self, usage: &TokenUsage) -> f64 {
        let written = count(usage.cache_write_input_tokens);
        let for_an_hour = for_an_hour(usage).min(written);
        let twice_the_input = if self.cache_write > 0.0 { 2.0 * self.input } else { 0.0 };
        [
            (count(Some(usage.input_tokens)), self.input),
            (count(Some(usage.output_tokens)), self.output),
            (count(usage.cache_read_input_tokens), self.cache_read),
            (written.saturating_sub(for_an_hour), self.cache_write),
            (for_an_hour, self.cache_write_1h.unwrap_or(twice_the_input)),
        ]
        .into_iter()
        .map(|(tokens, price)| tokens as f64 * price / 1e6)
        .sum()
    }

    /// Whether any price is above 0. Moltbot writes 0 for all four when prices are not known, and nothing on Bedrock
    /// is free.
    #[must_use]
    pub fn is_known(&self) -> bool {
        [self.input, self.output, self.cache_read, self.cache_write].iter().any(|price| *price > 0.0)
    }
}

fn count(tokens: Option<i32>) -> u64 {
    tokens.and_then(|tokens| u64::try_from(tokens).ok()).unwrap_or_default()
}

/// What was written to the cache for an hour.
fn for_an_hour(usage: &TokenUsage) -> u64 {
    let details = usage.cache_details.iter().flatten();
    let hours = details.filter(|detail| detail.ttl == CacheTtl::OneHour);
    hours.map(|detail| count(Some(detail.input_tokens))).fold(0, u64::saturating_add)
}

/// All tokens of the prompt.
fn prompt_tokens(usage: &TokenUsage) -> u64 {
    [Some(usage.input_tokens), usage.cache_read_input_tokens, usage.cache_write_input_tokens]
        .into_iter()
        .map(count)
        .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::converse::CacheDetail;

    #[test]
    fn each_kind_of_token_has_its_own_price() {
        let cost =
            Cost { input: 1.0, output: 10.0, cache_read: 100.0, cache_write: 1000.0, cache_write_1h: None };
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

    #[test]
    fn what_is_written_for_an_hour_has_its_own_price() {
        let written = |details: &[(CacheTtl, i32)]| {
            let details = details
                .iter()
                .map(|(ttl, tokens)| CacheDetail::new(ttl.clone(), *tokens))
                .collect::<Vec<_>>();
            TokenUsage::new(0, 0, 9_613).with_cache_write_input_tokens(9_613).with_cache_details(details)
        };
        let configured = Cost::new(5.0, 25.0).with_cache_write(6.25);
        let usd = |cost: &Cost, details: &[(CacheTtl, i32)]| (cost.of(&written(details)) * 1e6).round();
        assert_eq!(usd(&configured, &[(CacheTtl::OneHour, 9_613)]), 96_130.0);
        assert_eq!(usd(&configured, &[(CacheTtl::FiveMinutes, 9_613)]), 60_081.0);
        assert_eq!(usd(&configured, &[(CacheTtl::OneHour, 613), (CacheTtl::FiveMinutes, 9_000)]), 62_380.0);
        // More than was written cannot have been written for an hour.
        assert_eq!(usd(&configured, &[(CacheTtl::OneHour, i32::MAX)]), 96_130.0);
        assert_eq!(usd(&configured.with_cache_write_1h(1.0), &[(CacheTtl::OneHour, 9_613)]), 9_613.0);
        assert_eq!(usd(&Cost::new(5.0, 25.0), &[(CacheTtl::OneHour, 9_613)]), 0.0);
    }

    #[test]
    fn the_table_knows_hours_tiers_batches_and_long_prompts() {
        let million = 1_000_000;
        let of = |id: &str, tier: Option<ServiceTierType>, usage: &TokenUsage| {
            let prices = Prices::of(id, None).expect("known prices");
            (Cost::from_table(&prices, tier.as_ref(), usage).expect("prices").of(usage) * 1e6).round()
        };
        let hour = TokenUsage::new(0, 0, 0)
            .with_cache_write_input_tokens(million)
            .with_cache_details(vec![CacheDetail::new(CacheTtl::OneHour, million)]);
        assert_eq!(of("anthropic.claude-opus-5", None, &hour), 10e6);
        assert_eq!(of("us.anthropic.claude-opus-5", None, &hour), 11e6);
        let short = TokenUsage::new(100_000, 10_000, 110_000);
        assert_eq!(of("amazon.nova-2-lite-v1:0", None, &short), 55_000.0);
        assert_eq!(of("amazon.nova-2-lite-v1:0", Some(ServiceTierType::Priority), &short), 96_250.0);
        // The cache counts towards the length, and a long prompt makes every token dearer.
        let long = TokenUsage::new(100_000, 10_000, 410_000).with_cache_read_input_tokens(300_000);
        assert_eq!(of("global.openai.gpt-6-sol", None, &long), 400_000.0 + 150_000.0 + 120_000.0);
        let prices = Prices::of("amazon.nova-2-lite-v1:0", None).expect("known prices");
        let batch = Cost::from_table_for_batch(&prices, &short).expect("prices");
        assert_eq!((batch.of(&short) * 1e6).round(), 27_500.0);
    }
}
