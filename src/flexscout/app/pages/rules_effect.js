// What other rules change about the list: counts, the scores before and after, and who enters, leaves and moves.
import { button, h, svg } from "./dom.js";
import { grouped, showScore } from "./format.js";
import { texts } from "./texts.js";

const t = texts.rules;
const KINDS = ["new", "gone", "moved", "best"];

const drawHistogram = (before, after) => {
  const most = Math.max(...before, ...after, 1), width = 12, height = 60;
  const bar = (number, x, size, name) => svg("rect", { x, width: size, y: height - (height - 4) * (number / most), height: (height - 4) * (number / most), class: name });
  return svg("svg", { class: "bars", viewBox: `0 0 ${before.length * width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...before.flatMap((number, i) => [bar(number, i * width + 1, 5, "out"), bar(after[i], i * width + 6, 5, "in")]));
};
const arrow = (old, now, show) => (old === now || old === null || now === null ? show(now ?? old) : `${show(old)} → ${show(now)}`);
const rankOf = (row) => row.rank === null ? t.was(row.old_rank) : row.old_rank === null ? `#${grouped(row.rank, 0)}` : arrow(row.old_rank, row.rank, (rank) => `#${grouped(rank, 0)}`);
const buildRow = (row) => h("tr", {}, h("th", { scope: "row" }, row.address ?? row.name ?? t.noAddress, h("span", {}, [row.city, row.state].filter(Boolean).join(", "))), h("td", { class: "num" }, rankOf(row)), h("td", { class: "num" }, arrow(row.old_score, row.score, showScore)));

export const buildEffect = () => {
  let chosen = "new", isChosen = false, answer = null;
  const problem = h("div", { role: "alert", class: "problem" }), figures = h("div", { class: "figures", role: "status" }), chart = h("figure"), tabs = h("div", { class: "tabs", role: "group", "aria-label": t.changes }), table = h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": t.changes });
  const element = h("section", { class: "panel effect", "aria-label": t.effect }, h("h2", {}, t.effect), problem, figures, chart, tabs, table);
  const counts = () => ({ new: answer.changes.new, gone: answer.changes.gone, moved: answer.changes.up + answer.changes.down, best: answer.best.length });
  const showTable = () => {
    const rows = answer[chosen], all = counts()[chosen];
    tabs.replaceChildren(...KINDS.map((kind) => button(t.kinds[kind](counts()[kind]), () => { [chosen, isChosen] = [kind, true]; showTable(); tabs.querySelector("[aria-pressed=true]").focus(); }, { "aria-pressed": `${kind === chosen}`, "data-kind": kind })));
    table.replaceChildren(rows.length ? h("table", {}, h("thead", {}, h("tr", {}, [t.property, t.rank, t.scoreColumn].map((text, i) => h("th", { scope: "col", class: i ? "num" : "" }, text)))), h("tbody", {}, rows.map(buildRow))) : h("p", { class: "soft" }, t.nobody[chosen]),
      rows.length < all ? h("p", { class: "soft" }, t.onlyFirst(rows.length)) : "");
  };
  return {
    element,
    update(found) {
      answer = found;
      problem.replaceChildren();
      element.classList.remove("outdated");
      const { before, after, changes } = answer;
      figures.replaceChildren(h("p", {}, h("b", {}, t.candidates(before.total, after.total)), h("span", {}, t.summary(changes.new, changes.gone, changes.up, changes.down))));
      chart.replaceChildren(drawHistogram(before.histogram, after.histogram), h("div", { class: "ends" }, h("span", {}, "0"), h("span", {}, "10")), h("figcaption", {}, h("i", { class: "out" }), t.before, " ", h("i", { class: "in" }), t.after));
      if (!isChosen) chosen = KINDS.find((kind) => counts()[kind]) ?? "best";  // until the user chooses one
      showTable();
    },
    fail(error) {
      element.classList.add("outdated");
      problem.replaceChildren(...`${error.message} ${error.nextStep ?? ""}`.split("\n").map((line) => h("p", {}, line)));
    },
  };
};
