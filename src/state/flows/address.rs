//! The address of what the Flows page shows, behind its `#`:
//!
//! | address | shows |
//! |---|---|
//! | `#/flows/qos2-pubrec-lost` | a scenario of the gallery |
//! | `#/flows?TOKEN` | any other scenario, which the token carries |
//! | `…?step=10` | its tenth step |
//! | `…?compare&run=1` | the scenario at QoS 0, 1 and 2, the second in focus |
//! | `…?fork=cut+Publisher+at+470&run=0` | the scenario without and with this fault |

use mqttscope_flows::{Fault, MAX_FAULTS, Scenario, of_link, slug, to_link};

use crate::route::{Page, Route};

/// Which runs are shown beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// One run.
    One,
    /// The scenario without and with a fault.
    Fork(Fault),
    /// The scenario at each QoS.
    Compare,
}

/// What the page shows, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The scenario.
    pub scenario: Scenario,
    /// What of it is shown.
    pub view: View,
    /// The run in focus, where there are several.
    pub run: Option<usize>,
    /// The step, from 0.
    pub step: usize,
}

impl Address {
    /// Reads the part of the address behind the page; none where it says nothing but the page.
    ///
    /// # Errors
    /// It leads nowhere; the text says why.
    pub fn of(route: &Route, gallery: &[Scenario]) -> Result<Option<Self>, String> {
        let query = route.shared.as_deref().unwrap_or_default();
        let parts: Vec<&str> = query.split('&').filter(|part| !part.is_empty()).collect();
        let value = |name: &str| {
            parts
                .iter()
                .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        };
        let scenario = match &route.path {
            Some(path) => gallery
                .iter()
                .find(|scenario| slug(&scenario.title) == *path)
                .cloned()
                .ok_or_else(|| format!("There is no scenario “{path}”."))?,
            None => {
                let Some(token) = parts
                    .first()
                    .filter(|part| **part != "compare" && !part.contains('='))
                else {
                    return Ok(None);
                };
                of_link(token).map_err(|error| error.to_string())?
            }
        };
        let view = if parts.contains(&"compare") {
            View::Compare
        } else if let Some(line) = value("fork") {
            let line = line.replace('+', " ");
            let has_room = scenario.faults.len() < MAX_FAULTS;
            let fault = scenario.fault_of_text(&line).filter(|_| has_room);
            View::Fork(fault.ok_or_else(|| {
                format!("This link names no fault that can happen here: “{line}”.")
            })?)
        } else {
            View::One
        };
        let number = |name: &str| value(name).and_then(|text| text.parse::<usize>().ok());
        Ok(Some(Self {
            scenario,
            view,
            run: number("run"),
            step: number("step").unwrap_or(1).saturating_sub(1),
        }))
    }

    /// The address without its step and the run in focus: whether two are another entry of the
    /// browser's history.
    #[must_use]
    pub fn place(&self, gallery: &[Scenario]) -> String {
        let path = gallery
            .iter()
            .find(|scenario| **scenario == self.scenario)
            .map(|scenario| slug(&scenario.title));
        let mut parts = Vec::new();
        if path.is_none() {
            parts.push(to_link(&self.scenario));
        }
        match &self.view {
            View::One => {}
            View::Compare => parts.push("compare".to_owned()),
            // Names and numbers with spaces between them: nothing else needs to be escaped.
            View::Fork(fault) => parts.push(format!(
                "fork={}",
                self.scenario.fault_text(fault).replace(' ', "+")
            )),
        }
        let page = match path {
            Some(path) => format!("{}/{path}", Page::Flows.hash()),
            None => Page::Flows.hash().to_owned(),
        };
        if parts.is_empty() {
            page
        } else {
            format!("{page}?{}", parts.join("&"))
        }
    }

    /// The whole address.
    #[must_use]
    pub fn hash(&self, gallery: &[Scenario]) -> String {
        let mut hash = self.place(gallery);
        let mut sign = if hash.contains('?') { '&' } else { '?' };
        let run = self.run.filter(|_| self.view != View::One);
        for (name, number) in [
            ("run", run),
            (
                "step",
                Some(self.step.saturating_add(1)).filter(|step| *step > 1),
            ),
        ] {
            if let Some(number) = number {
                hash.push_str(&format!("{sign}{name}={number}"));
                sign = '&';
            }
        }
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_flows::{When, gallery};

    fn read(hash: &str) -> Result<Option<Address>, String> {
        Address::of(&Route::of_hash(hash), &gallery())
    }

    #[test]
    fn addresses_lead_back() {
        let gallery = gallery();
        let own = gallery[2].forked(Fault::RestartBroker {
            at: 9,
            keeps: false,
        });
        for scenario in [&gallery[10], &gallery[30], &own] {
            let cut = Fault::Cut {
                client: 0,
                when: When::At(470),
            };
            for view in [View::One, View::Compare, View::Fork(cut)] {
                for (run, step) in [(None, 0), (Some(1), 0), (Some(0), 9)] {
                    let run = run.filter(|_| view != View::One);
                    let address = Address {
                        scenario: scenario.clone(),
                        view: view.clone(),
                        run,
                        step,
                    };
                    let hash = address.hash(&gallery);
                    assert_eq!(read(&hash), Ok(Some(address)), "{hash}");
                }
            }
        }
    }

    #[test]
    fn addresses_are_short_where_they_can_be() {
        let gallery = gallery();
        let scenario = gallery
            .iter()
            .find(|one| one.title == "QoS 2, PUBREC lost")
            .unwrap();
        let mut address = Address {
            scenario: scenario.clone(),
            view: View::One,
            run: None,
            step: 9,
        };
        assert_eq!(address.hash(&gallery), "#/flows/qos2-pubrec-lost?step=10");
        address.view = View::Fork(Fault::Cut {
            client: 1,
            when: When::At(470),
        });
        address.step = 0;
        assert_eq!(
            address.hash(&gallery),
            "#/flows/qos2-pubrec-lost?fork=cut+Subscriber+at+470"
        );
        address.view = View::Compare;
        address.run = Some(2);
        assert_eq!(
            address.hash(&gallery),
            "#/flows/qos2-pubrec-lost?compare&run=2"
        );
    }

    #[test]
    fn what_leads_nowhere_says_why() {
        assert_eq!(read("#/flows"), Ok(None));
        assert_eq!(read("#/flows?step=3"), Ok(None));
        assert!(read("#/flows/unknown").unwrap_err().contains("“unknown”"));
        let damaged = "This link is damaged: part of it is missing or changed.";
        assert_eq!(read("#/flows?AAAA").unwrap_err(), damaged);
        assert!(
            read("#/flows/slow-link?fork=cut+Nobody")
                .unwrap_err()
                .contains("cut Nobody")
        );
        assert_eq!(read("#/flows/slow-link?step=x").unwrap().unwrap().step, 0);
    }

    #[test]
    fn no_address_panics() {
        for path in ["", "/", "/x", "/slow-link", "/-/"] {
            for query in [
                "",
                "?",
                "?&",
                "?=",
                "?compare",
                "?fork",
                "?fork=",
                "?run=-1&step=0",
                "?step=99999999999999999999",
                "?AQ&compare&fork=x",
            ] {
                let _ = read(&format!("#/flows{path}{query}"));
            }
        }
    }
}
