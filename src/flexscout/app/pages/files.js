// The screen Files and run: a row per file, the run with its progress, what happened, and the downloads.
import { write } from "./address.js";
import { download, get, post, stream } from "./api.js";
import { act, announce, button, h, showError } from "./dom.js";
import { buildDropZone } from "./drop.js";
import { fileSize, formatDay, grouped, seconds } from "./format.js";
import { app, onState, setState } from "./state.js";
import { buildStep, stepWithoutCommands } from "./steps.js";
import { texts } from "./texts.js";

const COLUMNS = [["file"], ["state"], ["rows", "num"], ["exported", "day"], ["size", "num size"]];
const MAX_WARNINGS = 50;

const columnsLink = (name, state) => (state in texts.files.toColumns ? h("a", { href: write("columns", { file: name }), "aria-label": `${texts.files.toColumns[state]}: ${name}` }, texts.files.toColumns[state]) : "");
const choiceButton = (file, choose) => {
  if (file.state === "skipped" && !file.pattern) return "";
  const text = file.state !== "skipped" ? texts.files.leaveOut : file.is_by_name ? texts.files.takeIn : texts.files.removePattern(file.pattern);
  return button(text, act(() => choose(file)), { class: "link", "aria-label": `${text}: ${file.file}` });
};
const describeSkip = (file) => (file.is_by_name ? texts.files.leftOut : file.pattern ? texts.files.leftOutBy(file.pattern) : file.reason);
const stateCell = (file, choose, text = texts.files.states[file.state] ?? file.state) => [
  h("span", { class: `pill ${file.state}` }, text),
  file.reason && !(file.code in texts.steps.byCode && file.state === "skipped") && h("span", { class: "why" }, describeSkip(file)),
  file.state === "needs_columns" && file.missing?.length ? h("span", { class: "why" }, texts.files.missing(file.missing)) : "",
  file.code && h("span", { class: "why" }, buildStep(file.code, file.next_step)),
  h("span", { class: "choices-of-file" }, columnsLink(file.file, file.state), choiceButton(file, choose)),
];

const nameCell = (name) => {
  const at = name.lastIndexOf("/") + 1;
  return h("th", { scope: "row" }, at > 0 && h("span", { class: "folder-name" }, name.slice(0, at)), name.slice(at));
};

const describeGroup = (source, files) => {
  const days = files.map((file) => file.snapshot_day).filter(Boolean).sort();
  return [source || texts.files.others, texts.files.count(files.length), days.length ? texts.files.newest(formatDay(days.at(-1))) : ""].filter(Boolean).join(" · ");
};

const downloadButton = (name, text) => button(text, act(async () => { announce(texts.files.downloaded(await download(name))); }), { "data-download": name });
const downloadPart = (canMemo) => h("section", { class: "panel downloads" }, h("h2", {}, texts.files.downloads),
  h("div", { class: "actions" }, Object.entries(texts.files.kinds).filter(([name]) => name !== "memo" || canMemo).map(([name, text]) => downloadButton(name, text))),
  h("p", { class: "lead" }, texts.files.aboutDownloads));

const describeRun = (run) => [
  texts.files.found(run.candidates ?? 0, run.rows, run.files - (run.failed_files ?? 0)),
  run.is_repeat ? texts.files.isRepeat : "",
].filter(Boolean);
const noteList = ({ notes }) => notes?.length ? h("details", {}, h("summary", {}, texts.files.notes(notes.length)), h("ul", { class: "plain" }, notes.map(({ text, code }) => h("li", {}, text, " ", buildStep(code))))) : "";

export const show = (main) => {
  const rows = new Map();
  const runButton = button(texts.files.run, act(() => startRun()), { class: "primary big" });
  const stopButton = button(texts.files.stop, act(() => post("runs/stop")), { class: "big", hidden: true });
  const bar = h("progress", { max: 1, value: 0, "aria-label": texts.files.filesRead });
  const stage = h("p", { class: "stage" }), warnings = h("ul", { class: "warnings" });
  const progress = h("div", { class: "progress", hidden: true }, bar, stage);
  const outcome = h("div", { class: "outcome", role: "status" });
  const table = h("div", { class: "files-table" }), downloads = h("div");
  const controller = new AbortController();
  const reading = new Set();
  const showReading = () => { if (reading.size) stage.textContent = texts.files.readingFile([...reading].at(-1)); };
  let isListening = false, hasRun = false, done = 0, total = 0, isStale = false;  // a run may read files that were not there before

  const setFile = (name, ...content) => {
    const cell = rows.get(name);
    if (cell) cell.state.replaceChildren(...content.flat().filter(Boolean)); else isStale = true;
  };
  const setReading = (name, text) => setFile(name, h("span", { class: "pill reading" }, text));
  const setRunning = (isRunning) => {
    runButton.hidden = isRunning;
    stopButton.hidden = !isRunning;
    progress.hidden = !isRunning;
    runButton.textContent = app.state.workspace.has_results ? texts.files.runAgain : texts.files.run;
  };
  const showOutcome = (kind, title, lines = [], ...more) => outcome.replaceChildren(h("div", { class: `notice ${kind}` }, h("div", {}, h("b", {}, title), lines.map((line) => h("p", {}, line)), more)));
  const showFinished = (run) => showOutcome("good", texts.files.done(run.run ?? "", run.seconds ? seconds(run.seconds) : ""), describeRun(run),
    run.failed_files ? h("p", {}, texts.files.unused(run.failed_files), " ", h("a", { href: "#/problems" }, texts.files.seeWhatToDo)) : "", noteList(run),
    h("div", { class: "actions" }, h("a", { class: "button primary", href: "#/list" }, texts.files.showList), downloadButton("workbook", texts.files.downloadWorkbook)));

  const showFailed = (event) => showOutcome("bad", event.message ?? texts.files.runFailed, [stepWithoutCommands(event.next_step, event.error_kind), app.state.workspace.has_results ? texts.files.listUnchanged : ""].filter(Boolean),
    event.details ? h("details", {}, h("summary", {}, texts.files.details), h("pre", {}, event.details)) : "");
  const showLastRun = () => {
    const { run, ended, has_results: hasResults } = app.state.workspace;
    if (app.state.folder_problem) showOutcome("bad", texts.files.badSettings, [app.state.folder_problem]);
    else if (app.state.last_run?.event === "failed") showFailed(app.state.last_run);
    else if (app.state.last_run && app.state.last_run.run === run) showFinished(app.state.last_run);
    else if (hasResults) showOutcome("soft", texts.files.lastRun(run, ended ? formatDay(ended) : ""), [], h("p", {}, h("a", { class: "button", href: "#/list" }, texts.files.showList)));
  };

  const handlers = {
    started: (event) => {
      [done, total] = [0, event.files ?? rows.size];
      reading.clear();
      warnings.replaceChildren();
      outcome.replaceChildren();
      stage.textContent = texts.files.readingAll;
    },
    file_started: (event) => {
      setReading(event.file, texts.files.reading);
      reading.add(event.file);
      showReading();
    },
    rows: (event) => setReading(event.file, texts.files.readSoFar(event.rows, Math.max(event.estimate ?? event.rows, event.rows))),
    file_done: (event) => {
      done += 1;
      reading.delete(event.file);
      showReading();
      [bar.max, bar.value] = [Math.max(total, done), done];
      const { file, number } = rows.get(event.file) ?? {};
      if (number) number.textContent = event.success ? grouped(event.rows ?? 0, 0) : "";
      const seen = file?.state === "check_columns" ? {} : { state: "done", code: "", reason: "" };
      if (event.success) setFile(event.file, stateCell({ ...file, ...seen }, choose, texts.files.read(event.reused, event.candidates ?? 0, event.rows ?? 0)));
      else setFile(event.file, stateCell({ ...file, ...event, missing: [] }, choose));
    },
    stage: (event) => {
      stage.textContent = texts.files.stage(texts.files.stages[event.stage] ?? event.stage, event.position, event.count);
      bar.removeAttribute("value");
      announce(stage.textContent);
    },
    warning: (event) => { if (warnings.children.length < MAX_WARNINGS) warnings.append(h("li", {}, event.message)); },
    finished: (event) => { progress.hidden = true; showFinished(event); announce(texts.files.announceDone); },
    failed: (event) => showFailed(event),
    stopped: () => showOutcome("soft", texts.files.stopped, [app.state.workspace.has_results ? texts.files.listUnchanged : texts.files.nothingWritten]),
  };
  const listen = async () => {
    if (isListening) return;
    isListening = hasRun = true;  // what it says isn't replaced by what was known before
    setRunning(true);
    stage.textContent = texts.files.starting;
    bar.removeAttribute("value");
    try {
      await stream("runs/events", (event) => handlers[event.event]?.(event), controller.signal);
      setState(await get("state"));
    } catch (error) { if (error.name !== "AbortError") showError(error); } finally { isListening = false; setRunning(false); showDownloads(); }
    if (isStale && !controller.signal.aborted) loadFiles().catch(showError);
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
        const cell = h("td", { class: "state-cell" }, stateCell(file, choose));
        const number = h("td", { class: "num" }, file.rows === null || file.rows === undefined ? "" : grouped(file.rows, 0));
        rows.set(file.file, { state: cell, number, file });
        return h("tr", {}, nameCell(file.file), cell, number, h("td", { class: "day" }, file.snapshot_day ? formatDay(file.snapshot_day) : ""), h("td", { class: "num size" }, fileSize(file.size)));
      }));
    const sorted = [...groups].sort(([one], [two]) => !one - !two || one.localeCompare(two));
    table.replaceChildren(files.length
      ? h("table", {}, h("caption", { class: "hidden" }, texts.files.caption), h("thead", {}, h("tr", {}, COLUMNS.map(([name, css]) => h("th", { scope: "col", class: css ?? "" }, texts.files.columns[name])))), sorted.map(([source, members]) => body(source, members)))
      : h("p", { class: "empty" }, problem ? `${problem} ${nextStep ?? ""}` : texts.files.none));
    runButton.disabled = !files.some(({ state }) => state !== "skipped");
    heading.textContent = texts.files.count(files.length);
  };
  const choose = async ({ file, state, pattern, is_by_name: isByName }) => {
    const leaveOut = state !== "skipped";
    await (leaveOut ? post("files/skip", { file }) : post("files/take", { pattern }));
    await loadFiles();
    announce(leaveOut ? texts.files.wasLeftOut(file) : texts.files.wasTakenIn(isByName ? file : pattern));
  };
  const showDownloads = () => downloads.replaceChildren(...(app.state.workspace.has_results ? [downloadPart(app.state.can_memo)] : []));

  const heading = h("h2", {}, texts.files.list);
  main.append(
    h("div", { class: "top" }, h("div", {}, h("h1", {}, texts.files.title), h("p", { class: "lead" }, app.state.workspace.folder)), h("div", { class: "actions" }, runButton, stopButton)),
    progress, warnings, outcome,
    h("div", { class: "columns-2" },
      h("section", { class: "panel", "aria-label": texts.files.list }, h("div", { class: "top" }, heading, button(texts.files.lookAgain, act(() => loadFiles()))), table),
      h("div", {}, h("section", { class: "panel" }, h("h2", {}, texts.files.add), buildDropZone(() => Promise.resolve(), () => loadFiles().catch(showError))), downloads)));
  table.append(h("p", { class: "empty" }, texts.files.looking));
  setRunning(app.state.is_running);
  showDownloads();
  loadFiles().then(() => { if (app.state.is_running) listen(); else if (!hasRun) showLastRun(); }).catch(showError);
  const forget = onState((state) => { if (state.is_running) listen(); });
  return { update() {}, close() { controller.abort(); forget(); } };
};
