// The screen Files and run: a row per file, the run with its progress, what happened, and the downloads.
import { download, get, post, stream } from "./api.js";
import { act, announce, button, h, showError } from "./dom.js";
import { buildDropZone } from "./drop.js";
import { count, fileSize, formatDay, grouped, seconds } from "./format.js";
import { app, onState, setState } from "./state.js";

const STATES = { ready: "Ready", needs_columns: "Needs columns", password: "Needs a password", damaged: "Damaged", skipped: "Skipped" };
const DOWNLOADS = [["workbook", "Excel workbook"], ["csv", "CSV"], ["parquet", "Parquet"], ["page", "Web page"], ["memo", "PDF memo"]];
const STAGES = { scan: "Looking at the files", read: "Reading the files", match: "Matching properties", merge: "Merging the rows of each property", compare: "Comparing with the previous list", write: "Writing the results" };
const MAX_WARNINGS = 50;

const stateCell = (file) => [
  h("span", { class: `pill ${file.state}` }, STATES[file.state] ?? file.state),
  file.reason && h("span", { class: "why" }, file.reason),
  file.state === "needs_columns" && file.missing?.length ? h("span", { class: "why" }, `Missing: ${file.missing.join(", ")}`) : "",
  file.next_step && h("span", { class: "why" }, file.next_step),
];

const nameCell = (name) => {
  const at = name.lastIndexOf("/") + 1;
  return h("th", { scope: "row" }, at > 0 && h("span", { class: "folder-name" }, name.slice(0, at)), name.slice(at));
};

const describeGroup = (source, files) => {
  const days = files.map((file) => file.snapshot_day).filter(Boolean).sort();
  const newest = days.length ? ` · newest ${formatDay(days.at(-1))}` : "";
  return `${source || "Other files"} · ${count(files.length, "file")}${newest}`;
};

const downloadPart = (canMemo) => h("section", { class: "panel downloads" }, h("h2", {}, "Downloads"),
  h("div", { class: "actions" }, DOWNLOADS.filter(([name]) => name !== "memo" || canMemo).map(([name, text]) => button(text, act(async () => { announce(`${await download(name)} was downloaded.`); }), { "data-download": name }))),
  h("p", { class: "lead" }, "The same files are in the results folder of the workspace."));

const describeRun = (run) => [
  `${count(run.candidates ?? 0, "candidate")} on the list${run.rows ? `, from ${count(run.rows, "row")} in ${count(run.files, "file")}` : ""}.`,
  run.is_repeat ? "Nothing has changed since that run." : "",
].filter(Boolean);
const noteList = ({ messages }) => messages?.length ? h("details", {}, h("summary", {}, `${count(messages.length, "note")} about this run`), h("ul", { class: "plain" }, messages.map((message) => h("li", {}, message)))) : "";

export const show = (main) => {
  const rows = new Map();
  const runButton = button("Run", act(() => startRun()), { class: "primary big" });
  const stopButton = button("Stop", act(() => post("runs/stop")), { class: "big", hidden: true });
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Files read" });
  const stage = h("p", { class: "stage" }), warnings = h("ul", { class: "warnings" });
  const progress = h("div", { class: "progress", hidden: true }, bar, stage);
  const outcome = h("div", { class: "outcome", role: "status" });
  const table = h("div", { class: "files-table" }), downloads = h("div");
  const controller = new AbortController();
  let isListening = false, done = 0, total = 0, isStale = false;  // a run may read files that were not there before

  const setFile = (name, state, text, reason) => {
    const cell = rows.get(name);
    if (!cell) { isStale = true; return; }
    cell.replaceChildren(h("span", { class: `pill ${state}` }, text), reason ? h("span", { class: "why" }, reason) : "");
  };
  const setRunning = (isRunning) => {
    runButton.hidden = isRunning;
    stopButton.hidden = !isRunning;
    progress.hidden = !isRunning;
    runButton.textContent = app.state.workspace.has_results ? "Run again" : "Run";
  };
  const showOutcome = (kind, title, lines = [], ...more) => outcome.replaceChildren(h("div", { class: `notice ${kind}` }, h("div", {}, h("b", {}, title), lines.map((line) => h("p", {}, line)), more)));
  const showFinished = (run) => showOutcome("good", `Run ${run.run ?? ""} is done${run.seconds ? ` after ${seconds(run.seconds)}` : ""}.`, describeRun(run),
    run.failed_files ? h("p", {}, `${count(run.failed_files, "file")} could not be used. `, h("a", { href: "#/problems" }, "See what to do")) : "", noteList(run),
    h("p", {}, h("a", { class: "button primary", href: "#/list" }, "Show the list")));

  const showLastRun = () => {
    const { run, ended, has_results: hasResults } = app.state.workspace;
    if (app.state.folder_problem) showOutcome("bad", "The settings of this workspace have an error.", [app.state.folder_problem]);
    else if (app.state.last_run?.run === run) showFinished(app.state.last_run);
    else if (hasResults) showOutcome("soft", `The last run was run ${run}${ended ? `, on ${formatDay(ended)}` : ""}.`, [], h("p", {}, h("a", { class: "button", href: "#/list" }, "Show the list")));
  };

  const handlers = {
    started: (event) => {
      [done, total] = [0, event.files ?? rows.size];
      warnings.replaceChildren();
      outcome.replaceChildren();
      stage.textContent = "Reading the files";
    },
    file_started: (event) => {
      setFile(event.file, "reading", "Reading");
      stage.textContent = `Reading ${event.file}`;
    },
    rows: (event) => setFile(event.file, "reading", `${grouped(event.rows, 0)} of about ${count(Math.max(event.estimate ?? event.rows, event.rows), "row")}`),
    file_done: (event) => {
      done += 1;
      [bar.max, bar.value] = [Math.max(total, done), done];
      const text = event.success ? `${event.reused ? "Unchanged" : "Done"} · ${count(event.candidates ?? 0, "candidate")} in ${count(event.rows ?? 0, "row")}` : "Failed";
      setFile(event.file, event.success ? "done" : "failed", text, [event.message, event.next_step].filter(Boolean).join(" "));
    },
    stage: (event) => {
      stage.textContent = `${STAGES[event.stage] ?? event.stage}${event.count ? ` (step ${event.position} of ${event.count})` : ""}`;
      bar.removeAttribute("value");
      announce(stage.textContent);
    },
    warning: (event) => { if (warnings.children.length < MAX_WARNINGS) warnings.append(h("li", {}, event.message)); },
    finished: (event) => { progress.hidden = true; showFinished(event); announce("The run is done."); },
    failed: (event) => showOutcome("bad", event.message ?? "The run failed.", [event.next_step ?? "", app.state.workspace.has_results ? "The previous list is unchanged." : ""].filter(Boolean)),
    stopped: () => showOutcome("soft", "The run was stopped.", [app.state.workspace.has_results ? "The previous list is unchanged." : "Nothing was written."]),
  };
  const listen = async () => {
    if (isListening) return;
    isListening = true;
    setRunning(true);
    stage.textContent = "Starting";
    bar.removeAttribute("value");
    try {
      await stream("runs/events", (event) => handlers[event.event]?.(event), controller.signal);
      setState(await get("state"));
      if (isStale) await loadFiles();
    } catch (error) { if (error.name !== "AbortError") showError(error); } finally { isListening = false; setRunning(false); showDownloads(); }
  };
  const startRun = async () => {
    outcome.replaceChildren();
    try { await post("runs", { retry: false }); } catch (error) { if (error.status !== 409) throw error; }
    listen();
  };
  const loadFiles = async () => {
    isStale = false;
    const { files, problem, next_step: nextStep } = await get("files");
    const groups = Map.groupBy ? Map.groupBy(files, (file) => file.source ?? "") : new Map();
    if (!Map.groupBy) files.forEach((file) => groups.set(file.source ?? "", [...(groups.get(file.source ?? "") ?? []), file]));
    rows.clear();
    const body = (source, members) => h("tbody", {}, h("tr", { class: "group" }, h("th", { colspan: 5, scope: "rowgroup" }, describeGroup(source, members))),
      members.map((file) => {
        const cell = h("td", { class: "state-cell" }, stateCell(file));
        rows.set(file.file, cell);
        return h("tr", {}, nameCell(file.file), cell, h("td", { class: "num" }, file.rows === null || file.rows === undefined ? "" : grouped(file.rows, 0)), h("td", { class: "day" }, file.snapshot_day ? formatDay(file.snapshot_day) : ""), h("td", { class: "num size" }, fileSize(file.size)));
      }));
    const sorted = [...groups].sort(([one], [two]) => !one - !two || one.localeCompare(two));
    table.replaceChildren(files.length
      ? h("table", {}, h("caption", { class: "hidden" }, "Files of this workspace"), h("thead", {}, h("tr", {}, [["File"], ["State"], ["Rows", "num"], ["Exported", "day"], ["Size", "num size"]].map(([text, css]) => h("th", { scope: "col", class: css ?? "" }, text)))), sorted.map(([source, members]) => body(source, members)))
      : h("p", { class: "empty" }, problem ? `${problem} ${nextStep ?? ""}` : "No exports in this workspace yet. Add some here, or put them into its folder and look again."));
    runButton.disabled = !files.length;
    heading.textContent = count(files.length, "file");
  };
  const showDownloads = () => downloads.replaceChildren(...(app.state.workspace.has_results ? [downloadPart(app.state.can_memo)] : []));

  const heading = h("h2", {}, "Files");
  main.append(
    h("div", { class: "top" }, h("div", {}, h("h1", {}, "Files and run"), h("p", { class: "lead" }, app.state.workspace.folder)), h("div", { class: "actions" }, runButton, stopButton)),
    progress, warnings, outcome,
    h("div", { class: "columns-2" },
      h("section", { class: "panel", "aria-label": "Files" }, h("div", { class: "top" }, heading, button("Look again", act(() => loadFiles()))), table),
      h("div", {}, h("section", { class: "panel" }, h("h2", {}, "Add exports"), buildDropZone(() => Promise.resolve(), () => loadFiles().catch(showError))), downloads)));
  setRunning(app.state.is_running);
  showDownloads();
  loadFiles().then(() => { if (app.state.is_running) listen(); else showLastRun(); }).catch(showError);
  const forget = onState((state) => { if (state.is_running) listen(); });
  return { update() {}, close() { controller.abort(); forget(); } };
};
