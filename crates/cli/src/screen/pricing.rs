//! What an answer costs.

use bedrill::ConverseResponse;
use bedrill::catalog::Cost;
use bedrill::lore::Prices;

/// Prices: the configuration's, else those of the table.
#[derive(Debug, Default)]
pub(crate) struct Pricing {
    configured: Option<Cost>,
    /// The model that is asked, and the region.
    asked: Option<(String, String)>,
}

/// What an answer costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bill {
    /// In USD.
    pub(crate) usd: f64,
    /// The day of the prices, for those of the table.
    pub(crate) prices_as_of: Option<&'static str>,
}

impl Pricing {
    /// The configuration's prices, if it has any; else those of `model_id`, asked in `region`.
    pub(crate) fn new(configured: Option<Cost>, model_id: &str, region: &str) -> Self {
        Self { configured, asked: Some((model_id.to_owned(), region.to_owned())) }
    }

    /// What `answer` costs, if its prices are known. `used` is the model that was invoked instead of the one asked.
    pub(crate) fn bill(&self, answer: &ConverseResponse, used: Option<&str>) -> Option<Bill> {
        let usage = answer.usage.as_ref()?;
        if let Some(cost) = self.configured {
            return Some(Bill { usd: cost.of(usage), prices_as_of: None });
        }
        let (asked, region) = self.asked.as_ref()?;
        let router = answer.trace.as_ref().and_then(|trace| trace.prompt_router.as_ref());
        let routed = router.and_then(|router| router.invoked_model_id.as_deref());
        let prices = Prices::of(routed.or(used).unwrap_or(asked), Some(region))?;
        let tier = answer.service_tier.as_ref().map(|tier| &tier.kind);
        let cost = Cost::from_table(&prices, tier, usage)?;
        Some(Bill { usd: cost.of(usage), prices_as_of: Some(Prices::as_of()) })
    }
}
