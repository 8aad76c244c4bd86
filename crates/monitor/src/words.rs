//! What a person reads about a rule.
//!
//! The words of conversation rules stand here and not beside those of packet rules, so that who
//! only reads packets does not carry them. Both come from `requirements/rules.toml`.

mod table;

use mqttscope_wire::{Rule, Words};

/// What a person reads about a rule, of packets or of conversations.
#[must_use]
pub fn words(rule: Rule) -> &'static Words {
    rule.words().unwrap_or_else(|| of_conversation(rule))
}

#[expect(
    clippy::indexing_slicing,
    reason = "the table has one row a rule of conversations, in order, and they come last"
)]
fn of_conversation(rule: Rule) -> &'static Words {
    &table::WORDS[(rule as usize).wrapping_sub(table::FIRST as usize)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_wire::Seen;

    #[test]
    fn every_rule_has_words_in_one_of_the_tables() {
        for rule in Rule::ALL {
            let said = words(rule);
            assert!(!said.summary.is_empty() && !said.message.is_empty());
        }
        let of_conversations = Rule::ALL
            .into_iter()
            .filter(|rule| rule.seen() == Seen::Conversation);
        assert!(of_conversations.map(words).eq(&table::WORDS));
    }
}
