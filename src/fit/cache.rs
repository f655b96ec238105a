//! Cache points: where they may stand, how many there may be, and how long they last.

use super::{Action, Cause, Fitting};
use crate::converse::{CachePoint, CacheTtl, ContentBlock, ConverseRequest, SystemContentBlock, Tool};
use crate::lore::CachePlace;

impl Fitting<'_> {
    /// Drops the cache points that the model does not take.
    pub(super) fn cache_points(&mut self) {
        let cache = self.family.prompt_cache;
        let [tools, system, messages] = count(&self.request, &|_| true);
        let total = tools.saturating_add(system).saturating_add(messages);
        if total == 0 {
            return;
        }
        let mut left = [tools, system, messages];
        for (index, place, member) in [
            (0, CachePlace::Tools, "the cache point in toolConfig.tools"),
            (1, CachePlace::System, "the cache point in system"),
            (2, CachePlace::Messages, "the cache point in messages"),
        ] {
            let taken = cache.places.is_none_or(|places| places.contains(place));
            if let Some(count) = left.get_mut(index).filter(|count| **count > 0 && !taken) {
                *count = 0;
                remove(self.request.to_mut(), place, usize::MAX);
                self.note(member, Action::LeftOut, Cause::NotTaken);
            }
        }
        let remaining: usize = left.iter().sum();
        let most = cache.max_points.and_then(|most| usize::try_from(most).ok());
        if let Some(most) = most.filter(|most| remaining > *most) {
            let surplus = remaining.saturating_sub(most);
            // The last of a conversation covers what the earlier ones do.
            let in_messages = remove(self.request.to_mut(), CachePlace::Messages, surplus);
            let in_system =
                remove(self.request.to_mut(), CachePlace::System, surplus.saturating_sub(in_messages));
            let rest = surplus.saturating_sub(in_messages).saturating_sub(in_system);
            remove(self.request.to_mut(), CachePlace::Tools, rest);
            let (from, to) = (remaining.to_string(), most.to_string());
            self.note("the number of cache points", Action::Lowered { from, to }, Cause::AboveMaximum);
        }
        if cache.one_hour == Some(false) && count(&self.request, &is_long) != [0; 3] {
            shorten(self.request.to_mut());
            let (from, to) = ("1h".to_owned(), "5m".to_owned());
            self.note("the ttl of cache points", Action::Lowered { from, to }, Cause::AboveMaximum);
        }
    }
}

fn is_long(point: &CachePoint) -> bool {
    point.ttl == Some(CacheTtl::OneHour)
}

/// The cache points that `is_counted`, behind tools, in the system prompt, in messages.
fn count(request: &ConverseRequest, is_counted: &dyn Fn(&CachePoint) -> bool) -> [usize; 3] {
    let tools = request.tool_config.iter().flat_map(|config| &config.tools);
    let tools = tools.filter(|tool| matches!(tool, Tool::CachePoint(point) if is_counted(point)));
    let system = request.system.iter().flatten();
    let system =
        system.filter(|block| matches!(block, SystemContentBlock::CachePoint(point) if is_counted(point)));
    let blocks = request.messages.iter().flatten().flat_map(|message| &message.content);
    let blocks = blocks.filter(|block| matches!(block, ContentBlock::CachePoint(point) if is_counted(point)));
    [tools.count(), system.count(), blocks.count()]
}

/// Removes the first `most` cache points of a place, and returns how many there were.
fn remove(request: &mut ConverseRequest, place: CachePlace, most: usize) -> usize {
    let mut removed = 0_usize;
    let mut keep = |is_point: bool| {
        let dropped = is_point && removed < most;
        removed = removed.saturating_add(dropped.into());
        !dropped
    };
    match place {
        CachePlace::Tools => {
            if let Some(config) = &mut request.tool_config {
                config.tools.retain(|tool| keep(matches!(tool, Tool::CachePoint(_))));
            }
        }
        CachePlace::System => {
            if let Some(system) = &mut request.system {
                system.retain(|block| keep(matches!(block, SystemContentBlock::CachePoint(_))));
            }
            request.system = request.system.take().filter(|system| !system.is_empty());
        }
        CachePlace::Messages => {
            for message in request.messages.iter_mut().flatten() {
                message.content.retain(|block| keep(matches!(block, ContentBlock::CachePoint(_))));
            }
        }
    }
    removed
}

/// Makes all cache points last the usual five minutes.
fn shorten(request: &mut ConverseRequest) {
    for tool in request.tool_config.iter_mut().flat_map(|config| &mut config.tools) {
        if let Tool::CachePoint(point) = tool {
            point.ttl = None;
        }
    }
    for block in request.system.iter_mut().flatten() {
        if let SystemContentBlock::CachePoint(point) = block {
            point.ttl = None;
        }
    }
    for block in request.messages.iter_mut().flatten().flat_map(|message| &mut message.content) {
        if let ContentBlock::CachePoint(point) = block {
            point.ttl = None;
        }
    }
}
