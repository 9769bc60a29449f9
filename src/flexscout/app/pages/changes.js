// The screen This week: what differs between the lists of two runs, with marks for what was seen.
import { change, write } from "./address.js";
import { get, post } from "./api.js";
import { badge } from "./cells.js";
import { act, announce, button, debounce, h, showError } from "./dom.js";
import { formatDay, grouped, isDay, showScore } from "./format.js";
import { onState } from "./state.js";
import { texts } from "./texts.js";

const words = texts.changes;
const COUNT = 100, TYPED = 220;

export const show = (main, first) => {
  let values = first, found = null, rows = [], isClosed = false, asked = 0;
  const from = h("select", { id: "run-from", onchange: () => change({ from: from.value }) }), to = h("select", { id: "run-to", onchange: () => change({ to: to.value, from: "" }) });
  const search = h("input", { type: "search", "aria-label": words.search, placeholder: words.searchHint, autocomplete: "off", spellcheck: "false", value: values.search ?? "" });
  search.addEventListener("input", debounce(() => change({ search: search.value.trim() }, true), TYPED));
  const unseen = h("input", { type: "checkbox", onchange: () => change({ unseen: unseen.checked ? "true" : "" }) });
  const kinds = h("div", { class: "kinds", role: "group", "aria-label": words.filterLabel }), summary = h("p", { class: "lead" }), counted = h("p", { role: "status" });
  const body = h("tbody"), more = button(words.more, act(() => load(rows.length)), { hidden: true }), columns = h("div");
  const markAll = button(words.markAll, act(() => mark(null, true))), unmarkAll = button(words.unmarkAll, act(() => mark(null, false)));
  const panel = h("section", { class: "panel" }, h("div", { class: "top" }, counted, h("div", { class: "actions" }, markAll, unmarkAll)),
    h("div", { class: "wide" }, h("table", { class: "changes-table" }, h("caption", { class: "hidden" }, words.table), h("thead", {}, h("tr", {}, words.columns.map((name) => h("th", { scope: "col" }, name)))), body)), more);
  const content = h("div", {}, h("div", { class: "bar runs" }, h("label", { for: "run-from" }, words.from), from, h("label", { for: "run-to" }, words.to), to), summary, kinds,
    h("div", { class: "bar" }, search, h("label", { class: "check" }, unseen, words.onlyUnseen)), panel, columns);
  main.append(h("h1", {}, words.title), h("p", { class: "lead" }, words.lead), content);

  const query = () => ({ old: values.from, new: values.to, kind: values.kind, search: values.search, unseen: values.unseen });
  const filters = () => ({ old: found.old, new: found.new, kind: values.kind ?? "", search: values.search ?? "", unseen: values.unseen ?? "" });
  const mark = async (at, seen) => {
    const { marked } = await post("changes/seen", at ? { old: found.old, new: found.new, at, seen } : { ...filters(), seen });
    if (!at) announce(words.marked(marked));
    if (at) { rows.filter((row) => at.includes(row.at)).forEach((row) => { row.is_seen = seen; }); await loadCounts(); } else await load();
  };
  const describe = (row) => {
    if (row.factors) return words.points(row.factors);
    if (words.source[row.kind]) return words.source[row.kind](row.source ?? "");
    if (!row.values) return "";
    if (row.kind === "merged") return words.mergedInto(row.values[1]);
    const price = row.kind === "sold" && row.amount !== null ? words.soldFor(`$${grouped(row.amount, 0)}`) : "";
    return `${words.value(row.column, ...row.values.map((value) => (isDay(value) ? formatDay(value) : value)))}${row.percent === null ? "" : words.percent(row.percent)}${price}`;
  };
  const scoreCell = ([before, after]) => (before === null || after === null || before === after ? badge(after ?? before) : [h("span", { class: "soft" }, `${showScore(before)} → `), badge(after)]);
  const drawRow = (row) => {
    const box = h("input", { type: "checkbox", checked: row.is_seen, "aria-label": words.seenOne(words.kinds[row.kind] ?? row.kind, row.address ?? row.id ?? "") });
    const line = h("tr", { class: row.is_seen ? "seen" : "" }, h("td", { class: "pick" }, h("label", { class: "pick-box" }, box)),
      h("td", {}, row.kind === "gone" || !row.id ? h("b", {}, row.address ?? row.id ?? "") : h("a", { href: write("list", { id: row.id }) }, row.address ?? row.id), h("span", { class: "place" }, row.place)),
      h("td", {}, h("span", { class: "kind", "data-kind": row.kind }, words.kinds[row.kind] ?? row.kind), " ", describe(row)), h("td", { class: "scores" }, scoreCell(row.scores)));
    box.addEventListener("change", async () => {
      line.classList.toggle("seen", box.checked);
      try { await mark([row.at], box.checked); } catch (error) { box.checked = !box.checked; line.classList.toggle("seen", box.checked); showError(error); }
    });
    return line;
  };
  const drawFrame = () => {
    const option = (chosen) => ({ run, day, properties }) => h("option", { value: run, selected: run === chosen }, words.run(run, formatDay(day), properties));
    from.replaceChildren(...found.runs.filter(({ run }) => run < found.new).map(option(found.old)));
    to.replaceChildren(...found.runs.slice(0, -1).map(option(found.new)));
    summary.textContent = words.summary(found.properties[0], found.properties[1], found.unchanged);
    const all = { kind: "", all: found.kinds.reduce((sum, one) => sum + one.all, 0), unseen: found.kinds.reduce((sum, one) => sum + one.unseen, 0) };
    kinds.replaceChildren(...[all, ...found.kinds].map((one) => button(h("span", {}, h("b", {}, grouped(one.all, 0)), h("span", {}, one.kind ? words.kinds[one.kind] ?? one.kind : words.all), h("span", { class: "soft" }, one.unseen ? words.unseen(one.unseen) : "✓")),
      () => change({ kind: one.kind }), { "aria-pressed": `${(values.kind ?? "") === one.kind}`, "data-kind": one.kind || "all" })));
    counted.textContent = found.total ? words.found(found.total) : all.all ? words.none : words.noChanges;
    markAll.disabled = unmarkAll.disabled = !found.total;
    unseen.checked = values.unseen === "true";
    columns.replaceChildren(...(found.columns.length ? [h("details", { class: "panel" }, h("summary", {}, words.exportColumns), h("ul", { class: "plain" }, found.columns.map((one) => h("li", {}, h("b", {}, one.vendor), ": ",
      [one.new.length && words.added(one.new.join(", ")), one.lost.length && words.lost(one.lost.join(", ")), ...one.renamed.map((names) => words.renamed(names.old.join(" / "), names.new.join(" / ")))].filter(Boolean).join("; ")))))] : []));
  };
  const loadCounts = async () => {
    const { kinds: counts } = await get("changes", { ...query(), count: 0 });
    if (isClosed) return;
    found.kinds = counts;
    drawFrame();
  };
  const load = async (start = 0) => {
    asked += 1;
    const number = asked, answer = await get("changes", { ...query(), start, count: COUNT });
    if (isClosed || number !== asked) return;
    if (answer.old === null) {
      content.replaceChildren(h("section", { class: "panel" }, h("p", {}, words.noRuns), h("a", { class: "button primary", href: write("files") }, texts.screens.files)));
      return;
    }
    found = answer;
    rows = start ? [...rows, ...answer.rows] : answer.rows;
    drawFrame();
    if (start) body.append(...answer.rows.map(drawRow)); else body.replaceChildren(...rows.map(drawRow));
    more.hidden = rows.length >= found.total;
    panel.classList.toggle("empty", !found.total);
  };
  const forget = onState((state, previous) => { if (state.workspace?.run !== previous?.workspace?.run) load().catch(showError); });
  load().catch(showError);
  return {
    update: (next) => { values = next; if (document.activeElement !== search) search.value = values.search ?? ""; load().catch(showError); },
    close: () => { isClosed = true; forget(); },
  };
};
