//! What is written in the form for bytes: bytes, or a case, a conversation that is run. What can be chosen there, what is kept
//! of it with a connection, and its link.

use mqttscope_protocol::{CaseOffers, CaseView, Profile, Verdict, case_fault, is_case};
use mqttscope_wire::{ProtocolVersion, Rule, Seen};

use super::by_hand::{self, Written};
use super::place;
use crate::route::{Page, Route};

/// The name of a case in an address.
const NAME: &str = "case";
/// Characters of the longest title.
const LONGEST_TITLE: usize = 60;

/// What is written in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    /// Bytes that are sent as they are.
    Bytes(Written),
    /// A case that can be run.
    Case,
}

impl Entered {
    /// Reads what is written for a client of this version.
    ///
    /// # Errors
    /// A sentence that names the place.
    pub fn read(text: &str, version: ProtocolVersion) -> Result<Self, String> {
        if !is_case(text) {
            return Written::read(text, version).map(Self::Bytes);
        }
        case_fault(text, version).map_or(Ok(Self::Case), |fault| Err(fault.to_string()))
    }
}

/// How a case went, in words, and the class that colours them; none: it has not come to its end.
#[must_use]
pub fn outcome(case: &CaseView) -> Option<(&'static str, &'static str)> {
    let came = case.came.as_ref()?;
    Some(match came.judged.as_ref()?.verdict {
        Verdict::Kept | Verdict::Allowed => ("went as written", "kept"),
        Verdict::Broken => ("the server did otherwise", "broken"),
        Verdict::NotApplicable | Verdict::Unknown => ("did not come so far", "unknown"),
    })
}

/// Something that breaks just one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The packet that is wrong, or that it takes a conversation.
    pub under: &'static str,
    /// What the rule forbids.
    pub says: String,
    /// The rule's name.
    pub rule: String,
    /// Bytes, or a case.
    pub text: String,
}

/// All that breaks one rule, with the cases as far as they are known, and how many rules of the version a client cannot break.
#[must_use]
pub fn offers(version: ProtocolVersion, cases: Option<&CaseOffers>) -> (Vec<Offer>, usize) {
    let cases = cases.filter(|cases| cases.version == version);
    let (mut offers, mut conversations) = (Vec::new(), Vec::new());
    for case in cases.iter().flat_map(|cases| &cases.offers) {
        let seen = Rule::from_name(&case.rule).map(Rule::seen);
        let (to, under) = match seen {
            Some(Seen::Packet) => (&mut offers, "CONNECT"),
            _ => (&mut conversations, "Conversation"),
        };
        to.push(Offer {
            under,
            says: case.says.clone(),
            rule: case.rule.clone(),
            text: case.text.clone(),
        });
    }
    for (of, group) in by_hand::offers(version) {
        offers.extend(group.into_iter().map(|broken| {
            Offer {
                under: of.name(),
                says: broken
                    .rule
                    .words()
                    .map_or("", |words| words.summary)
                    .to_owned(),
                rule: broken.rule.name().to_owned(),
                text: broken.notation.to_owned(),
            }
        }));
    }
    offers.append(&mut conversations);
    let is_left =
        |rule: &Rule| rule.is_in(version) && offers.iter().all(|offer| offer.rule != rule.name());
    let left = Rule::ALL.into_iter().filter(is_left).count();
    (offers, left)
}

/// Bytes as a case that sends them on a connection of its own, and looks on for a moment.
#[must_use]
pub fn of_bytes(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let sent: String = lines.map(|line| format!("a> bytes {line}\n")).collect();
    format!("; {}\na connect\n{sent}+500", title(text))
}

/// What a text is called: its first comment, or the beginning of its first line.
#[must_use]
pub fn title(text: &str) -> String {
    let is_mark = |letter: char| letter == ';' || letter == '#' || letter.is_whitespace();
    let mut lines = text
        .lines()
        .map(|line| line.trim_start_matches(is_mark).trim_end());
    let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
    first.chars().take(LONGEST_TITLE).collect()
}

/// What a connection keeps with this text, in the place of the one that is called so.
///
/// # Errors
/// There are too many.
pub fn kept(cases: &[String], text: &str) -> Result<Vec<String>, String> {
    let mut all = cases.to_vec();
    let called_so = all.iter_mut().find(|other| title(other) == title(text));
    if let Some(place) = called_so {
        text.clone_into(place);
    } else if cases.len() < Profile::MOST_CASES {
        all.push(text.to_owned());
    } else {
        let most = Profile::MOST_CASES;
        return Err(format!("There are {most} already: delete one first."));
    }
    Ok(all)
}

/// The address that opens the text.
#[must_use]
pub fn link(text: &str) -> String {
    Page::Live.hash_with(Some(&format!("{NAME}={}", place::encoded(text))))
}

/// The text that an address opens.
#[must_use]
pub fn of_link(hash: &str) -> Option<String> {
    let route = Route::of_hash(hash);
    let text = route.value(NAME).filter(|_| route.page == Page::Live)?;
    place::decoded(&text)
}

#[cfg(test)]
mod tests {
    use mqttscope_protocol::CaseOffer;

    use super::*;

    fn case(rule: &str) -> CaseOffer {
        CaseOffer {
            rule: rule.into(),
            says: "It is wrong.".into(),
            text: format!("; {rule}\na connect"),
        }
    }

    #[test]
    fn everything_that_breaks_a_rule_can_be_chosen() {
        let v5 = ProtocolVersion::V5;
        let (packets, left) = offers(v5, None);
        let cases = CaseOffers {
            version: v5,
            offers: vec![case("second-connect"), case("connect-protocol-name")],
        };
        let (all, fewer) = offers(v5, Some(&cases));
        assert_eq!((all.len(), fewer), (packets.len() + 2, left - 2));
        assert_eq!(all[0].under, "CONNECT");
        let last = all.last().unwrap();
        assert_eq!(
            (last.under, &*last.rule),
            ("Conversation", "second-connect")
        );
        // Of another version nothing is known yet.
        let old = offers(ProtocolVersion::V3_1_1, Some(&cases)).0;
        assert!(old.iter().all(|offer| offer.under != "Conversation"));
    }

    #[test]
    fn bytes_are_told_from_a_case() {
        let read = |text: &str| Entered::read(text, ProtocolVersion::V5);
        assert_eq!(read("a connect\na> PINGREQ"), Ok(Entered::Case));
        assert!(matches!(read("c0 00"), Ok(Entered::Bytes(_))));
        assert_eq!(read("a> PING").unwrap_err(), "Line 1: “PING” is no packet.");
        assert!(read("c0 0").unwrap_err().starts_with("Line 1, character 4"));
    }

    #[test]
    fn bytes_become_a_case() {
        let text = of_bytes("# two of them\n30 | \"a\" {} 'hi'\n\nc0 00 # PINGREQ");
        let wanted =
            "; two of them\na connect\na> bytes 30 | \"a\" {} 'hi'\na> bytes c0 00 # PINGREQ\n+500";
        assert_eq!(text, wanted);
        assert_eq!(Entered::read(&text, ProtocolVersion::V5), Ok(Entered::Case));
    }

    #[test]
    fn a_text_is_kept_under_its_title() {
        assert_eq!(title("\n; twice\na connect"), "twice");
        assert_eq!(title("c0 00  # PINGREQ"), "c0 00  # PINGREQ");
        assert_eq!(title(&"x".repeat(100)).len(), LONGEST_TITLE);
        let one = kept(&[], "; a\na connect").unwrap();
        let other = kept(&one, "; b\na connect").unwrap();
        let again = kept(&other, "; a\na> PINGREQ").unwrap();
        assert_eq!(again, ["; a\na> PINGREQ", "; b\na connect"]);
        let full: Vec<String> = (0..Profile::MOST_CASES).map(|n| format!("; {n}")).collect();
        assert!(kept(&full, "; new").is_err());
        assert!(kept(&full, "; 7\nc0 00").is_ok());
    }

    #[test]
    fn a_link_opens_what_it_was_made_of() {
        let text = "; a Fäll & \"mehr\"\na> PUBLISH ~/1 x#?=%";
        assert_eq!(of_link(&link(text)).as_deref(), Some(text));
        assert_eq!(of_link("#/live?case=%ff"), None);
        assert_eq!(of_link("#/dissect?case=a"), None);
        assert_eq!(of_link("#/live"), None);
    }
}
