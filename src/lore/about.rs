//! What a row of the table rests on: names, sources and dates. Apart from the table, for those who only send requests.
//!
//! A row is a line: the name of a family, the day of the check, labels of sources separated by commas, the end of life or
//! `-`, and the display name. `@LABEL` begins the line that says what a source is.

use super::family::Family;
use super::lines;

const TABLE: &str = include_str!("about.txt");

/// What the row of a family rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// The display name, `Claude Opus 4.8`.
    pub name: Option<&'static str>,
    /// The day on which the row was last checked, `2026-11-28`.
    pub as_of: &'static str,
    /// Where its values come from; what was checked by hand is first.
    pub sources: Vec<&'static str>,
    /// The day on which the service stops serving it, where one is announced.
    pub end_of_life: Option<&'static str>,
}

impl Family {
    /// What the row rests on; `None` for a family that only an overlay names.
    #[must_use]
    pub fn about(&self) -> Option<About> {
        let (_, row) = lines::find(TABLE, &self.id)?;
        let mut columns = row.splitn(4, ' ');
        let as_of = columns.next()?;
        let source = |label: &str| lines::find(TABLE, &format!("@{label}")).map(|(_, source)| source);
        Some(About {
            as_of,
            sources: columns.next()?.split(',').filter_map(source).collect(),
            end_of_life: columns.next().filter(|day| *day != "-"),
            name: columns.next(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::parse_rfc3339;

    #[test]
    fn every_family_has_a_day_and_a_source() {
        let day = |text: &str| parse_rfc3339(&format!("{text}T00:00:00Z")).is_some();
        for family in Family::all() {
            let about = family.about().unwrap_or_else(|| panic!("{}", family.id));
            assert!(day(about.as_of) && about.end_of_life.is_none_or(day), "{about:?}");
            let labels = lines::find(TABLE, &family.id).expect("a row").1.split(' ').nth(1).expect("labels");
            assert_eq!(about.sources.len(), labels.split(',').count(), "{}", family.id);
        }
        let nova = Family::of("us.amazon.nova-lite-v1:0").and_then(|family| family.about()).expect("a row");
        assert_eq!(nova.name, Some("Nova Lite"));
    }
}
