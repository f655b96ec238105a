//! How much the model thinks, in the words of its family.

use super::{Action, Cause, Fitting};
use crate::converse::Words;
use crate::lore::{ReasoningOff, ThinkingLevel};

const LEVEL: &str = "the thinking level";

impl Fitting<'_> {
    /// Writes the wish for thinking.
    pub(super) fn thinking(&mut self) {
        if self.request.thinking.is_none() {
            return;
        }
        let Some(written) = self.request.to_mut().write_thinking(self.family) else { return };
        let asked = written.asked;
        let changed = |to: &str| (asked.to_string(), to.to_owned());
        let off = asked == ThinkingLevel::Off;
        let (action, cause) = match written.words {
            Words::Level(level) => {
                let (from, to) = changed(level.as_str());
                match asked.cmp(&level) {
                    _ if off => (Action::Raised { from, to }, Cause::AlwaysThinks),
                    std::cmp::Ordering::Less => (Action::Raised { from, to }, Cause::NoSuchLevel),
                    std::cmp::Ordering::Greater => (Action::Lowered { from, to }, Cause::NoSuchLevel),
                    std::cmp::Ordering::Equal => return self.raised(written.raised),
                }
            }
            Words::Off(off @ ReasoningOff::BetweenTools) => {
                let (from, to) = changed(off.as_str());
                (Action::Replaced { from, to }, Cause::AlwaysThinks)
            }
            Words::Off(_) => return,
            Words::Silent if off => (Action::LeftOut, Cause::AlwaysThinks),
            Words::Silent => (Action::LeftOut, Cause::NoLevels),
            Words::Cannot => (Action::LeftOut, Cause::CannotThink),
            Words::NotKnown => (Action::LeftOut, Cause::NotKnown),
        };
        self.note(LEVEL, action, cause);
        self.raised(written.raised);
    }

    fn raised(&mut self, raised: Option<(i32, i32)>) {
        if let Some((from, to)) = raised {
            let action = Action::Raised { from: from.to_string(), to: to.to_string() };
            self.note(super::parameters::MAX_TOKENS, action, Cause::ThinkingBudget);
        }
    }
}
