// Two profiles side by side: their rules, and how the list differs.
import { get } from "./api.js";
import { act, button, h, openDialog } from "./dom.js";
import { grouped, showScore } from "./format.js";
import { texts } from "./texts.js";

const t = texts.rules;
const show = (number) => (number < 10_000 ? `${number}` : grouped(number, 4));  // a year has no separators
const describeRange = (rule) => ["from", "above", "to", "below"].filter((key) => key in rule).map((key) => `${t.bounds[key]} ${show(rule[key])}`).join(" ");
const describeCondition = (rule) => (rule.words ?? rule.is)?.join(", ") ?? ("within_days" in rule ? t.days(rule.within_days) : describeRange(rule));
const describePoints = ({ points = 0 }) => [points].flat().map(show).join(" … ");
const describeFactor = (factor) => factor && [factor.weight && t.weightOf(show(factor.weight)), ...factor.parts.flatMap((part) => [factor.parts.length > 1 && (part.column ?? t.several), ...part.rules.map((rule) => `${describeCondition(rule)}: ${describePoints(rule)}`)])].filter(Boolean);
const describeCriterion = (rule) => rule && [describeCondition(rule)];

const buildLines = (a, b, describe) => [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].map((name) => {
  const sides = [a, b].map((side) => describe(side?.[name]));
  return h("tr", { class: JSON.stringify(sides[0]) === JSON.stringify(sides[1]) ? "" : "differs" }, h("th", { scope: "row" }, name), sides.map((lines) => h("td", {}, lines ? lines.map((line) => h("span", {}, line)) : t.none)));
});
const buildChanges = (title, rows) => rows.length ? [h("h3", {}, title), h("table", {}, h("thead", {}, h("tr", {}, [t.property, t.rank, t.scoreColumn, t.why].map((text) => h("th", { scope: "col" }, text)))),
  h("tbody", {}, rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.address ?? t.noAddress, h("span", {}, [row.city, row.state].filter(Boolean).join(", "))), h("td", {}, [row.rank_a, row.rank_b].map((rank) => (rank === null ? "–" : `#${show(rank)}`)).join(" → ")), h("td", {}, [row.score_a, row.score_b].map((score) => showScore(score) || "–").join(" → ")), h("td", {}, row.why)))))] : [];

export const buildComparison = (profiles, chosen) => {
  const other = profiles.find((name) => name !== chosen) ?? chosen;
  const pick = (label, value) => h("select", { "aria-label": label }, profiles.map((name) => h("option", { value: name, selected: name === value }, name)));
  const a = pick(t.first, chosen), b = pick(t.second, other), result = h("div", { "aria-live": "polite" });
  const load = act(async () => {
    result.replaceChildren(h("p", { class: "soft" }, t.comparing));
    const { counts, profiles: [first, second], enter, leave, moves } = await get("profiles/comparison", { a: a.value, b: b.value }).catch((error) => { result.replaceChildren(h("p", { class: "problem" }, error.message)); throw error; });
    const scope = (text) => h("tr", { class: "group" }, h("th", { colspan: 3, scope: "colgroup" }, text));
    result.replaceChildren(
      h("p", {}, t.compared(counts.in_a, counts.in_b, counts.enter, counts.leave, counts.other_score)),
      h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": t.sideBySide }, h("table", { class: "profile-sides" }, h("thead", {}, h("tr", {}, [t.rules, a.value, b.value].map((text) => h("th", { scope: "col" }, text)))),
        h("tbody", {}, scope(t.factors), buildLines(first.factors, second.factors, describeFactor), scope(t.eligibility), buildLines(first.eligibility, second.eligibility, describeCriterion), scope(t.exclusions), buildLines(first.exclusions, second.exclusions, describeCriterion), scope(t.classes), buildLines(first.classes, second.classes, (value) => value !== undefined && [show(value)])))),
      h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": t.changes }, buildChanges(t.enters, enter), buildChanges(t.leaves, leave), buildChanges(t.moves, moves)));
  });
  [a, b].forEach((box) => box.addEventListener("change", load));
  const dialog = openDialog(t.compare, h("header", {}, h("h2", {}, t.compare), button("✕", () => dialog.close(), { class: "close", "aria-label": texts.frame.close })), h("div", { class: "line" }, h("label", {}, h("span", {}, t.first), a), h("label", {}, h("span", {}, t.second), b)), result);
  dialog.classList.add("large");
  load();
};
