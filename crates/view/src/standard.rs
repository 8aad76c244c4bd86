//! Where the public text of a standard says something: addresses of its sections.
//!
//! OASIS publishes each version as one HTML page whose headings carry numbered anchors, one after the
//! other in the order of the table of contents. So a section's anchor is the first one's number and the
//! section's place in that order. Nothing of the text itself is here.

use mqttscope_wire::ProtocolVersion;

/// The sections of MQTT 5.0, in the order of their headings; the first one's anchor is `_Toc3901000`.
const V5: &str = "1 1.0 1.1 1.2 1.3 1.4 1.5 1.5.1 1.5.2 1.5.3 1.5.4 1.5.5 1.5.6 1.5.7 1.6 1.7 1.8 1.8.1 1.8.2 \
2 2.1 2.1.1 2.1.2 2.1.3 2.1.4 2.2 2.2.1 2.2.2 2.2.2.1 2.2.2.2 2.3 2.4 \
3 3.1 3.1.1 3.1.2 3.1.2.1 3.1.2.2 3.1.2.3 3.1.2.4 3.1.2.5 3.1.2.6 3.1.2.7 3.1.2.8 3.1.2.9 3.1.2.10 3.1.2.11 \
3.1.2.11.1 3.1.2.11.2 3.1.2.11.3 3.1.2.11.4 3.1.2.11.5 3.1.2.11.6 3.1.2.11.7 3.1.2.11.8 3.1.2.11.9 3.1.2.11.10 \
3.1.2.12 3.1.3 3.1.3.1 3.1.3.2 3.1.3.2.1 3.1.3.2.2 3.1.3.2.3 3.1.3.2.4 3.1.3.2.5 3.1.3.2.6 3.1.3.2.7 3.1.3.2.8 \
3.1.3.3 3.1.3.4 3.1.3.5 3.1.3.6 3.1.4 \
3.2 3.2.1 3.2.2 3.2.2.1 3.2.2.1.1 3.2.2.2 3.2.2.3 3.2.2.3.1 3.2.2.3.2 3.2.2.3.3 3.2.2.3.4 3.2.2.3.5 3.2.2.3.6 \
3.2.2.3.7 3.2.2.3.8 3.2.2.3.9 3.2.2.3.10 3.2.2.3.11 3.2.2.3.12 3.2.2.3.13 3.2.2.3.14 3.2.2.3.15 3.2.2.3.16 \
3.2.2.3.17 3.2.2.3.18 3.2.3 \
3.3 3.3.1 3.3.1.1 3.3.1.2 3.3.1.3 3.3.1.4 3.3.2 3.3.2.1 3.3.2.2 3.3.2.3 3.3.2.3.1 3.3.2.3.2 3.3.2.3.3 3.3.2.3.4 \
3.3.2.3.5 3.3.2.3.6 3.3.2.3.7 3.3.2.3.8 3.3.2.3.9 3.3.3 3.3.4 \
3.4 3.4.1 3.4.2 3.4.2.1 3.4.2.2 3.4.2.2.1 3.4.2.2.2 3.4.2.2.3 3.4.3 3.4.4 \
3.5 3.5.1 3.5.2 3.5.2.1 3.5.2.2 3.5.2.2.1 3.5.2.2.2 3.5.2.2.3 3.5.3 3.5.4 \
3.6 3.6.1 3.6.2 3.6.2.1 3.6.2.2 3.6.2.2.1 3.6.2.2.2 3.6.2.2.3 3.6.3 3.6.4 \
3.7 3.7.1 3.7.2 3.7.2.1 3.7.2.2 3.7.2.2.1 3.7.2.2.2 3.7.2.2.3 3.7.3 3.7.4 \
3.8 3.8.1 3.8.2 3.8.2.1 3.8.2.1.1 3.8.2.1.2 3.8.2.1.3 3.8.3 3.8.3.1 3.8.4 \
3.9 3.9.1 3.9.2 3.9.2.1 3.9.2.1.1 3.9.2.1.2 3.9.2.1.3 3.9.3 \
3.10 3.10.1 3.10.2 3.10.2.1 3.10.2.1.1 3.10.2.1.2 3.10.3 3.10.4 \
3.11 3.11.1 3.11.2 3.11.2.1 3.11.2.1.1 3.11.2.1.2 3.11.2.1.3 3.11.3 \
3.12 3.12.1 3.12.2 3.12.3 3.12.4 3.13 3.13.1 3.13.2 3.13.3 3.13.4 \
3.14 3.14.1 3.14.2 3.14.2.1 3.14.2.2 3.14.2.2.1 3.14.2.2.2 3.14.2.2.3 3.14.2.2.4 3.14.2.2.5 3.14.3 3.14.4 \
3.15 3.15.1 3.15.2 3.15.2.1 3.15.2.2 3.15.2.2.1 3.15.2.2.2 3.15.2.2.3 3.15.2.2.4 3.15.2.2.5 3.15.3 3.15.4 \
4 4.1 4.1.1 4.1.2 4.2 4.3 4.3.1 4.3.2 4.3.3 4.4 4.5 4.6 4.7 4.7.1 4.7.1.1 4.7.1.2 4.7.1.3 4.7.2 4.7.3 \
4.8 4.8.1 4.8.2 4.9 4.10 4.10.1 4.10.2 4.11 4.12 4.12.1 4.13 4.13.1 4.13.2 \
5 5.1 5.2 5.3 5.4 5.4.1 5.4.2 5.4.3 5.4.4 5.4.5 5.4.6 5.4.7 5.4.8 5.4.9 5.4.9.1 5.4.9.2 5.4.9.3 5.4.10 5.4.11 \
5.4.12 5.4.12.1 5.4.12.2 5.4.12.3 5.4.12.4 6 6.1 7";

/// The sections of MQTT 3.1.1 that have an anchor: those of three levels at most. The first one's is
/// `_Toc398718008`.
const V3_1_1: &str = "1 1.1 1.2 1.3 1.4 1.5 1.5.1 1.5.2 1.5.3 1.6 2 2.1 2.2 2.2.1 2.2.2 2.2.3 2.3 2.3.1 2.4 \
3 3.1 3.1.1 3.1.2 3.1.3 3.1.4 3.2 3.2.1 3.2.2 3.2.3 3.3 3.3.1 3.3.2 3.3.3 3.3.4 3.3.5 \
3.4 3.4.1 3.4.2 3.4.3 3.4.4 3.5 3.5.1 3.5.2 3.5.3 3.5.4 3.6 3.6.1 3.6.2 3.6.3 3.6.4 3.7 3.7.1 3.7.2 3.7.3 3.7.4 \
3.8 3.8.1 3.8.2 3.8.3 3.8.4 3.9 3.9.1 3.9.2 3.9.3 3.10 3.10.1 3.10.2 3.10.3 3.10.4 3.11 3.11.1 3.11.2 3.11.3 \
3.12 3.12.1 3.12.2 3.12.3 3.12.4 3.13 3.13.1 3.13.2 3.13.3 3.14 3.14.1 3.14.2 3.14.3 3.14.4 \
4 4.1 4.1.1 4.2 4.3 4.3.1 4.3.2 4.3.3 4.4 4.5 4.6 4.7 4.7.1 4.7.2 4.7.3 4.8 \
5 5.1 5.2 5.3 5.4 5.4.1 5.4.2 5.4.3 5.4.4 5.4.5 5.4.6 5.4.7 5.4.8 5.4.9 5.4.10 5.4.11 6 6.1 7";

/// The address of the section of a numbered statement, such as `MQTT-4.3.3-1`; none where the version's
/// standard numbers none.
#[must_use]
pub fn statement_address(version: ProtocolVersion, statement: &str) -> Option<String> {
    section_address(version, section_of(statement)?)
}

/// The section of a numbered statement: `4.3.3` of `MQTT-4.3.3-1`, with or without brackets. What is
/// numbered `4.4.0` stands in section 4.4 itself.
#[must_use]
pub fn section_of(statement: &str) -> Option<&str> {
    let number = statement.trim_matches(['[', ']']).strip_prefix("MQTT-")?;
    let (section, _) = number.split_once('-')?;
    let mut section = section;
    while let Some(parent) = section.strip_suffix(".0") {
        section = parent;
    }
    Some(section)
}

/// The address of a section, such as `3.2.2.3.4`; of the section around it where it has no anchor.
#[must_use]
pub fn section_address(version: ProtocolVersion, section: &str) -> Option<String> {
    let (page, first, sections) = match version {
        ProtocolVersion::V5 => ("v5.0/os/mqtt-v5.0-os", 3_901_000, V5),
        ProtocolVersion::V3_1_1 => ("v3.1.1/os/mqtt-v3.1.1-os", 398_718_008, V3_1_1),
        ProtocolVersion::V3_1 => return None,
    };
    let mut section = section;
    loop {
        if let Some(at) = sections.split(' ').position(|one| one == section) {
            let anchor = at.saturating_add(first);
            return Some(format!(
                "https://docs.oasis-open.org/mqtt/mqtt/{page}.html#_Toc{anchor}"
            ));
        }
        section = section.rsplit_once('.')?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(version: ProtocolVersion, section: &str) -> String {
        let address = section_address(version, section).unwrap();
        address.split_once("#_Toc").unwrap().1.to_owned()
    }

    /// Anchors that others link to.
    #[test]
    fn sections_have_the_anchors_of_the_published_page() {
        for (section, expected) in [
            ("1.5.4", "3901010"),
            ("2.2.2", "3901027"),
            ("3.1", "3901033"),
            ("3.1.2.10", "3901045"),
            ("3.1.3.1", "3901059"),
            ("3.2.2.2", "3901079"),
            ("3.3", "3901100"),
            ("3.3.1.2", "3901103"),
            ("3.3.1.3", "3901104"),
            ("3.3.2.3.4", "3901113"),
            ("3.4", "3901121"),
            ("3.8", "3901161"),
            ("3.9", "3901171"),
            ("3.14", "3901205"),
            ("3.15.2", "3901219"),
            ("3.15.2.2", "3901221"),
            ("4.3", "3901234"),
            ("4.7.3", "3901247"),
            ("4.8.2", "3901250"),
            ("4.13.2", "3901260"),
            ("6", "3901285"),
            ("7", "3901287"),
        ] {
            assert_eq!(anchor(ProtocolVersion::V5, section), expected, "{section}");
        }
        for (section, expected) in [
            ("2.2", "398718020"),
            ("3.1", "398718028"),
            ("3.1.3", "398718031"),
            ("3.2", "398718033"),
            ("3.4", "398718043"),
            ("3.7", "398718058"),
            ("3.12", "398718081"),
            ("3.14", "398718090"),
            ("4.7", "398718106"),
            ("4.7.3", "398718109"),
            ("6", "398718127"),
            // It has no anchor of its own.
            ("3.1.2.4", "398718030"),
        ] {
            assert_eq!(anchor(ProtocolVersion::V3_1_1, section), expected);
        }
    }

    #[test]
    fn every_statement_has_a_place() {
        for (version, table) in [
            (
                ProtocolVersion::V5,
                include_str!("../../../requirements/v5.toml"),
            ),
            (
                ProtocolVersion::V3_1_1,
                include_str!("../../../requirements/v3_1_1.toml"),
            ),
        ] {
            let ids = table.lines().filter_map(|line| line.strip_prefix("id = "));
            let mut count = 0;
            for id in ids.map(|id| id.trim_matches('"')) {
                let section = section_of(id).unwrap();
                assert!(statement_address(version, id).is_some(), "{id}");
                let sections = if version.is_v5() { V5 } else { V3_1_1 };
                let is_appendix = section.starts_with('7');
                assert!(
                    is_appendix || sections.split(' ').any(|one| one == section),
                    "{id}"
                );
                count += 1;
            }
            assert!(count > 100);
        }
        assert_eq!(
            statement_address(ProtocolVersion::V3_1, "MQTT-4.3.3-1"),
            None
        );
        assert_eq!(section_of("[MQTT-4.4.0-1]"), Some("4.4"));
        assert_eq!(section_of("section 3.1"), None);
    }
}
