// The frame of the window: screens, workspace, theme and the state of the server.
import { go, onChange, read, write } from "./address.js";
import { get, openSession, post } from "./api.js";
import { byId, h, showError, showMessage } from "./dom.js";
import * as changes from "./changes.js";
import * as columns from "./columns.js";
import * as duplicates from "./duplicates.js";
import * as files from "./files.js";
import * as history from "./history.js";
import * as list from "./list.js";
import * as problems from "./problems.js";
import * as rules from "./rules.js";
import * as settings from "./settings.js";
import * as share from "./share.js";
import * as start from "./start.js";
import { app, onState, setState } from "./state.js";
import { stepWithoutCommands } from "./steps.js";
import { texts } from "./texts.js";

const SCREENS = { start, files, list, changes, duplicates, rules, problems, history, share, settings, columns };  // in the order of the navigation, except those with a parent; their names are in texts.screens
const HEARTBEAT = 15_000;  // also tells the server that a tab is open

const root = document.documentElement;
const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
const showTheme = () => { byId("theme").textContent = isDark() ? texts.frame.light : texts.frame.dark; };
const setTheme = (theme) => { root.dataset.theme = theme; localStorage.setItem("flexscout-theme", theme); showTheme(); dispatchEvent(new Event("themechange")); };
if (localStorage.getItem("flexscout-theme")) root.dataset.theme = localStorage.getItem("flexscout-theme");
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { showTheme(); dispatchEvent(new Event("themechange")); });
byId("theme").addEventListener("click", () => setTheme(isDark() ? "light" : "dark"));
showTheme();

byId("skip").textContent = texts.frame.skip;
byId("screens").setAttribute("aria-label", texts.frame.screens);
byId("skip").addEventListener("click", (event) => { event.preventDefault(); byId("main").focus(); });
addEventListener("dragover", (event) => event.preventDefault());  // a file dropped beside the drop zone must not replace the page
addEventListener("drop", (event) => event.preventDefault());

app.screens = Object.keys(SCREENS);
let shown = null;
const isOpen = (screen) => screen === "start" || app.state?.workspace;

const showFrame = () => {
  const { screen } = read(), { workspace, is_running: isRunning } = app.state;
  byId("workspace").replaceChildren(workspace ? h("a", { href: write("start"), title: texts.frame.switchFolder(workspace.folder) }, workspace.name) : "");
  byId("screens").replaceChildren(...Object.keys(SCREENS).filter((name) => isOpen(name) && !SCREENS[name].parent).map((name) => h("a", {
    href: name === shown?.screen ? location.hash : app.lastAddress[name] ?? write(name), "aria-current": name === screen || name === SCREENS[screen]?.parent ? "page" : null,
  }, texts.screens[name])));
  byId("screens").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });  // on a phone, not all are in view
  byId("running").hidden = !isRunning || screen === "files";
  byId("running").replaceChildren(h("a", { href: write("files") }, texts.frame.running));
};

const route = () => {
  const { screen, values } = read();
  if (!SCREENS[screen] || !isOpen(screen)) {
    go(app.state.workspace ? app.state.workspace.has_results ? "list" : "files" : "start", {}, true);
    return;
  }
  app.lastAddress[screen] = location.hash;
  if (shown?.screen === screen) shown.view.update(values);
  else {
    shown?.view.close?.();
    showMessage();
    byId("main").className = document.body.dataset.screen = screen;
    byId("main").replaceChildren();
    const isFirst = !shown;
    shown = { screen, view: SCREENS[screen].show(byId("main"), values) };
    document.title = `${texts.screens[screen]} · flexscout`;
    if (!isFirst) byId("main").focus();
  }
  showFrame();
};

let toldProblem = "";
const showNews = (before) => {
  const { opened, workspace, watch_problem: problem, last_run: last } = app.state;
  if (before.opened !== opened && before.workspace) {  // another tab has opened another folder
    app.lastAddress = {};
    go("start");
    showMessage(texts.frame.otherFolder(workspace?.name ?? ""), texts.frame.aboutOtherFolder(before.workspace.name), "soft");
  }
  if (last?.event === "failed" && last.seconds !== before.last_run?.seconds && shown.screen !== "files") showMessage(last.message, stepWithoutCommands(last.next_step, last.error_kind));  // a run that was watched for, or begun before
  if (problem && problem.message !== toldProblem) showMessage(texts.watch.ended(problem.message), problem.next_step || texts.watch.again);
  toldProblem = problem?.message ?? "";
};
const refresh = async () => {
  const before = app.state;
  try { setState(await get("state")); } catch (error) { if (app.state) showError(error); return; }
  showNews(before);
};
app.refresh = refresh;

const begin = async () => {
  try {
    await openSession();
    setState(await get("state"));
  } catch (error) {
    byId("main").append(h("section", { class: "panel" }, h("h1", {}, error.message), h("p", {}, error.nextStep ?? "")));
    return;
  }
  onState(showFrame);
  onChange(route);
  route();
  showNews({});
  setInterval(refresh, HEARTBEAT);
  addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
};

app.openWorkspace = async (choice) => {
  setState(await post("workspaces", choice));
  app.lastAddress = {};
  return app.state.workspace;
};
begin();
