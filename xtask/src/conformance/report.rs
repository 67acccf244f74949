//! Reads kosoku's index.json (the format of Autobahn's own) and judges it.

use std::{collections::BTreeMap, fmt::Write};

use anyhow::{Context, Result};
use serde_json::Value;

/// The groups that must pass, and how many cases each has, so that a case that is not run is noticed.
pub(super) const GROUPS: [(&str, usize); 11] = [
    ("1", 16),
    ("2", 11),
    ("3", 7),
    ("4", 10),
    ("5", 20),
    ("6", 145),
    ("7", 37),
    ("9", 54),
    ("10", 1),
    // Compression: a thousand messages each, of up to 128 KiB; then with each of the extension's parameters.
    ("12", 90),
    ("13", 126),
];

/// The allowed cases: name and cause.
type Allowed = [(&'static str, &'static str)];

/// How each case ended: its exchange of messages, and its close.
pub(super) struct Report(BTreeMap<String, (String, String)>);

impl Report {
    /// Reads `{agent: {case: {behavior, behaviorClose, …}}}`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let index: Value = serde_json::from_str(text)?;
        let agents = index.as_object().context("the report is not an object")?;
        let mut cases = BTreeMap::new();
        for (case, result) in agents.values().filter_map(Value::as_object).flatten() {
            let word = |key: &str| result[key].as_str().unwrap_or("missing").to_owned();
            cases.insert(case.clone(), (word("behavior"), word("behaviorClose")));
        }
        Ok(Self(cases))
    }

    /// What is wrong, a line each; nothing where all is well.
    pub(super) fn faults(&self, allowed: &Allowed) -> Vec<String> {
        let mut faults = Vec::new();
        for (group, expected) in GROUPS {
            let count = self.group(group).count();
            if count != expected {
                faults.push(format!("group {group}: {count} cases were run, {expected} expected"));
            }
        }
        for (case, (behavior, close)) in &self.0 {
            let excused = behavior == "NON-STRICT" && is_allowed(allowed, case);
            if !excused && !is_good(behavior) {
                faults.push(format!("case {case}: {behavior}"));
            }
            if !is_good(close) {
                faults.push(format!("case {case}: {close} at its close"));
            }
        }
        for (case, _) in allowed {
            if self.0.get(*case).is_none_or(|(behavior, _)| behavior != "NON-STRICT") {
                faults.push(format!("case {case} is listed as non-strict, and is not: take it off the list"));
            }
        }
        faults
    }

    /// A table of the groups, and the allowed cases with their causes.
    pub(super) fn summary(&self, allowed: &Allowed) -> String {
        let mut text = format!("{:6} {:>6} {:>6} {:>10} {:>6}\n", "group", "cases", "strict", "non-strict", "wrong");
        for (group, _) in GROUPS {
            let count = |wanted: fn(&str, &str) -> bool| {
                self.group(group).filter(|(behavior, close)| wanted(behavior, close)).count()
            };
            let cases = count(|_, _| true);
            let strict = count(|behavior, close| is_good(behavior) && is_good(close));
            let lax = count(|behavior, close| behavior == "NON-STRICT" && is_good(close));
            let wrong = cases - strict - lax;
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{group:6} {cases:>6} {strict:>6} {lax:>10} {wrong:>6}");
        }
        for (case, cause) in allowed {
            let _ = writeln!(text, "{case} is not strict: {cause}");
        }
        text.truncate(text.trim_end().len());
        text
    }

    fn group(&self, group: &str) -> impl Iterator<Item = &(String, String)> {
        let of_group = move |case: &str| case.split('.').next() == Some(group);
        self.0.iter().filter(move |(case, _)| of_group(case)).map(|(_, result)| result)
    }
}

/// Informational cases probe what the specification leaves open: any behaviour passes.
fn is_good(word: &str) -> bool {
    matches!(word, "OK" | "INFORMATIONAL")
}

fn is_allowed(allowed: &Allowed, case: &str) -> bool {
    allowed.iter().any(|(name, _)| *name == case)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A whole run in which all is well, but for the case named.
    fn report(odd: &str, behavior: &str, close: &str) -> Report {
        let mut cases = BTreeMap::new();
        for (group, count) in GROUPS {
            for number in 1..=count {
                cases.insert(format!("{group}.{number}"), ("OK".to_owned(), "OK".to_owned()));
            }
        }
        cases.insert(odd.to_owned(), (behavior.to_owned(), close.to_owned()));
        Report(cases)
    }

    #[test]
    fn only_listed_cases_may_be_lax_and_every_close_counts() {
        let check = |odd, behavior, close, allowed: &Allowed, expected: &[&str]| {
            assert_eq!(report(odd, behavior, close).faults(allowed), expected);
        };
        let listed: &Allowed = &[("3.2", "a cause")];
        check("3.2", "OK", "OK", &[], &[]);
        check("7.1", "INFORMATIONAL", "INFORMATIONAL", &[], &[]);
        check("3.2", "NON-STRICT", "OK", listed, &[]);
        check("3.2", "NON-STRICT", "OK", &[], &["case 3.2: NON-STRICT"]);
        check(
            "3.2",
            "FAILED",
            "OK",
            listed,
            &["case 3.2: FAILED", "case 3.2 is listed as non-strict, and is not: take it off the list"],
        );
        check("3.2", "NON-STRICT", "UNCLEAN", listed, &["case 3.2: UNCLEAN at its close"]);
        check("3.2", "OK", "WRONG CODE", &[], &["case 3.2: WRONG CODE at its close"]);
    }

    #[test]
    fn a_case_that_was_not_run_is_a_fault() {
        let mut short = report("1.1", "OK", "OK");
        short.0.remove("9.54");
        assert_eq!(short.faults(&[]), ["group 9: 53 cases were run, 54 expected"]);
    }

    #[test]
    fn the_report_is_read_as_kosoku_writes_it() {
        let text = r#"{"actix": {"13.1.1": {"behavior": "OK", "behaviorClose": "UNCLEAN", "duration": 3}}}"#;
        let report = Report::parse(text).unwrap();
        assert_eq!(report.0["13.1.1"], ("OK".to_owned(), "UNCLEAN".to_owned()));
        assert!(report.summary(&[]).ends_with("13          1      0          0      1"));
    }
}
