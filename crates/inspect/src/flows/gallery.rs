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
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), texts.len(), "no title twice");
    }
}
