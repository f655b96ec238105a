//! What the user knows better than the table.

use std::borrow::Cow;

use super::family::{Family, FamilyMistake, Member};
use super::id;

/// What the user says of families of models, which takes precedence over the table, member by member.
///
/// ```
/// use bedrill::lore::Overlay;
///
/// let mut mine = Overlay::new();
/// mine.set("amazon.nova-lite", "contextWindow", "250000")?;
/// mine.set("acme.writer", "promptCache.in", "system,messages")?;
/// let nova = mine.family("us.amazon.nova-lite-v1:0").expect("a known family");
/// assert_eq!((nova.context_window, nova.max_output), (Some(250_000), Some(10_000)));
/// assert!(mine.family("acme.writer-20260101-v1:0").is_some());
/// # Ok::<(), bedrill::lore::FamilyMistake>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    rows: Vec<Row>,
}

/// What is said of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    name: String,
    /// Members and their values, each checked.
    members: Vec<(Member, String)>,
}

impl Overlay {
    /// Creates an overlay that says nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { rows: Vec::new() }
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Sets a member of a family, as [`Family::set`] does. `name` is a family's, which then means all its dates and
    /// versions, a complete model id, or the ARN of an application profile.
    ///
    /// # Errors
    ///
    /// [`FamilyMistake`] when there is no such member, or its value is something else.
    pub fn set(&mut self, name: &str, member: &str, value: &str) -> Result<(), FamilyMistake> {
        Family::default().set(member, value)?;
        let member = Member::named(member).ok_or(FamilyMistake::Unknown)?;
        let index = self.add(name);
        if let Some(row) = self.rows.get_mut(index) {
            row.members.push((member, value.to_owned()));
        }
        Ok(())
    }

    /// The row of `name`, which is made if there is none.
    fn add(&mut self, name: &str) -> usize {
        self.rows.iter().position(|row| row.name == name).unwrap_or_else(|| {
            self.rows.push(Row { name: name.to_owned(), members: Vec::new() });
            self.rows.len().saturating_sub(1)
        })
    }

    /// As [`Family::of`], with what the overlay says.
    #[must_use]
    pub fn family(&self, model_id: &str) -> Option<Family> {
        self.refine(model_id, None)
    }

    /// Every family of the table, with what the overlay says, and then those that only the overlay names.
    pub fn families(&self) -> impl Iterator<Item = Family> + '_ {
        let own = self.rows.iter().filter(|row| Family::of(&row.name).is_none());
        let names = Family::all().map(|family| family.id).chain(own.map(|row| Cow::Borrowed(&*row.name)));
        names.filter_map(|name| self.family(&name))
    }

    /// What is known of `model_id`; of `base`, the model behind it, where that is known and the id does not name it.
    pub(crate) fn refine(&self, model_id: &str, base: Option<&str>) -> Option<Family> {
        let known = base.and_then(Family::of).or_else(|| Family::of(model_id));
        if self.is_empty() {
            return known;
        }
        let is_known = known.is_some();
        let name = base.or_else(|| id::base_model(model_id)).unwrap_or(model_id);
        let unknown = || Family { id: Cow::Owned(id::stem(name).to_owned()), ..Family::default() };
        let mut family = known.unwrap_or_else(unknown);
        let found = self.apply_to(&mut family, model_id, base);
        (is_known || found).then_some(family)
    }

    /// Changes `family` to what is said of `model_id` and of `base`. Returns whether anything is.
    pub(crate) fn apply_to(&self, family: &mut Family, model_id: &str, base: Option<&str>) -> bool {
        let base = base.or_else(|| id::base_model(model_id)).unwrap_or(model_id);
        let mut names = vec![id::stem(base), base, model_id];
        names.dedup();
        let mut found = false;
        for row in names.into_iter().flat_map(|name| self.rows.iter().filter(move |row| row.name == name)) {
            found = true;
            for (member, value) in &row.members {
                // Checked when it was set.
                let _ = family.set_member(*member, value);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_complete_id_wins_over_what_is_said_of_its_family() {
        let mut mine = Overlay::new();
        let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
        for (name, tokens) in [("acme.writer-v1:0", "2"), ("acme.writer", "1"), (arn, "3")] {
            mine.set(name, "maxOutput", tokens).unwrap();
        }
        let output = |id| mine.family(id).and_then(|family| family.max_output);
        assert_eq!(output("us.acme.writer-v1:0"), Some(2));
        assert_eq!(output("acme.writer-20260101-v1:0"), Some(1));
        assert_eq!(output(arn), Some(3));
        assert_eq!(output("acme.reader"), None);
        let behind = |base| mine.refine(arn, Some(base)).expect("a row");
        assert_eq!(behind("amazon.nova-lite-v1:0").context_window, Some(300_000));
        assert_eq!(behind("acme.writer-v1:0").max_output, Some(3));
    }

    #[test]
    fn a_mistake_changes_nothing() {
        let mut mine = Overlay::new();
        assert_eq!(mine.set("m", "window", "1"), Err(FamilyMistake::Unknown));
        assert_eq!(mine.set("m", "maxOutput", "-1"), Err(FamilyMistake::Expected("a whole number above 0")));
        assert!(mine.is_empty());
    }
}
