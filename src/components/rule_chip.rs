//! Places of the standard, as links to its public text.

use mqttscope_view::standard;
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

/// A numbered statement, such as `MQTT-4.3.3-1` with or without brackets, or a place in words: a chip
/// that leads to the section of the public standard where it stands, in a new tab. Plain text where
/// there is no such page, as for version 3.1.
pub fn rule_chip(version: ProtocolVersion, place: &str) -> Html {
    let section = standard::section_of(place).or_else(|| section_in(place));
    let address = section.and_then(|section| standard::section_address(version, section));
    let (Some(section), Some(address)) = (section, address) else {
        return html! { <span class="rule-chip">{ place.to_owned() }</span> };
    };
    let name = version.name();
    let title = format!("Section {section} of the MQTT {name} standard (opens in a new tab)");
    html! {
        <a class="rule-chip" data-testid="rule-chip" href={address} target="_blank" rel="noopener" {title}>
            { place.to_owned() }
        </a>
    }
}

/// The first section that a phrase names: `4.7.3` of `section 4.7.3`, or of the number alone.
fn section_in(place: &str) -> Option<&str> {
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    if !place.contains("section") && !is_number(&place) {
        return None;
    }
    place.split([' ', ',']).find(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_in_phrases() {
        for (place, section) in [
            ("section 4.7.3", Some("4.7.3")),
            ("sections 1.5.4 and 1.5.6", Some("1.5.4")),
            ("2.2.2.2 and the section of each property", Some("2.2.2.2")),
            ("2.2.3", Some("2.2.3")),
            ("MQTT-1.5.4-1", None),
        ] {
            assert_eq!(section_in(place), section);
        }
    }
}
