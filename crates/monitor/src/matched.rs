//! What several subscriptions say together of a message that all of them match.

use mqttscope_shared::Instant;
use mqttscope_wire::QoS;

/// What the subscriptions that match a topic have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matched {
    /// Subscriptions that match, shared ones included.
    pub(super) count: u32,
    /// Those that are not shared.
    pub(super) plain: u32,
    /// The share, where the only one that matches is shared.
    pub(super) share: Option<u64>,
    /// The highest QoS that any of them may bring.
    pub(super) highest: QoS,
    /// The highest QoS that is certainly granted.
    pub(super) granted: QoS,
    /// The QoS levels that are granted: a bit for each.
    pub(super) levels: u8,
    /// All SUBACKs have come, and nothing was replaced.
    pub(super) settled: bool,
    pub(super) any_retain_as_published: bool,
    pub(super) all_retain_as_published: bool,
    pub(super) all_no_local: bool,
    /// None of them asks for retained messages now.
    pub(super) no_retained: bool,
    pub(super) all_identified: bool,
    /// It replaces one with the same filter, and asks for retained messages only if it were new.
    pub(super) asks_only_if_new: bool,
    /// When the newest was made.
    pub(super) newest: Instant,
    /// When the oldest was made.
    pub(super) oldest: Instant,
}

impl Matched {
    /// The same for one more.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            plain: self.plain.saturating_add(other.plain),
            share: None,
            highest: self.highest.max(other.highest),
            granted: self.granted.max(other.granted),
            levels: self.levels | other.levels,
            settled: self.settled && other.settled,
            any_retain_as_published: self.any_retain_as_published || other.any_retain_as_published,
            all_retain_as_published: self.all_retain_as_published && other.all_retain_as_published,
            all_no_local: self.all_no_local && other.all_no_local,
            no_retained: self.no_retained && other.no_retained,
            all_identified: self.all_identified && other.all_identified,
            asks_only_if_new: self.asks_only_if_new && other.asks_only_if_new,
            newest: self.newest.max(other.newest),
            oldest: self.oldest.min(other.oldest),
        }
    }
}
