//! A row of the table of families, as JSON.

use bedrill::lore::{Family, FamilyValue, Prices, Rates};
use serde_json::{Map, Value, json};

/// Everything that is known of a family, under names like the overlay's.
pub(super) fn document(family: &Family) -> Value {
    let mut document = Map::new();
    document.insert("id".to_owned(), json!(family.id));
    let about = family.about();
    document.insert("name".to_owned(), json!(about.as_ref().and_then(|about| about.name)));
    for (name, value) in family.members() {
        let value = match value {
            FamilyValue::Number(number) => json!(number),
            FamilyValue::Flag(flag) => json!(flag),
            FamilyValue::Text(text) => json!(text),
            FamilyValue::Words(words) => json!(words),
            _ => continue,
        };
        match name.split_once('.') {
            None => document.insert(name.to_owned(), value),
            Some((outer, inner)) => {
                let outer = document.entry(outer).or_insert_with(|| json!({}));
                outer.as_object_mut().and_then(|members| members.insert(inner.to_owned(), value))
            }
        };
    }
    if let Some(prices) = Prices::of(&family.id, None) {
        document.insert("prices".to_owned(), prices_json(&prices));
    }
    document.insert("asOf".to_owned(), json!(about.as_ref().map(|about| about.as_of)));
    document.insert("endOfLife".to_owned(), json!(about.as_ref().and_then(|about| about.end_of_life)));
    document.insert("sources".to_owned(), json!(about.map(|about| about.sources).unwrap_or_default()));
    Value::Object(document)
}

/// In USD per million tokens.
pub(super) fn prices_json(prices: &Prices) -> Value {
    let mut document = rates(&prices.on_demand);
    for (name, tier) in [("batch", prices.batch), ("flex", prices.flex), ("priority", prices.priority)] {
        if let Some(tier) = tier {
            document.insert(name.to_owned(), Value::Object(rates(&tier)));
        }
    }
    if !prices.steps.is_empty() {
        let step = |(above, prices): &(u64, Rates)| {
            let mut step = rates(prices);
            step.insert("above".to_owned(), json!(above));
            Value::Object(step)
        };
        document.insert("steps".to_owned(), prices.steps.iter().map(step).collect());
    }
    Value::Object(document)
}

fn rates(rates: &Rates) -> Map<String, Value> {
    let all = [
        ("input", rates.input),
        ("output", rates.output),
        ("cacheRead", rates.cache_read),
        ("cacheWrite", rates.cache_write),
        ("cacheWrite1h", rates.cache_write_1h),
    ];
    all.into_iter().filter_map(|(name, price)| Some((name.to_owned(), json!(price?)))).collect()
}
