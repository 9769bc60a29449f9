// The screen Problems: files that failed, by cause with the fix; and issues of values, by reason and file.
import { go, write } from "./address.js";
import { get, post } from "./api.js";
import { act, button, h, showError } from "./dom.js";
import { buildLocalGrid } from "./grid.js";
import { onState, setState } from "./state.js";
import { buildStep } from "./steps.js";
import { texts } from "./texts.js";

const COLUMNS = [
  { name: "text", title: texts.problems.columns.text, grid: { flex: 2, minWidth: 220, wrapText: true, autoHeight: true, cellClass: "wrapped" } }, { name: "value", title: texts.problems.columns.value, grid: { width: 150 } }, { name: "column", title: texts.problems.columns.column, grid: { width: 150 } },
  { name: "file", title: texts.problems.columns.file, grid: { flex: 1, minWidth: 160 } }, { name: "sheet", title: texts.problems.columns.sheet, grid: { width: 120 } }, { name: "row", title: texts.problems.columns.row, grid: { width: 80, valueFormatter: ({ value }) => value || "", cellClass: "num", headerClass: "num" } },
];
const countBy = (issues, name) => { const counts = new Map(); issues.forEach((issue) => counts.set(issue[name], (counts.get(issue[name]) ?? 0) + 1)); return [...counts].sort((one, two) => two[1] - one[1]); };
const retry = act(async () => {
  await post("runs", { retry: true });
  setState(await get("state"));
  go("files");
});

export const show = (main) => {
  let grid = null, isClosed = false;
  const load = async () => {
    const { failed, issues, total } = await get("problems");
    if (isClosed) return;
    grid?.destroy();
    grid = null;
    const cards = failed.map(({ cause, code, state, next_step: nextStep, files }) => h("section", { class: "panel cause" }, h("div", {}, h("h3", {}, cause), h("p", {}, buildStep(code, nextStep)), h("ul", { class: "plain" }, files.map((file) => h("li", {}, state === "needs_columns" ? h("a", { href: write("columns", { file }) }, file) : file))))));
    const box = h("div", { class: "issue-grid" }), chosen = { reason: "", file: "" }, wordings = new Map(issues.map((issue) => [issue.reason, issue.text]));
    const shown = h("p", { role: "status" });
    const apply = () => {
      const kept = issues.filter((issue) => (!chosen.reason || issue.reason === chosen.reason) && (!chosen.file || issue.file === chosen.file));
      shown.textContent = texts.problems.shown(kept.length, issues.length, total);
      grid?.setRows(kept);
    };
    const select = (name, label, all, show) => h("label", {}, label, h("select", { onchange: (event) => { chosen[name] = event.target.value; apply(); } }, h("option", { value: "" }, all), countBy(issues, name).map(([value, number]) => h("option", { value }, texts.problems.option(show(value), number)))));
    main.replaceChildren(
      h("div", { class: "top" }, h("div", {}, h("h1", {}, texts.problems.title), h("p", { class: "lead" }, failed.length || total ? texts.problems.some : texts.problems.none)),
        failed.length ? h("div", { class: "actions" }, button(texts.problems.tryAgain, retry, { class: "primary big" })) : ""),
      failed.length ? h("h2", {}, texts.problems.unused(failed.reduce((sum, one) => sum + one.files.length, 0))) : "", h("div", { class: "causes" }, cards),
      issues.length ? h("section", { class: "panel" }, h("div", { class: "top" }, h("h2", {}, texts.problems.issues), h("div", { class: "actions" }, select("reason", texts.problems.reason, texts.problems.allReasons, (reason) => wordings.get(reason) ?? reason), select("file", texts.problems.file, texts.problems.allFiles, (file) => file))), shown, box) : "");
    if (issues.length) { grid = buildLocalGrid(box, { columns: COLUMNS, rows: issues, label: texts.problems.issues }); apply(); }
  };
  load().catch(showError);
  const forget = onState((state, previous) => { if (state.workspace?.run !== previous?.workspace?.run) load().catch(showError); });
  return { update() {}, close() { isClosed = true; forget(); grid?.destroy(); } };
};
