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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(groups.first(), Some(&("Calm", 0)));
        assert!(groups.len() > 3 && groups.iter().all(|(_, first)| *first < texts.len()));
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), texts.len(), "no title twice");
    }
}
