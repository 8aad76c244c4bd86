//! The text of the faults, a line each.

use mqttscope_protocol::TapFaults;

/// The text that a person changes, and the faults that it knows of. What other pages do meanwhile is done in it, too, so
/// that no page takes away what another has set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) text: String,
    /// Number and line of each.
    known: Vec<(u32, String)>,
}

impl Draft {
    /// The lines that are in force, to be changed.
    pub(super) fn of(told: &TapFaults) -> Self {
        Self::default().follow(told)
    }

    /// Lines of faults that are gone go, those of new ones come behind the others; what a person has written stays.
    pub(super) fn follow(&self, told: &TapFaults) -> Self {
        let active = told.active.iter();
        let now: Vec<(u32, String)> = active
            .map(|active| (active.number, active.line.clone()))
            .collect();
        let mut lines: Vec<&str> = self.text.lines().collect();
        let in_force = |line: &str| now.iter().filter(|(_, other)| other == line).count();
        let has = |lines: &[&str], line: &str| lines.iter().filter(|it| it.trim() == line).count();
        for (_, line) in self.known.iter().filter(|gone| !now.contains(gone)) {
            if has(&lines, line) > in_force(line)
                && let Some(at) = lines.iter().position(|it| it.trim() == line)
            {
                lines.remove(at);
            }
        }
        for (_, line) in now.iter().filter(|new| !self.known.contains(new)) {
            if has(&lines, line) < in_force(line) {
                lines.push(line);
            }
        }
        let is_same = lines.iter().copied().eq(self.text.lines());
        let text = if is_same {
            self.text.clone()
        } else {
            lines.join("\n")
        };
        Self { text, known: now }
    }

    /// The same with this text.
    pub(super) fn with_text(&self, text: String) -> Self {
        Self {
            text,
            known: self.known.clone(),
        }
    }

    /// The same with a line more, behind what is there.
    pub(super) fn with_line(&self, line: &str) -> Self {
        let text = self.text.trim_end();
        self.with_text(if text.is_empty() {
            line.to_owned()
        } else {
            format!("{text}\n{line}")
        })
    }

    /// The numbers of the faults that it knows of.
    pub(super) fn numbers(&self) -> Vec<u32> {
        self.known.iter().map(|(number, _)| *number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_protocol::ActiveFault;

    fn told(faults: &[(u32, &str)]) -> TapFaults {
        let active = faults.iter().map(|(number, line)| ActiveFault {
            number: *number,
            line: (*line).to_owned(),
            struck: 0,
        });
        TapFaults {
            allowed: true,
            active: active.collect(),
            ..TapFaults::default()
        }
    }

    fn draft(text: &str) -> Draft {
        Draft::default().with_text(text.to_owned())
    }

    #[test]
    fn a_line_is_added_behind_the_others() {
        for (text, wanted) in [("", "b"), ("\n\n", "b"), ("a\n", "a\nb")] {
            assert_eq!(draft(text).with_line("b").text, wanted);
        }
    }

    #[test]
    fn what_is_in_force_is_text_again() {
        let draft = Draft::of(&told(&[(3, "cut * at 0"), (4, "lose * PUBACK 1")]));
        assert_eq!(draft.text, "cut * at 0\nlose * PUBACK 1");
        assert_eq!(draft.numbers(), [3, 4]);
        assert_eq!(Draft::of(&TapFaults::default()).text, "");
    }

    #[test]
    fn a_line_that_is_taken_away_leaves_the_text_and_what_is_written_stays() {
        let draft = Draft::of(&told(&[(1, "a"), (2, "b")]));
        let draft = draft.with_text("a\n  b \n# to come\nc".to_owned());
        let draft = draft.follow(&told(&[(1, "a")]));
        assert_eq!(draft.text, "a\n# to come\nc");
        assert_eq!(draft.follow(&told(&[])).text, "# to come\nc");
        // A person took it out of the text before.
        let draft = Draft::of(&told(&[(1, "a")])).with_text(String::new());
        assert_eq!(draft.follow(&told(&[])).text, "");
    }

    #[test]
    fn what_another_page_sets_comes_into_the_text_once() {
        let draft = Draft::of(&told(&[(1, "a")])).with_line("mine");
        let draft = draft.follow(&told(&[(1, "a"), (2, "theirs")]));
        assert_eq!(
            (&*draft.text, draft.numbers()),
            ("a\nmine\ntheirs", vec![1, 2])
        );
        // What was applied is not new.
        let all = told(&[(1, "a"), (2, "theirs"), (3, "mine")]);
        let draft = draft.follow(&all);
        assert_eq!(
            (&*draft.text, draft.numbers()),
            ("a\nmine\ntheirs", vec![1, 2, 3])
        );
        // A line that a person has just taken out does not come back.
        let draft = draft.with_text("a\nmine".to_owned());
        assert_eq!(draft.follow(&all).text, "a\nmine");
    }

    #[test]
    fn the_same_line_may_stand_twice() {
        let draft = Draft::of(&told(&[(1, "a"), (2, "a")]));
        assert_eq!(draft.text, "a\na");
        assert_eq!(draft.follow(&told(&[(2, "a")])).text, "a");
        assert_eq!(
            draft.follow(&told(&[(1, "a"), (2, "a"), (3, "a")])).text,
            "a\na\na"
        );
    }
}
