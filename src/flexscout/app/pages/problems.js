// The screen Problems: files that failed, by cause with the fix; and issues of values, by reason and file.
import { go } from "./address.js";
import { get, post } from "./api.js";
import { act, button, h, showError } from "./dom.js";
import { count, grouped } from "./format.js";
import { buildLocalGrid } from "./grid.js";
import { onState, setState } from "./state.js";

const COLUMNS = [
  { name: "text", title: "Issue", grid: { flex: 2, minWidth: 220 } }, { name: "value", title: "Value", grid: { width: 150 } }, { name: "column", title: "Column", grid: { width: 150 } },
  { name: "file", title: "File", grid: { flex: 1, minWidth: 160 } }, { name: "sheet", title: "Sheet", grid: { width: 120 } }, { name: "row", title: "Row", grid: { width: 80, valueFormatter: ({ value }) => value || "", cellClass: "num", headerClass: "num" } },
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
    const cards = failed.map(({ cause, next_step: nextStep, files }) => h("section", { class: "panel cause" }, h("div", {}, h("h3", {}, cause), h("p", {}, nextStep), h("ul", { class: "plain" }, files.map((file) => h("li", {}, file))))));
    const box = h("div", { class: "issue-grid" }), chosen = { text: "", file: "" }, texts = new Map(issues.map((issue) => [issue.reason, issue.text]));
    const shown = h("p", { role: "status" });
    const apply = () => {
      const kept = issues.filter((issue) => (!chosen.reason || issue.reason === chosen.reason) && (!chosen.file || issue.file === chosen.file));
      shown.textContent = `${count(kept.length, "issue")}${total > issues.length ? ` of the first ${grouped(issues.length)}; all ${grouped(total)} are in the workbook and in the issues file` : ""}`;
      grid?.setRows(kept);
    };
    const select = (name, label, all, show) => h("label", {}, label, h("select", { onchange: (event) => { chosen[name] = event.target.value; apply(); } }, h("option", { value: "" }, all), countBy(issues, name).map(([value, number]) => h("option", { value }, `${show(value)} (${grouped(number)})`))));
    main.replaceChildren(
      h("div", { class: "top" }, h("div", {}, h("h1", {}, "Problems"), h("p", { class: "lead" }, failed.length || total ? "What could not be used in the last run, and what to do about it." : "No problems in the last run.")),
        failed.length ? h("div", { class: "actions" }, button("Try again", retry, { class: "primary big" })) : ""),
      failed.length ? h("h2", {}, `${count(failed.reduce((sum, one) => sum + one.files.length, 0), "file")} could not be used`) : "", h("div", { class: "causes" }, cards),
      issues.length ? h("section", { class: "panel" }, h("div", { class: "top" }, h("h2", {}, "Issues with values"), h("div", { class: "actions" }, select("reason", "Reason", "All reasons", (reason) => texts.get(reason) ?? reason), select("file", "File", "All files", (file) => file))), shown, box) : "");
    if (issues.length) { grid = buildLocalGrid(box, { columns: COLUMNS, rows: issues, label: "Issues with values" }); apply(); }
  };
  load().catch(showError);
  const forget = onState((state, previous) => { if (state.workspace?.run !== previous?.workspace?.run) load().catch(showError); });
  return { update() {}, close() { isClosed = true; forget(); grid?.destroy(); } };
};
