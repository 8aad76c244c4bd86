//! The scenarios that the page brings along.

use super::Scenario;

const TEXT: &str = include_str!("gallery.txt");

/// The scenarios, in the order in which they teach.
#[must_use]
pub fn gallery() -> Vec<Scenario> {
    TEXT.split("\n\n")
        // A test holds that each of them can be read.
        .filter_map(|text| Scenario::parse(text).ok())
        .collect()
}

/// The groups of the gallery: what each is called, and its first scenario.
#[must_use]
pub fn gallery_groups() -> Vec<(&'static str, usize)> {
    TEXT.split("\n\n")
        .enumerate()
        // A remark before a scenario begins a group.
        .filter_map(|(index, text)| Some((text.strip_prefix("# ")?.lines().next()?, index)))
        .collect()
}

/// A title as a part of an address: `QoS 2, PUBREC lost` is `qos2-pubrec-lost`.
#[must_use]
pub fn slug(title: &str) -> String {
    let lower = title.to_lowercase().replace("qos ", "qos");
    let words = lower.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_gallery_stay_as_they_are() {
        let slugs: Vec<String> = gallery().iter().map(|found| slug(&found.title)).collect();
        // People bookmark them and link to them: a title may change only if its address still works.
        let expected = include_str!("../tests/flows/addresses.txt");
        assert_eq!(slugs.join("\n") + "\n", expected);
        let mut once = slugs.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), slugs.len(), "no address twice");
    }

    #[test]
    fn every_scenario_can_be_read_and_says_what_it_shows() {
        let texts: Vec<_> = TEXT.split("\n\n").collect();
        for text in &texts {
            let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert!(!scenario.title.is_empty() && !scenario.watch.is_empty());
        }
        let mut titles: Vec<_> = gallery().into_iter().map(|found| found.title).collect();
        assert_eq!(titles.len(), texts.len());
        let groups = gallery_groups();
        assert_eq!(groups.first(), Some(&("Without faults", 0)));
        assert!(groups.len() > 3 && groups.iter().all(|(_, first)| *first < texts.len()));
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), texts.len(), "no title twice");
    }
}
