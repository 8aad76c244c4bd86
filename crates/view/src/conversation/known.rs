//! What can be known of a conversation that has no times, or of one side of it.

use mqttscope_wire::Rule;

/// Whether a rule compares times, which text does not have.
pub(super) const fn rests_on_time(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::KeepAliveMissed
            | Rule::KeepAliveNotEnforced
            | Rule::PingreqUnanswered
            | Rule::PublishUnacknowledged
            | Rule::PubrecUnanswered
            | Rule::PubrelUnanswered
            | Rule::SubscribeUnanswered
            | Rule::UnsubscribeUnanswered
            | Rule::ConnectUnanswered
            | Rule::OpenAfterDisconnect
            | Rule::ExpiredMessageSent
            | Rule::ExpiryNotReduced
            | Rule::WillNotPublished
            | Rule::WillDespiteReturn
            // A session or a message may have expired meanwhile.
            | Rule::SessionLost
            | Rule::RetainedNotSent
            | Rule::MessageSkipped
    )
}

/// Whether a rule speaks of a stream in which the monitor looks for packets. Here they are found before, and what is none is
/// shown where it stands.
pub(super) const fn speaks_of_stream(rule: Rule) -> bool {
    matches!(rule, Rule::StreamWithoutPackets)
}

/// Whether the times of the packets that are there show that such a rule is broken. What expires in a
/// session or outside the text is not shown by them.
pub(super) const fn shown_by_times(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::KeepAliveMissed | Rule::KeepAliveNotEnforced | Rule::PingreqUnanswered
    )
}

#[cfg(test)]
mod tests {
    use mqttscope_monitor::{shown_by_one_side, words};
    use mqttscope_wire::Seen;

    use super::*;

    #[test]
    fn rules_that_speak_of_seconds_rest_on_time() {
        for rule in Rule::ALL {
            let speaks = [" s.", " s ", " s,"]
                .iter()
                .any(|seconds| words(rule).message.contains(&format!("}}{seconds}")));
            if rule.seen() == Seen::Conversation && speaks && rule != Rule::SessionExpiryAfterZero {
                assert!(rests_on_time(rule), "{}", rule.name());
            }
            assert!(!(rests_on_time(rule) && shown_by_one_side(rule)));
        }
    }
}
