// The parts of a mapping file that make columns: joins, splits, constants, codes; and the files that it is for.
import { button, h } from "./dom.js";
import { texts } from "./texts.js";

const labelled = (text, control, css = "") => h("label", { class: css }, h("span", {}, text), control);
const select = (label, options, value, onChange, blank = "") => {
  const known = options.some((option) => (option.value ?? option) === value) || !value ? options : [value, ...options];
  const element = h("select", { "aria-label": label }, blank ? h("option", { value: "" }, blank) : "", known.map((option) => h("option", { value: option.value ?? option }, option.text ?? option)));
  element.value = value ?? "";
  element.addEventListener("change", () => onChange(element.value));
  return element;
};
const removeButton = (name, onclick) => button("✕", onclick, { class: "close", "aria-label": texts.columns.remove(name) });

// Edit a section whose items are pairs; `read` and `write` turn them from and into the entries of the mapping file.
const buildList = ({ title, about, add, blank, render, read, write, onChange }) => {
  let items = [];
  const list = h("div", { class: "made" });
  const commit = () => onChange((entries) => write(entries, items));
  // A control changes the item as it is by then, not as it was when the control was drawn.
  const draw = () => list.replaceChildren(...items.map((item, i) => render(item, (edit, redraw = true) => {
    items[i] = edit(items[i]);
    if (redraw) draw();
    commit();
  }, () => { items.splice(i, 1); draw(); commit(); }, items)));
  const addButton = button(add, () => { items.push(blank()); draw(); list.lastElementChild?.querySelector("select,input")?.focus(); });
  return {
    element: h("section", { class: "panel making" }, h("h2", {}, title), h("p", { class: "lead" }, about), list, addButton),
    load(entries) { items = read(entries); draw(); },
    redraw: draw,
  };
};

const joinParts = (value) => (Array.isArray(value) ? { headers: value, separator: null } : { headers: value?.columns ?? [], separator: value?.separator ?? null });

const buildJoins = (env) => buildList({
  title: texts.columns.joins, about: texts.columns.aboutJoins, add: texts.columns.addJoin, onChange: env.onChange, blank: () => ["", { headers: [], separator: null }],
  read: (entries) => [...Object.entries(entries.join ?? {}), ...Object.entries(entries.columns ?? {}).filter(([, value]) => Array.isArray(value))].map(([name, value]) => [name, joinParts(value)]),
  write: (entries, items) => {
    entries.columns = Object.fromEntries(Object.entries(entries.columns ?? {}).filter(([, value]) => !Array.isArray(value)));
    entries.join = Object.fromEntries(items.filter(([name, { headers }]) => name && headers.length).map(([name, { headers, separator }]) => [name, separator === null ? headers : { columns: headers, separator }]));
  },
  render: ([name, { headers, separator }], set, remove) => h("fieldset", {}, h("legend", {}, texts.columns.join),
    labelled(texts.columns.makes, select(texts.columns.makes, env.names(), name, (value) => set(([, parts]) => [value, parts]), texts.columns.choose)),
    h("div", { class: "chips" }, headers.map((header, i) => h("span", { class: "chip" }, header, removeButton(header, () => set(([target, parts]) => [target, { ...parts, headers: parts.headers.filter((_, at) => at !== i) }]))))),
    select(texts.columns.addColumn, env.keys().filter((key) => !headers.includes(key)), "", (value) => set(([target, parts]) => [target, { ...parts, headers: [...parts.headers, value] }]), texts.columns.addColumn),
    labelled(texts.columns.separator, h("input", { value: separator ?? "", placeholder: texts.columns.usual, size: 6, oninput: (event) => set(([target, parts]) => [target, { ...parts, separator: event.target.value === "" ? null : event.target.value }], false) }), "short"),
    removeButton(name || texts.columns.join, remove)),
});

const buildSplits = (env) => buildList({
  title: texts.columns.splits, about: texts.columns.aboutSplits, add: texts.columns.addSplit, onChange: env.onChange, blank: () => ["", []],
  read: (entries) => Object.entries(entries.split ?? {}),
  write: (entries, items) => { entries.split = Object.fromEntries(items.filter(([header, names]) => header && names.length)); },
  render: ([header, names], set, remove) => h("fieldset", {}, h("legend", {}, texts.columns.split),
    labelled(texts.columns.column, select(texts.columns.column, env.keys(), header, (value) => set(([, parts]) => [value, parts]), texts.columns.choose)),
    h("div", { class: "checks" }, env.choices().split.map((name) => h("label", {}, h("input", { type: "checkbox", checked: names.includes(name), onchange: (event) => set(([source, parts]) => [source, event.target.checked ? [...parts, name] : parts.filter((one) => one !== name)], false) }), name))),
    removeButton(header || texts.columns.split, remove)),
});

const buildConstants = (env) => buildList({
  title: texts.columns.constants, about: texts.columns.aboutConstants, add: texts.columns.addConstant, onChange: env.onChange, blank: () => ["", ""],
  read: (entries) => Object.entries(entries.constants ?? {}),
  write: (entries, items) => { entries.constants = Object.fromEntries(items.filter(([name, text]) => name && `${text ?? ""}`.trim())); },
  render: ([name, text], set, remove) => h("fieldset", {}, h("legend", {}, texts.columns.constant),
    labelled(texts.columns.meaning, select(texts.columns.meaning, env.names(), name, (value) => set(([, constant]) => [value, constant]), texts.columns.choose)),
    labelled(texts.columns.value, h("input", { value: text ?? "", oninput: (event) => set(([target]) => [target, event.target.value], false) })),
    removeButton(name || texts.columns.constant, remove)),
});

const isPlainList = (table) => table && typeof table === "object" && !("codes" in table) && Object.values(table).every((value) => value === null || typeof value !== "object");
const toLines = (table) => Object.entries(table).map(([code, text]) => `${code}: ${text ?? ""}`).join("\n");
const fromLines = (text) => Object.fromEntries(text.split("\n").map((line) => /^\s*(.+?)\s*[:=]\s*(.*?)\s*$/.exec(line)).filter(Boolean).map(([, code, meaning]) => [code, meaning]));
const TYPE = "Property Type", OWN = "\0own", AS_IS = "\0other";

const buildCodes = (env) => {
  let coded = [];
  const part = buildList({
    title: texts.columns.codes, about: texts.columns.aboutCodes, add: texts.columns.addCodes, onChange: env.onChange, blank: () => ["", {}],
    read: ({ codes }) => (codes === undefined || codes === null ? [] : coded.length && coded.every(Boolean) ? Object.entries(codes) : [["", codes]]),
    write: (entries, items) => {
      const isAlone = items.length === 1;  // only then it may be for the property type, whatever its header
      const filled = items.filter(([header, table]) => (header || isAlone) && (typeof table === "string" ? table : Object.keys(table).length));
      entries.codes = filled.length === 1 && !filled[0][0] ? filled[0][1] : Object.fromEntries(filled);
      coded = filled.map(([header]) => header);
    },
    render: ([header, table], set, remove, items) => {
      const isOwn = isPlainList(table), isBuiltIn = typeof table === "string";
      const kinds = [{ value: OWN, text: texts.columns.ownCodes }, ...(isOwn || isBuiltIn ? [] : [{ value: AS_IS, text: texts.columns.codesAsIs }]), ...env.choices().code_tables];
      return h("fieldset", {}, h("legend", {}, texts.columns.codeTable),
        labelled(texts.columns.column, select(texts.columns.column, env.keys(), header, (value) => set(([, codes]) => [value, codes]), items.length > 1 ? texts.columns.choose : texts.columns.typeColumn)),
        labelled(texts.columns.codeTable, select(texts.columns.codeTable, kinds, isBuiltIn ? table : isOwn ? OWN : AS_IS, (value) => { if (value !== AS_IS) set(([source]) => [source, value === OWN ? {} : value]); })),
        isOwn ? labelled(texts.columns.codeLines, h("textarea", { rows: 4, spellcheck: "false", placeholder: env.samples(header).filter((code) => /^\d/.test(code)).map((code) => `${code}: …`).join("\n"), oninput: (event) => set(([source]) => [source, fromLines(event.target.value)], false) }, toLines(table)), "lines") : "",
        removeButton(header || texts.columns.codeTable, remove));
    },
  });
  return { ...part, getHeaders: () => coded, load(entries, headers) { coded = headers; part.load(entries); } };
};

const buildScope = (env) => {
  const files = h("input", { placeholder: "*", spellcheck: "false" }), row = h("input", { type: "number", min: 0, max: 1_048_576, inputmode: "numeric" }), only = h("input", { type: "checkbox" });
  const onlyText = h("span");
  files.addEventListener("input", () => env.onChange((entries) => { entries.files = files.value.trim(); }));
  row.addEventListener("input", () => env.onChange((entries) => { entries.header_row = row.value.trim(); }));
  only.addEventListener("change", () => env.onChange((entries) => { entries.sheet = only.checked ? env.latest().sheet : ""; }));
  return {
    element: h("section", { class: "panel making" }, h("h2", {}, texts.columns.scope), h("p", { class: "lead" }, texts.columns.aboutScope),
      h("div", { class: "scope" }, labelled(texts.columns.filesNamed, files), labelled(texts.columns.headerRow, row, "short"), h("label", { class: "check" }, only, onlyText))),
    load(entries) { [files.value, row.value] = [entries.files ?? "", `${entries.header_row ?? ""}`]; },
    redraw() {
      const { sheet, sheets } = env.latest(), chosen = env.entries().sheet;
      row.placeholder = `${sheets.find(({ name }) => name === sheet)?.header_row ?? ""}`;
      only.checked = Boolean(chosen);
      onlyText.textContent = texts.columns.onlySheet(chosen || sheet);
    },
  };
};

export const buildSections = ({ getEntries, getLatest, getChoices, onChange }) => {
  const env = {
    onChange, entries: getEntries, latest: getLatest, choices: getChoices,
    // Values of the column that a code table is for: without a header, of the property type.
    samples: (header) => getLatest().columns.find(({ key, name }) => (header ? key === header : name === TYPE))?.samples ?? [],
    keys: () => getLatest().columns.map(({ key }) => key), names: () => getChoices().columns.map(({ name }) => name),
  };
  const codes = buildCodes(env), parts = [buildConstants(env), buildJoins(env), buildSplits(env), codes, buildScope(env)];
  let keys = "";
  return {
    getCoded: codes.getHeaders,
    element: h("div", {}, parts.map(({ element }) => element)),
    load(coded = []) { keys = ""; parts.forEach((part) => part.load(getEntries(), coded)); },
    // The columns to choose from differ with the row of the header.
    update() {
      parts.at(-1).redraw();
      const now = env.keys().join("\n");
      if (keys && keys !== now) parts.slice(0, -1).forEach((part) => part.redraw());
      keys = now;
    },
  };
};
