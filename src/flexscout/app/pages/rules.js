// The screen Rules: the profile, the minimum score and the filter, and live what they change about the list.
import { change, go } from "./address.js";
import { get, post, put } from "./api.js";
import { act, announce, button, debounce, h, openDialog, showError, showMessage } from "./dom.js";
import { buildComparison } from "./rules_comparison.js";
import { buildEditor } from "./rules_editor.js";
import { buildEffect } from "./rules_effect.js";
import { app, setState } from "./state.js";
import { texts } from "./texts.js";

const t = texts.rules;
const WAIT = 120, PAUSE = 700, MAX_UNDO = 100;  // milliseconds after the last change; between changes that are undone together
const copy = (value) => JSON.parse(JSON.stringify(value));
const stemOf = (profile) => profile.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");
const drafts = { folder: null, profile: null, state: null, past: [] };  // kept while another screen is shown

export const show = (main, values) => {
  let rules = null, state = null, past = [], saved = "", lastEdit = 0, isAsking = false, isOld = false, isClosed = false;
  const effect = buildEffect(), editor = h("div", { class: "editor" });
  const profileSelect = h("select", { "aria-label": t.profile }), profileLabel = h("label", {}, h("span", {}, t.profile), profileSelect);
  const undoButton = button(t.undo, () => undo(), { disabled: true }), resetButton = button(t.reset, () => reset(), { disabled: true });
  const saveButton = button(t.save, act(() => askName()), { class: "primary" }), compareButton = button(t.compare, () => compare());
  const place = h("p", { class: "soft" });
  const parts = h("div", { class: "rules-parts", hidden: true }, editor, effect.element);
  main.append(h("div", { class: "top" }, h("div", {}, h("h1", {}, texts.screens.rules), h("p", { class: "lead" }, t.lead))), h("div", { class: "rules-bar" }, profileLabel, undoButton, resetButton, compareButton, saveButton), place, parts);

  const snapshot = () => JSON.stringify(state);
  const isChanged = () => snapshot() !== saved;
  const isProfileChanged = () => JSON.stringify(state.content) !== JSON.stringify(rules.content);
  const isComplete = ({ comparison, values: given }) => given.length || comparison.startsWith("is_");
  const body = () => ({ ...(isProfileChanged() ? { content: state.content, name: stemOf(rules.profile) } : { profile: rules.profile }), min_score: state.min_score ?? 0, ...(state.conditions ? { conditions: state.conditions } : { where: state.where }) });

  // One request at a time: after its answer the newest rules are asked about.
  const ask = async () => {
    if (isAsking) { isOld = true; return; }
    isAsking = true;
    try {
      const answer = await post("rerank", { ...body(), ...(state.conditions ? { conditions: state.conditions.filter(isComplete) } : {}) });
      if (!isClosed && !isOld) effect.update(answer);
    } catch (error) { if (!isClosed && !isOld) effect.fail(error); }
    isAsking = false;
    if (isOld && !isClosed) { isOld = false; ask(); }
  };
  const askSoon = debounce(ask, WAIT);
  const showState = () => {
    undoButton.disabled = !past.length;
    resetButton.disabled = !isChanged();
    place.textContent = isChanged() ? t.unsaved : t.savedAs(rules.saved_profile);
    Object.assign(drafts, { state, past });
  };
  const remember = (before) => {
    const now = Date.now();
    if (now - lastEdit > PAUSE || !past.length) past = [...past.slice(1 - MAX_UNDO), before];
    lastEdit = now;
  };
  const edit = (action) => { const before = snapshot(); action(); if (snapshot() === before) return; remember(before); showState(); askSoon(); };
  const build = () => {
    const focused = editor.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    editor.replaceChildren(...buildEditor({ content: state.content, settings: state, columns: rules.columns, filterColumns: rules.filter_columns, comparisons: rules.comparisons, edit, restructure }));
    if (focused) [...editor.querySelectorAll("[aria-label]")].find((element) => element.getAttribute("aria-label") === focused)?.focus();
  };
  const restructure = (action) => { lastEdit = 0; edit(action); lastEdit = 0; build(); };
  const restore = (text) => { state = JSON.parse(text); lastEdit = 0; build(); showState(); askSoon(); };
  const undo = () => { const before = past.at(-1); past = past.slice(0, -1); restore(before); announce(t.undone); };
  const reset = () => { past = [...past, snapshot()]; restore(saved); announce(t.wasReset); };

  const load = (found, keeps = false) => {
    rules = found;
    const fresh = { content: copy(found.content), min_score: found.min_score, conditions: found.conditions && copy(found.conditions), where: found.where, where_rows: found.where_rows };
    saved = JSON.stringify(fresh);
    if (!keeps || !drafts.state) { state = fresh; past = []; } else ({ state, past } = drafts);
    profileSelect.replaceChildren(...found.profiles.map((name) => h("option", { value: name, selected: name === found.profile }, name)));
    parts.hidden = false;
    build();
    showState();
    ask();
  };
  profileSelect.addEventListener("change", act(async () => { change({ profile: profileSelect.value }); }));

  const save = async (name) => {
    const profile = name ? { content: state.content, name } : { profile: rules.profile };
    const found = await put("rules", { ...body(), content: undefined, name: undefined, profile: undefined, ...profile });
    opened = "";
    Object.assign(drafts, { profile: "", state: null });
    change({ profile: null }, true);
    load(found);
    showMessage(t.saved, t.savedNext, "good");
    announce(t.saved);
    const run = button(t.run, act(async () => { await post("runs"); setState(await get("state")); go("files"); }), { class: "primary" });
    document.querySelector("#message .notice p").append(" ", run);
  };
  const askName = async () => {
    if (!isProfileChanged()) { await save(""); return; }
    const own = rules.profile.startsWith("profiles/") ? stemOf(rules.profile) : t.newName;
    const input = h("input", { type: "text", value: own, maxlength: 60, required: true }), problem = h("p", { class: "problem", role: "alert" });
    const form = h("form", { onsubmit: async (event) => {
      event.preventDefault();
      try { await save(input.value.trim()); dialog.close(); } catch (error) { problem.textContent = `${error.message} ${error.nextStep ?? ""}`; }
    } }, h("p", {}, t.aboutSave), h("label", {}, h("span", {}, t.profileName), input), problem, h("div", { class: "actions" }, h("button", { type: "submit", class: "primary" }, t.save), button(texts.frame.cancel, () => dialog.close())));
    const dialog = openDialog(t.save, h("header", {}, h("h2", {}, t.save)), form);
    dialog.classList.add("small");
    input.select();
  };
  const compare = () => buildComparison(rules.profiles, rules.profile);

  let opened = values.profile ?? "";
  const open = async (keeps) => { try { const found = await get("rules", { profile: opened }); if (!isClosed) load(found, keeps); } catch (error) { showError(error); } };
  const { folder } = app.state.workspace;
  const isSame = drafts.folder === folder && drafts.profile === opened;
  Object.assign(drafts, { folder, profile: opened });
  open(isSame);
  const update = (next) => {
    if ((next.profile ?? "") === opened) return;
    opened = next.profile ?? "";
    Object.assign(drafts, { profile: opened, state: null });
    open(false);
  };
  return { update, close() { isClosed = true; askSoon.cancel(); } };
};
