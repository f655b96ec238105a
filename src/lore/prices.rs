//! What models cost, by the price list of AWS. Apart from the table, for those who only send requests.
//!
//! A row is a line: the name of a family, behind a geography or before `@REGION` when it costs something else there; then
//! either `xFACTOR`, for that many times the family's own row, or five prices in USD for a million tokens (input, output, cache
//! read, cache write, cache write for an hour; `-` when not known), and `KIND=PRICES` for `batch`, `flex`, `priority`, and
//! `above=TOKENS:PRICES` for prompts of more than so many tokens.

use super::family::Family;
use super::vocabulary::{Geography, Tier};
use super::{id, lines, set};

const TABLE: &str = include_str!("prices.txt");

/// What a model costs, in USD for a million tokens.
///
/// ```
/// use bedrill::lore::Prices;
///
/// let prices = Prices::of("us.anthropic.claude-sonnet-4-5-20250929-v1:0", None).expect("known prices");
/// assert_eq!(prices.on_demand.input, Some(3.3)); // 3, and a tenth more in one geography
/// assert_eq!(prices.rates(None, 300_000).output, Some(24.75)); // dearer above 200,000 tokens
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Prices {
    /// On demand, in the tier `default`.
    pub on_demand: Rates,
    /// In a batch job.
    pub batch: Option<Rates>,
    /// In the tier `flex`.
    pub flex: Option<Rates>,
    /// In the tier `priority`.
    pub priority: Option<Rates>,
    /// For long prompts: the number of tokens that a prompt must exceed, and what all of its tokens and the answer's
    /// then cost on demand. The lowest is first.
    pub steps: Vec<(u64, Rates)>,
    /// By what factor this is dearer here than the family's own price, `1.1` for a tenth.
    pub surcharge: Option<f64>,
}

/// Prices of the kinds of tokens, in USD for a million. `None` means not known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Rates {
    /// Input tokens.
    pub input: Option<f64>,
    /// Output tokens.
    pub output: Option<f64>,
    /// Tokens read from the cache.
    pub cache_read: Option<f64>,
    /// Tokens written to the cache for five minutes.
    pub cache_write: Option<f64>,
    /// Tokens written to the cache for an hour.
    pub cache_write_1h: Option<f64>,
}

impl Prices {
    /// The prices of `model_id`, a model's or an inference profile's, for requests to `region`.
    ///
    /// `None` when they are not known, nor for a geography that no catalogue names for the family. A region without
    /// prices of its own has the family's.
    #[must_use]
    pub fn of(model_id: &str, region: Option<&str>) -> Option<Self> {
        let family = Family::of(model_id)?;
        let name = family.id.as_ref();
        let stem = id::stem(name);
        let geography = id::geography(model_id);
        let own = |name: &str| lines::find(TABLE, name).map(|(_, row)| row);
        let base = own(name).or_else(|| own(stem));
        let special = match (geography, region) {
            (Some(geography), _) => own(&format!("{geography}.{stem}")),
            (None, Some(region)) => own(&format!("{stem}@{region}")),
            (None, None) => None,
        };
        match special.map(|row| (row, row.strip_prefix('x'))) {
            Some((_, Some(factor))) => {
                let factor: f64 = factor.parse().ok()?;
                let mut prices = Self::read(base?).times(factor);
                prices.surcharge = Some(factor);
                Some(prices)
            }
            Some((row, None)) => Some(Self::read(row)),
            None => {
                let named = |geography: &str| {
                    set::named::<Geography>(geography)
                        .is_some_and(|it| family.profiles.is_some_and(|all| all.contains(it)))
                };
                base.filter(|_| geography.is_none_or(named)).map(Self::read)
            }
        }
    }

    /// The day of the price list, `2026-11-28`.
    #[must_use]
    pub fn as_of() -> &'static str {
        lines::as_of(TABLE)
    }

    /// The rates of a request in `tier` with a prompt of so many tokens, read from and written to the cache included.
    ///
    /// A tier without prices of its own costs what `default` costs.
    #[must_use]
    pub fn rates(&self, tier: Option<Tier>, prompt_tokens: u64) -> Rates {
        let own = match tier {
            Some(Tier::Flex) => self.flex,
            Some(Tier::Priority) => self.priority,
            _ => None,
        };
        self.stepped(own, prompt_tokens)
    }

    /// The rates of a request in a batch job; those of `default` where no others are known.
    #[must_use]
    pub fn batch_rates(&self, prompt_tokens: u64) -> Rates {
        self.stepped(self.batch, prompt_tokens)
    }

    fn stepped(&self, own: Option<Rates>, prompt_tokens: u64) -> Rates {
        let step = self.steps.iter().rev().find(|(above, _)| prompt_tokens > *above).map(|(_, rates)| *rates);
        let base = step.unwrap_or(self.on_demand);
        let Some(own) = own else { return base };
        // The tier's part of the price holds for what its list leaves out, and for long prompts.
        let part = match (own.input, self.on_demand.input) {
            (Some(own), Some(of)) if of > 0.0 => own / of,
            _ => 1.0,
        };
        let scaled = base.times(part);
        if step.is_some() { scaled } else { own.or(scaled) }
    }

    fn read(row: &str) -> Self {
        let mut words = row.split(' ');
        let mut prices = Self { on_demand: Rates::read(words.by_ref().take(5)), ..Self::default() };
        for (kind, list) in words.filter_map(|word| word.split_once('=')) {
            let rates = |list: &str| Rates::read(list.split(','));
            match kind {
                "batch" => prices.batch = Some(rates(list)),
                "flex" => prices.flex = Some(rates(list)),
                "priority" => prices.priority = Some(rates(list)),
                _ => prices.steps.extend(
                    list.split_once(':').and_then(|(above, list)| Some((above.parse().ok()?, rates(list)))),
                ),
            }
        }
        prices.steps.sort_by_key(|(above, _)| *above);
        prices
    }

    fn times(self, factor: f64) -> Self {
        let times = |rates: Option<Rates>| rates.map(|rates| rates.times(factor));
        Self {
            on_demand: self.on_demand.times(factor),
            batch: times(self.batch),
            flex: times(self.flex),
            priority: times(self.priority),
            steps: self.steps.into_iter().map(|(above, rates)| (above, rates.times(factor))).collect(),
            surcharge: self.surcharge,
        }
    }
}

impl Rates {
    fn read<'a>(mut list: impl Iterator<Item = &'a str>) -> Self {
        let mut next = || list.next()?.parse().ok();
        Self {
            input: next(),
            output: next(),
            cache_read: next(),
            cache_write: next(),
            cache_write_1h: next(),
        }
    }

    fn times(self, factor: f64) -> Self {
        // Prices have no more than nine decimal places; a product has the noise of its factors behind them.
        let times = |price: Option<f64>| price.map(|price| (price * factor * 1e9).round() / 1e9);
        Self {
            input: times(self.input),
            output: times(self.output),
            cache_read: times(self.cache_read),
            cache_write: times(self.cache_write),
            cache_write_1h: times(self.cache_write_1h),
        }
    }

    /// Fills in from `other` what is not known here.
    fn or(self, other: Self) -> Self {
        Self {
            input: self.input.or(other.input),
            output: self.output.or(other.output),
            cache_read: self.cache_read.or(other.cache_read),
            cache_write: self.cache_write.or(other.cache_write),
            cache_write_1h: self.cache_write_1h.or(other.cache_write_1h),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_of_a_known_family_and_can_be_read() {
        let mut rows = 0;
        for line in TABLE.lines().skip(1) {
            let (name, row) = line.split_once(' ').expect(line);
            let family = name.split('@').next().expect(line);
            assert!(Family::of(family).is_some(), "{line}");
            match row.strip_prefix('x') {
                Some(factor) => assert!(factor.parse::<f64>().is_ok_and(|factor| factor > 0.0), "{line}"),
                None => {
                    let prices = Prices::read(row);
                    assert!(prices.on_demand.input.is_some_and(|price| price > 0.0), "{line}");
                    let words = row.split(' ').skip(5);
                    assert_eq!(
                        words.count(),
                        prices.steps.len()
                            + [prices.batch, prices.flex, prices.priority].iter().flatten().count(),
                        "{line}"
                    );
                }
            }
            rows += 1;
        }
        assert!(rows > 200, "{rows}");
    }

    #[test]
    fn a_geography_a_region_a_tier_and_a_long_prompt_have_their_own_price() {
        let input = |id, region| Prices::of(id, region).and_then(|prices| prices.on_demand.input);
        assert_eq!(input("anthropic.claude-haiku-5-5", None), Some(0.1));
        assert_eq!(input("us.anthropic.claude-haiku-5-5", None), Some(0.11));
        assert_eq!(input("anthropic.claude-haiku-5-5", Some("us-gov-west-1")), Some(0.12));
        assert_eq!(input("il.anthropic.claude-haiku-5-5", None), None);
        assert_eq!(input("acme.writer", None), None);
        let haiku = Prices::of("us.anthropic.claude-haiku-5-5", None).expect("prices");
        assert_eq!(haiku.surcharge, Some(1.1));
        assert_eq!(haiku.rates(None, 100_000).input, Some(0.11));
        assert_eq!(haiku.rates(None, 100_001).input, Some(0.55));
        assert_eq!(haiku.rates(None, 100_001).cache_write_1h, Some(1.1));
        let nova = Prices::of("amazon.nova-2-lite-v1:0", None).expect("prices");
        assert_eq!(nova.rates(Some(Tier::Priority), 1).input, Some(0.525));
        assert_eq!(nova.batch_rates(1).output, Some(1.25));
        // A batch's list does not name the cache; it costs the same part.
        assert_eq!(nova.batch_rates(1).cache_read, Some(0.0375));
    }
}
