//! The text that Prometheus reads, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).

use std::{borrow::Cow, fmt::Write as _};

/// Metrics, one after the other.
#[derive(Default)]
pub(super) struct Text(String);

/// A label of a number: a word for what it is of, and which one.
pub(super) type Label = (&'static str, Cow<'static, str>);

impl Text {
    /// A number that only grows; its name ends in `_total`.
    pub(super) fn counter(&mut self, name: &str, help: &str, values: impl IntoIterator<Item = (Vec<Label>, u64)>) {
        self.metric("counter", name, help, values);
    }

    /// A number that goes up and down.
    pub(super) fn gauge(&mut self, name: &str, help: &str, values: impl IntoIterator<Item = (Vec<Label>, u64)>) {
        self.metric("gauge", name, help, values);
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    fn metric(&mut self, kind: &str, name: &str, help: &str, values: impl IntoIterator<Item = (Vec<Label>, u64)>) {
        // Writing to a text cannot fail.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (labels, value) in values {
            let labels: Vec<_> = labels.iter().map(|(of, which)| format!("{of}=\"{}\"", escaped(which))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(self.0, "{name}{labels} {value}");
        }
    }
}

/// One number without labels.
pub(super) fn one(value: u64) -> [(Vec<Label>, u64); 1] {
    [(Vec::new(), value)]
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_prometheus_reads_it() {
        let mut text = Text::default();
        text.gauge("a", "What a is.", one(7));
        let label = |which: &'static str| vec![("of", which.into()), ("x", "1".into())];
        text.counter("b_total", "B.", [(label("c"), 0), (label("\"\\\n"), 1)]);
        let want = "# HELP a What a is.\n# TYPE a gauge\na 7\n# HELP b_total B.\n# TYPE b_total counter\n\
                    b_total{of=\"c\",x=\"1\"} 0\nb_total{of=\"\\\"\\\\\\n\",x=\"1\"} 1\n";
        assert_eq!(text.finish(), want);
    }
}
