// The table: each figure beside its budget, as text for a terminal and as markdown for docs/vitals.md.

/** A figure. `budget` is a limit that `value` must not pass, upwards; `least` one downwards; neither is for information. */
export class Table {
  rows = [];

  add(part, what, shown, { value = null, budget = null, least = null, says = "", stretch = "" } = {}) {
    const met = value === null || (budget === null && least === null) ? null : budget === null ? value >= least : value <= budget;
    this.rows.push({ part, what, shown, value, budget: says, stretch, met });
  }

  /** A part that could not be measured is missed, with the reason. */
  failed(part, why) {
    this.rows.push({ part, what: `${part}: not measured`, shown: why, value: null, budget: "", stretch: "", met: false });
  }

  get missed() {
    return this.rows.filter((row) => row.met === false);
  }

  text() {
    const mark = { true: "ok", false: "MISSED", null: "" };
    const lines = [["what", "measured", "budget", ""], ...this.rows.map((row) => [row.what, row.shown, row.budget, mark[row.met]])];
    const widths = [0, 1, 2].map((at) => Math.max(...lines.map((line) => line[at].length)));
    return lines.map((line) => line.map((word, at) => word.padEnd(widths[at] ?? 0)).join("  ").trimEnd()).join("\n");
  }

  markdown() {
    const mark = { true: "met", false: "**missed**", null: "" };
    const safe = (text) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
    const line = (row) => `| ${safe(row.what)} | ${safe(row.shown)} | ${safe(row.budget)} | ${safe(row.stretch)} | ${mark[row.met]} |`;
    return ["| what | measured | budget | stretch | |", "| --- | --- | --- | --- | --- |", ...this.rows.map(line)].join("\n");
  }
}
