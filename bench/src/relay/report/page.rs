//! The report as a page that needs nothing else: bars, drawn by hand.

use super::{Connections, Figures, Point, Report, Turn};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}\
    h2{margin:2rem 0 .3rem}td,th{padding:.1rem .8rem .1rem 0;text-align:left}svg text{font:12px system-ui,sans-serif}\
    .warren{fill:#b4552d}.peer{fill:#8fa3b0}.round{fill:#222}";

/// A figure of each turn that has a plot.
type Plot = (&'static str, fn(&Figures) -> f64);

const PLOTS: [Plot; 2] = [
    ("µs of CPU a delivery", |figures| figures.cpu_us_a_delivery),
    ("relay p99, ms", |figures| figures.latency.relay.p99),
];

/// All of it.
pub(super) fn page(report: &Report, ratios: &[(String, f64)]) -> String {
    let mut page = format!(
        "<!doctype html><meta charset=utf-8><title>Warren's relay</title><style>{STYLE}</style><h1>Warren's relay</h1>\
         <p>Medians; the dots are the rounds. Figures of different runs and machines cannot be compared; the ratios of \
         one run can."
    );
    if !ratios.is_empty() {
        page.push_str("<h2>Ratios of medians</h2><table>");
        for (what, ratio) in ratios {
            put(&mut page, format_args!("<tr><td>{}<td>{ratio:.3}", escaped(what)));
        }
        page.push_str("</table>");
    }
    for point in &report.points {
        put(&mut page, format_args!("<h2>{}</h2>", escaped(&point.title)));
        for plot in PLOTS {
            page.push_str(&bars(point, plot));
        }
        for Turn { party, measured, .. } in &point.turns {
            if let Err(why) = measured {
                put(&mut page, format_args!("<p>{}: not measured: {}", party.name(), escaped(why)));
            }
        }
    }
    if let Some(Connections { clients, rows }) = &report.memory {
        put(&mut page, format_args!("<h2>KiB a connection, {clients} connections</h2><table>"));
        page.push_str("<tr><th>party<th>idle<th>after a burst");
        for row in rows {
            let name = row.party.name();
            let figures = match &row.measured {
                Ok(kib) => format!("<td>{:.1}<td>{:.1}", kib.idle, kib.after_a_burst),
                Err(why) => format!("<td colspan=2>not measured: {}", escaped(why)),
            };
            put(&mut page, format_args!("<tr><td>{name}{figures}"));
        }
        page.push_str("</table>");
    }
    page
}

/// One bar a party, as long as its median; a dot for each round.
fn bars(point: &Point, (title, figure): Plot) -> String {
    const LEFT: f64 = 130.0;
    const WIDTH: f64 = 620.0;
    const LINE: f64 = 24.0;
    let rounds = |party| {
        let turns = point.turns.iter().filter(move |turn| turn.party == party);
        turns.filter_map(|turn| turn.measured.as_ref().ok()).map(figure)
    };
    let most = point.parties().into_iter().flat_map(rounds).fold(f64::MIN_POSITIVE, f64::max);
    let mut lines = String::new();
    let mut y = 20.0;
    for party in point.parties() {
        let Some(median) = point.median(party, figure) else { continue };
        let name = party.name();
        let class = if name.starts_with("warren") { "warren" } else { "peer" };
        let length = median / most * WIDTH;
        put(
            &mut lines,
            format_args!(
                "<text x='0' y='{0:.0}'>{name}</text><rect class='{class}' x='{LEFT}' y='{1:.0}' width='{length:.1}' \
                 height='14'/><text x='{2:.0}' y='{0:.0}'>{median:.2}</text>",
                y + 12.0,
                y,
                LEFT + WIDTH + 10.0
            ),
        );
        for round in rounds(party) {
            let x = LEFT + round / most * WIDTH;
            put(&mut lines, format_args!("<circle class='round' cx='{x:.1}' cy='{:.0}' r='2'/>", y + 7.0));
        }
        y += LINE;
    }
    format!("<svg width='830' height='{y:.0}'><text x='0' y='12'>{title}</text>{lines}</svg>")
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.push_str(&text.to_string());
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::party::Party;

    #[test]
    fn what_failed_is_said_and_cannot_break_the_page() {
        let mut report = Report::default();
        let mut point = Point::new("a", "A & B");
        point.turns.push(Turn { party: Party::Ws, round: 0, measured: Err("<script>".to_owned()) });
        report.points.push(point);
        let page = page(&report, &[]);
        assert!(page.contains("A &amp; B") && page.contains("ws: not measured: &lt;script>"), "{page}");
    }
}
