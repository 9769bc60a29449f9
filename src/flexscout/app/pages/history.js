// The screen History: the runs with what changed in their settings, and restoring one.
import { write } from "./address.js";
import { get, post } from "./api.js";
import { act, announce, button, h, openDialog, showError, showMessage } from "./dom.js";
import { formatDay, grouped } from "./format.js";
import { onState, setState } from "./state.js";
import { texts } from "./texts.js";

const words = texts.history;
const SHOWN = 4;  // changed settings of a run

const localDay = (time) => { const at = new Date(time); return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => `${part}`.padStart(2, "0")).join("-"); };
const clock = (time) => new Date(time).toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
const closeable = (title, ...content) => {
  const dialog = openDialog(title, h("header", {}, h("h2", {}, title), button("✕", () => dialog.close(), { class: "close", "aria-label": texts.frame.close })), ...content);
  return dialog;
};
const showSettings = async (number) => {
  const { settings } = await get("history/settings", { run: number });
  closeable(words.settingsOf(number), h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": words.settingsOf(number) }, h("table", {}, h("caption", { class: "hidden" }, words.settingsOf(number)),
    h("thead", {}, h("tr", {}, words.settingColumns.map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, settings.map(({ topic, name, value }) => h("tr", {}, h("td", {}, topic), h("th", { scope: "row" }, name), h("td", {}, value)))))));
};

export const show = (main) => {
  let isClosed = false;
  const box = h("div");
  main.append(h("h1", {}, words.title), h("p", { class: "lead" }, words.lead), box);

  const askToRestore = (run) => {
    const state = h("p", { role: "status" });
    const restore = act(async () => {
      state.textContent = words.restoring;
      try {
        const { run: number, messages } = await post("history/restore", { run: run.run });
        setState(await get("state"));
        showMessage(words.restored(number), messages.slice(1).join(" "), "good");
        announce(words.restored(number));
      } catch (error) { showError(error); }
      dialog.close();
    });
    const dialog = closeable(words.restoreRun(run.run), h("p", {}, h("b", {}, words.ask(run.run, run.properties))), h("p", {}, words.aboutRestore), run.is_kept ? "" : h("p", {}, words.notKept), state,
      h("div", { class: "actions" }, button(words.restore, restore, { class: "primary" }), button(texts.frame.cancel, () => dialog.close())));
    dialog.classList.add("small");
  };
  const changes = (run, isFirst) => {
    if (!run.changed.length) return h("span", { class: "soft" }, isFirst ? words.first : words.same);
    const lines = run.changed.slice(0, SHOWN).map((one) => h("li", {}, words.changed(one.name, one.old, one.new)));
    return h("ul", { class: "plain" }, lines, run.changed.length > SHOWN ? h("li", { class: "soft" }, words.more(run.changed.length - SHOWN)) : "");
  };
  const draw = (runs) => box.replaceChildren(h("section", { class: "panel" }, runs.length ? h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": words.table }, h("table", { class: "runs-table" }, h("caption", { class: "hidden" }, words.table),
    h("thead", {}, h("tr", {}, words.columns.map((name, i) => h("th", { scope: "col", class: i === 2 || i === 3 ? "num" : "" }, name)), h("td"))),
    h("tbody", {}, runs.map((run, i) => h("tr", {},
      h("th", { scope: "row" }, `${run.run}`, i === 0 ? h("span", { class: "pill" }, words.current) : "", h("span", { class: "soft" }, `${formatDay(localDay(run.ended))}, ${clock(run.ended)}`), run.restored_from ? h("span", { class: "soft" }, words.restoredFrom(run.restored_from)) : ""),
      h("td", { class: "day", "data-label": words.columns[1] }, formatDay(run.day)), h("td", { class: "num", "data-label": words.columns[2] }, grouped(run.properties, 0)), h("td", { class: "num", "data-label": words.columns[3] }, grouped(run.files, 0), run.failed ? h("span", { class: "soft" }, words.failed(run.failed)) : ""),
      h("td", {}, changes(run, i === runs.length - 1), button(words.settings, act(() => showSettings(run.run)), { class: "link", "aria-label": words.settingsOf(run.run) })),
      h("td", {}, i === 0 ? "" : run.problem ? h("span", { class: "soft" }, words.cannot(run.problem)) : button(words.restore, () => askToRestore(run), { "aria-label": words.restoreRun(run.run) }))))))) :
    [h("p", {}, words.noRuns), h("a", { class: "button primary", href: write("files") }, texts.screens.files)]));
  const load = async () => {
    const { runs } = await get("history");
    if (!isClosed) draw(runs);
  };
  load().catch(showError);
  const forget = onState((state, previous) => { if (state.workspace?.run !== previous?.workspace?.run) load().catch(showError); });
  return { update() {}, close() { isClosed = true; forget(); } };
};
