// The screen Settings: the settings of this workspace as a form; only what you change is written to its file.
import { get, put } from "./api.js";
import { act, announce, button, h, showError, showMessage } from "./dom.js";
import { chooseFolder } from "./folders.js";
import { capitalize } from "./format.js";
import { buildSchedule, buildWatch } from "./schedule.js";
import { app, onState, setState } from "./state.js";
import { texts } from "./texts.js";

const title = (key) => texts.settings.titles[key] ?? capitalize(key.replaceAll("_", " "));
const asLines = (value) => (Array.isArray(value) ? value : value ? [value] : []).join("\n");
const fromLines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const showValue = (value) => (Array.isArray(value) ? value.join(", ") : typeof value === "boolean" ? texts.settings.flags[value] : `${value ?? ""}`) || texts.settings.blank;

// Read a control as the value of the setting; null removes the setting, so that it has its default.
const READERS = {
  flag: (control) => control.checked, choice: (control) => control.value, list: (control) => fromLines(control.value), paths: (control) => fromLines(control.value),
  whole: (control) => (control.value === "" ? null : Number(control.value)), number: (control) => (control.value === "" ? null : Number(control.value)),
  texts: (control) => { const lines = fromLines(control.value); return lines.length > 1 ? lines : lines[0] ?? ""; },
  password: (control) => control.value || undefined,
};
const readText = (control) => control.value;

const buildControl = (field, id, data) => {
  const { kind } = field, described = { id, "aria-describedby": `${id}-about` };
  if (kind === "flag") return h("input", { type: "checkbox", ...described });
  if (kind === "choice") return h("select", described, field.choices.map((choice) => h("option", { value: choice }, choice)));
  if (["list", "texts", "paths"].includes(kind)) return h("textarea", { rows: kind === "list" ? 4 : 2, spellcheck: "false", ...described });
  if (kind === "password") return h("input", { type: "password", autocomplete: "new-password", placeholder: data.has_password ? texts.settings.passwordSet : "", ...described });
  const isNumber = kind === "whole" || kind === "number";
  return h("input", { type: isNumber ? "number" : "text", step: kind === "whole" ? 1 : "any", min: field.minimum, max: field.maximum, spellcheck: "false", autocomplete: "off", list: field.name === "profile" ? "profiles" : null, ...described });
};
const setControl = (field, control, value) => {
  if (field.kind === "flag") control.checked = value === true;
  else if (field.kind === "password") control.value = "";
  else control.value = Array.isArray(value) || field.kind === "texts" ? asLines(value) : `${value ?? ""}`;
};
const browse = (field, control, onChange) => chooseFolder(texts.settings.chooseFolder(title(field.key)), texts.folders.use, (folder) => {
  if (field.kind === "paths") control.value = [...fromLines(control.value), folder].join("\n");
  const name = field.kind === "file" ? control.value.split(/[\\/]/).at(-1) : "";
  const separator = folder.includes("\\") ? "\\" : "/";
  if (field.kind !== "paths") control.value = name ? `${folder.replace(/[\\/]$/, "")}${separator}${name}` : folder;
  onChange();
});

const buildField = (field, data, onChange) => {
  const id = `setting-${field.name}`, control = buildControl(field, id, data);
  const problem = h("p", { class: "problem", id: `${id}-problem` }), mark = h("span", { class: "pill differs", hidden: true }, texts.settings.differs);
  const own = field.name in data.values || (field.kind === "password" && data.has_password);
  const saved = field.name in data.values ? data.values[field.name] : field.default;
  let isReset = false;
  setControl(field, control, saved);
  const read = () => (READERS[field.kind] ?? readText)(control);
  const first = read();
  const getChange = () => {
    if (isReset) return own ? null : undefined;
    const now = read();
    return isSame(now, first) ? undefined : now;
  };
  const update = () => {
    const change = getChange();
    mark.hidden = field.kind === "password" ? !own : isReset || isSame(isSame(read(), first) ? saved : read(), field.default);
    reset.hidden = mark.hidden || isReset;
    row.classList.toggle("unsaved", change !== undefined);
    row.classList.toggle("differs", !mark.hidden);
  };
  const changed = () => { isReset = false; update(); onChange(); };
  const reset = button(texts.settings.reset, () => {
    setControl(field, control, field.default);
    isReset = true;
    update();
    onChange();
    control.focus();
  }, { class: "link", "aria-label": texts.settings.resetName(title(field.key)) });
  control.addEventListener("input", changed);
  control.addEventListener("change", changed);
  const isPath = ["file", "folder", "paths"].includes(field.kind);
  const row = h("div", { class: "setting", "data-setting": field.name },
    h("div", { class: "name" }, h("label", { for: id }, title(field.key)), mark, reset),
    h("div", { class: "control" }, control, isPath ? button(texts.settings.browse, () => browse(field, control, changed), { "aria-label": texts.settings.browseFor(title(field.key)) }) : ""),
    h("p", { class: "about", id: `${id}-about` }, field.about.replaceAll("`", ""), " ", field.kind === "password" ? "" : texts.settings.defaultIs(showValue(field.default)), data.from_environment.includes(field.name) ? ` ${texts.settings.fromEnvironment}` : ""),
    problem);
  update();
  return {
    field, row, getChange, control, saved,
    isDifferent: () => row.classList.contains("differs"),
    setProblem(text) {
      problem.textContent = text;
      control.setAttribute("aria-invalid", text ? "true" : "false");
      control.setAttribute("aria-describedby", `${id}-about${text ? ` ${id}-problem` : ""}`);
    },
  };
};

export const show = (main, { setting = "" } = {}) => {
  let data = null, fields = [], isClosed = false;
  const form = h("form", { class: "settings-form", novalidate: true });
  const unsaved = h("ul", { class: "plain unsaved-list" }), general = h("div", { role: "alert" });
  const saveButton = button(texts.settings.save, act(() => save()), { class: "primary", disabled: true }), undoButton = button(texts.settings.undo, () => draw(), { disabled: true });
  const find = h("input", { type: "search", "aria-label": texts.settings.find, placeholder: texts.settings.find });
  const only = h("input", { type: "checkbox", id: "only-different" });
  const found = h("p", { class: "soft", role: "status" }), watch = buildWatch(), automatic = h("div", { class: "settings-form" }, buildSchedule(), watch.section);

  const collect = () => Object.fromEntries(fields.map((one) => [one.field.name, one.getChange()]).filter(([, change]) => change !== undefined));
  const showUnsaved = () => {
    const changes = fields.filter((one) => one.getChange() !== undefined);
    unsaved.replaceChildren(...changes.map((one) => {
      const now = one.getChange(), isSecret = one.field.kind === "password";
      return h("li", {}, h("b", {}, title(one.field.key)), isSecret ? "" : ` ${showValue(one.saved)} → ${now === null ? texts.settings.toDefault(showValue(one.field.default)) : showValue(now)}`);
    }));
    saveButton.disabled = undoButton.disabled = !changes.length;
    saveButton.textContent = changes.length ? texts.settings.saveCount(changes.length) : texts.settings.save;
  };
  const filter = () => {
    const wanted = find.value.trim().toLowerCase();
    automatic.hidden = Boolean(wanted) || only.checked;
    fields.forEach((one) => {
      const text = `${title(one.field.key)} ${one.field.section}.${one.field.key} ${one.field.about}`.toLowerCase();
      one.row.hidden = !text.includes(wanted) || (only.checked && !one.isDifferent());
    });
    form.querySelectorAll("section").forEach((section) => { section.hidden = !section.querySelector(".setting:not([hidden])"); });
    found.textContent = texts.settings.differing(fields.filter((one) => one.isDifferent()).length, fields.filter((one) => !one.row.hidden).length);
  };
  const showProblems = (problems) => {
    const named = new Map(problems.map(({ name, message }) => [name, message]));
    fields.forEach((one) => one.setProblem(named.get(one.field.name) ?? ""));
    const others = problems.filter(({ name }) => !fields.some((one) => one.field.name === name));
    general.replaceChildren(...(problems.length ? [h("div", { class: "notice bad" }, h("div", {}, h("b", {}, texts.settings.wrong(problems.length)), others.map(({ message }) => h("p", {}, message))))] : []));
    fields.find((one) => named.has(one.field.name))?.control.focus();
  };
  const draw = () => {
    const sections = Map.groupBy ? [...Map.groupBy(data.fields, (field) => field.section)] : [...new Set(data.fields.map((field) => field.section))].map((name) => [name, data.fields.filter((field) => field.section === name)]);
    fields = [];
    form.replaceChildren(h("datalist", { id: "profiles" }, data.profiles.map((name) => h("option", { value: name }))), ...sections.map(([section, list]) => h("section", { class: "panel", "aria-labelledby": `section-${section}` }, h("h2", { id: `section-${section}` }, texts.settings.sections[section] ?? title(section)),
      list.map((field) => { const built = buildField(field, data, () => { showUnsaved(); filter(); }); fields.push(built); return built.row; }))));
    showUnsaved();
    filter();
    showProblems(data.problems ?? []);
  };
  const load = async () => {
    const answer = await get("settings");
    if (isClosed) return;
    data = answer;
    draw();
    fields.find((one) => one.field.name === setting)?.control.focus();
  };
  const save = async () => {
    const answer = await put("settings", { version: data.version, changes: collect() });
    if (!answer.fields) { showProblems(answer.problems); return; }
    data = answer;
    draw();
    setState(await get("state"));
    announce(texts.settings.saved);
    showMessage(texts.settings.saved, texts.settings.aboutSaved, "good");
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  find.addEventListener("input", filter);
  only.addEventListener("change", filter);
  main.append(
    h("div", { class: "top" }, h("div", {}, h("h1", {}, texts.screens.settings), h("p", { class: "lead" }, texts.settings.lead(app.state.workspace.folder)))),
    h("div", { class: "settings-bar" }, h("div", { class: "actions" }, find, h("label", { class: "check", for: "only-different" }, only, texts.settings.onlyDifferent)), h("div", { class: "actions" }, undoButton, saveButton)),
    found, unsaved, general, automatic, form);
  load().catch(showError);
  const forget = onState(watch.update);
  return { update() {}, close() { isClosed = true; forget(); } };
};
