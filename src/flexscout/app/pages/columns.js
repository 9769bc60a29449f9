// The screen Columns: what each column of a file means, a preview of how it is read, and the mapping file that remembers it.
import { change, write } from "./address.js";
import { get, post } from "./api.js";
import { act, announce, button, debounce, h, showError, showMessage } from "./dom.js";
import { capitalize, format } from "./format.js";
import { buildSections } from "./mapping_sections.js";
import { buildStep } from "./steps.js";
import { texts } from "./texts.js";

export const parent = "files";

const WAIT = 350;  // milliseconds after the last change
const drafts = new Map();  // file -> entries that aren't saved, and the headers of their code tables

const copy = (value) => JSON.parse(JSON.stringify(value ?? {}));
const chosenColumn = (choice) => (choice && typeof choice === "object" ? choice.column : choice) ?? "";
const isInverted = (choice) => `${choice?.inverted ?? ""}` === "true";
const saveText = (name, text) => {
  const address = URL.createObjectURL(new Blob([text], { type: "text/yaml" }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
};

// Remove the sections that hold nothing, which a mapping file can't have.
const tidy = (entries) => Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== null && value !== undefined && value !== "" && (typeof value !== "object" || Object.keys(value).length)));

// A mapping fits files by the columns that it names: one of constants or codes alone names those that are read already.
const nameColumns = (entries, columns) => {
  const isAlone = (entries.constants || entries.codes) && !(entries.columns || entries.join || entries.split || entries.files || `${entries.header_row ?? ""}` === "0");
  const read = columns.filter(({ key, name, inverted, parts }) => name && !inverted && !parts.length && columns.filter((other) => other.key === key).length === 1);
  return isAlone && read.length ? { ...entries, columns: Object.fromEntries(read.map(({ key, name }) => [key, name])) } : entries;
};

const describeReading = (column) => {
  if (column.left_out) return texts.columns.dropped;
  if (column.name) return column.name;
  return column.parts.length ? texts.columns.partOf(column.parts) : texts.columns.kept;
};

const buildColumnRow = (column, choices, getEntries, onChange) => {
  const select = h("select", { "aria-label": texts.columns.readAs(column.header) });
  const automatic = h("option", { value: "" });
  select.append(automatic, h("option", { value: choices.keep }, texts.columns.keep), h("option", { value: choices.drop }, texts.columns.drop),
    h("optgroup", { label: texts.columns.known }, choices.columns.map(({ name, unit }) => h("option", { value: name }, unit && !name.includes("SqFt") && !name.includes("Acres") ? `${name} (${unit})` : name))));
  const opposite = h("input", { type: "checkbox" }), oppositeLabel = h("label", { class: "opposite", hidden: true }, opposite, texts.columns.opposite);
  const extra = h("div", { class: "extra" });
  const samples = h("td", { class: "samples" });
  const set = (name, inverted) => onChange((entries) => {
    entries.columns ??= {};
    if (!name) delete entries.columns[column.entry];
    else if (inverted) entries.columns[column.entry] = { column: name, inverted: true };
    else entries.columns[column.entry] = isSize(name) && entries.columns[column.entry]?.unit ? { column: name, unit: entries.columns[column.entry].unit } : name;
  });
  const isSize = (name) => name.includes("SqFt") || name.includes("Acres");
  const canInvert = (name) => choices.columns.find((one) => one.name === name)?.type === "percent";
  select.addEventListener("change", () => { opposite.checked = false; set(select.value, false); });
  opposite.addEventListener("change", () => set(select.value || column.name, opposite.checked));
  const row = h("tr", {}, h("th", { scope: "row" }, column.header), samples, h("td", {}, select, oppositeLabel, extra));
  const update = (now) => {
    column = { ...now, entry: now.key };
    const choice = getEntries().columns?.[column.entry], name = chosenColumn(choice);
    const known = [...select.options].find((option) => option.value.toLowerCase() === `${name}`.toLowerCase());
    select.value = known?.value ?? "";
    automatic.textContent = name ? texts.columns.automatic : texts.columns.automatically(describeReading(column));
    row.classList.toggle("chosen", Boolean(name));
    const percent = canInvert(select.value || column.name);
    oppositeLabel.hidden = !percent;
    opposite.checked = name ? isInverted(choice) || (column.inverted && typeof choice !== "object") : column.inverted;
    samples.replaceChildren(...(column.samples.length ? column.samples.map((text) => h("span", {}, text)) : [h("span", { class: "soft" }, texts.columns.empty)]));
    extra.replaceChildren(
      column.suggestion && !name ? button(texts.columns.suggestion(column.suggestion), () => set(column.suggestion, false), { class: "suggestion", title: column.evidence }) : "",
      column.codes ? h("span", { class: "soft" }, texts.columns.codesOf(column.codes)) : "",
      name && name !== column.name && !column.left_out && name !== choices.keep && name !== choices.drop ? h("span", { class: "soft" }, texts.columns.notUsed(describeReading(column))) : "");
  };
  update(column);
  return { row, update, key: column.key };
};

const buildPreview = ({ names, rows, issues }, byName) => [
  rows.length ? h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": texts.columns.firstRows }, h("table", { class: "read-rows" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, texts.columns.row), names.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map(([number, ...values]) => h("tr", {}, h("th", { scope: "row" }, `${number}`), values.map((value, i) => h("td", { class: typeof value === "number" ? "num" : "" }, format(value, byName.get(names[i]) ?? {}, true))))))))
    : h("p", { class: "soft" }, texts.columns.noRows),
  h("h3", {}, texts.columns.issues(issues.length)),
  issues.length ? h("ul", { class: "plain issues" }, issues.slice(0, 30).map((issue) => h("li", {}, h("b", {}, [issue.row ? texts.columns.inRow(issue.row) : "", issue.column, issue.value].filter(Boolean).join(" · ")), ` ${issue.text}`))) : "",
  issues.length > 30 ? h("p", { class: "soft" }, texts.columns.moreIssues(issues.length - 30)) : "",
];

export const show = (main, values) => {
  let file = values.file ?? "", sheet = values.sheet ?? "", savedAs = "", entries = {}, latest = null, asked = 0, isClosed = false, choices = null, rows = [], isDirty = false;
  const fileSelect = h("select", { "aria-label": texts.columns.file }), sheetSelect = h("select", { "aria-label": texts.columns.sheet }), sheetLabel = h("label", { hidden: true }, texts.columns.sheet, sheetSelect);
  const state = h("div", { class: "reading-state", role: "status" }), problems = h("div", { role: "alert" });
  const body = h("tbody"), tableNote = h("p", { class: "soft" });
  const preview = h("div", { class: "preview-part" });
  const place = h("p", { class: "soft" });
  const saveButton = button(texts.columns.remember, act(() => save()), { class: "primary" }), forgetButton = button(texts.columns.forget, act(() => forget()), { hidden: true });
  const suggestAll = button(texts.columns.acceptAll, () => acceptAll(), { hidden: true });
  const exportButton = button(texts.columns.exportFile, () => saveText(`${(savedAs.split(/[\\/]/).at(-1) || `${file.split("/").at(-1).replace(/\.[^.]*$/, "")}.yaml`)}`, latest.text));
  const sections = buildSections({ getEntries: () => entries, getLatest: () => latest, getChoices: () => choices, onChange: (edit) => apply(edit) });
  const parts = h("div", { class: "columns-parts" },
    h("div", {},
      h("section", { class: "panel" }, h("div", { class: "top" }, h("h2", {}, texts.columns.list), suggestAll), problems,
        h("table", { class: "column-table" }, h("thead", {}, h("tr", {}, [texts.columns.column, texts.columns.samples, texts.columns.meaning].map((text) => h("th", { scope: "col" }, text)))), body), tableNote),
      sections.element),
    h("section", { class: "panel preview", "aria-label": texts.columns.preview }, h("h2", {}, texts.columns.preview), h("p", { class: "lead" }, texts.columns.aboutPreview), preview));
  const content = h("div", { hidden: true }, state, parts);

  const showRows = () => {
    const { columns, column_count: all } = latest;
    if (rows.map(({ key }) => key).join("\n") === columns.map(({ key }) => key).join("\n")) rows.forEach((row, i) => row.update(columns[i]));
    else {
      rows = columns.map((column) => buildColumnRow({ ...column, entry: column.key }, choices, () => entries, (edit) => apply(edit)));
      body.replaceChildren(...rows.map(({ row }) => row));
    }
    tableNote.textContent = all > columns.length ? texts.columns.moreColumns(all - columns.length) : "";
    suggestAll.hidden = columns.filter((column) => column.suggestion && !entries.columns?.[column.key]).length < 2;
  };
  const showState = () => {
    const shown = latest.sheets.find(({ name }) => name === latest.sheet), missing = shown?.missing ?? [];
    const isUnused = latest.is_used === false && Object.keys(entries).length;
    const findings = latest.findings ?? [], isDoubtful = findings.some(({ code }) => code !== "columns_not_found");
    const kind = missing.length ? "bad" : isUnused || isDoubtful ? "soft" : "good";
    const header = shown?.header_row ? texts.columns.headerIn(shown.header_row) : texts.columns.noHeader;
    state.replaceChildren(h("div", { class: `notice ${kind}` }, h("div", {}, h("b", {}, missing.length ? texts.columns.needs(missing) : texts.columns.ready), h("p", {}, [latest.vendor, header].filter(Boolean).map(capitalize).join(" · ")), 
      findings.map(({ code, text }) => h("p", {}, text, " ", buildStep(code))), isUnused ? h("p", {}, texts.columns.unused) : "")));
    sheetSelect.replaceChildren(...latest.sheets.map(({ name, missing: lacks }) => h("option", { value: name, selected: name === latest.sheet }, lacks.length ? name : texts.columns.tableSheet(name))));
    sheetLabel.hidden = latest.sheets.length < 2;
    saveButton.disabled = !Object.keys(entries).length || Boolean(latest.problems?.length) || (!isDirty && Boolean(savedAs));
    forgetButton.hidden = !savedAs;
    exportButton.disabled = !latest.text;
    place.textContent = savedAs ? texts.columns.savedAs(savedAs) : "";
  };
  const showLatest = () => {
    const byName = new Map(choices.columns.map((column) => [column.name, { ...column, kind: column.type }]));
    showRows();
    showState();
    sections.update();
    preview.replaceChildren(...buildPreview(latest, byName));
    content.hidden = false;
  };
  const showProblems = (list = []) => {
    problems.replaceChildren(...(list.length ? [h("div", { class: "notice bad" }, h("ul", { class: "plain" }, list.map(({ place: entry, message }) => h("li", {}, entry ? h("b", {}, `${entry}: `) : "", message))))] : []));
    saveButton.disabled = list.length > 0 || saveButton.disabled;
  };
  const take = (answer) => { latest = { ...latest, ...answer, problems: answer.problems ?? [] }; };
  const read = async () => {
    asked += 1;
    const number = asked;
    content.setAttribute("aria-busy", "true");
    try {
      const answer = await post("columns/preview", { file, sheet, saved_as: savedAs, entries: nameColumns(entries, latest.columns) });
      if (number !== asked || isClosed) return;
      if (!answer.problems) take({ ...answer });
      showLatest();
      showProblems(answer.problems);
    } catch (error) { if (!isClosed) showError(error); } finally { if (number === asked) content.removeAttribute("aria-busy"); }
  };
  const readSoon = debounce(read, WAIT);
  const apply = (edit) => {
    edit(entries);
    entries = tidy(entries);
    isDirty = true;
    drafts.set(file, { entries, savedAs, coded: sections.getCoded() });
    saveButton.disabled = true;
    rows.forEach((row, i) => row.update(latest.columns[i]));
    readSoon();
  };
  const acceptAll = () => apply((now) => {
    now.columns ??= {};
    latest.columns.filter((column) => column.suggestion && !now.columns[column.key]).forEach((column) => { now.columns[column.key] = column.suggestion; });
  });
  const open = async () => {
    asked += 1;
    const number = asked;
    readSoon.cancel();
    if (!file) { content.hidden = true; return; }
    choices ??= await get("columns/choices");
    let answer;
    try { answer = await get("columns", { file, sheet }); } catch (error) { if (number === asked && !isClosed) { content.hidden = true; showError(error); } return; }
    if (number !== asked || isClosed) return;
    const draft = drafts.get(file);
    isDirty = draft !== undefined && draft.savedAs === answer.saved_as;
    if (!isDirty) drafts.delete(file);
    [savedAs, entries, rows] = [answer.saved_as, copy(isDirty ? draft.entries : answer.entries), []];
    latest = null;
    take({ ...answer, is_used: undefined });
    sections.load(isDirty ? draft.coded : answer.coded);
    showLatest();
    showProblems();
    if (isDirty) read();
  };
  const save = async () => {
    const answer = await post("columns/save", { file, saved_as: savedAs, entries: nameColumns(entries, latest.columns) });
    if (answer.problems) { showProblems(answer.problems); return; }
    drafts.delete(file);
    await open();
    announce(texts.columns.saved);
    showMessage(texts.columns.saved, texts.columns.aboutSaved(answer.saved_as), "good");
  };
  const forget = async () => {
    await post("columns/forget", { file, saved_as: savedAs });
    drafts.delete(file);
    await open();
    announce(texts.columns.forgotten);
  };
  const importFile = () => {
    const input = h("input", { type: "file", accept: ".yaml,.yml,.json" });
    input.addEventListener("change", act(async () => {
      const answer = await post("columns/import", { file, saved_as: savedAs, text: await input.files[0].text() });
      if (answer.problems) { showProblems(answer.problems); return; }
      entries = copy(answer.entries);
      sections.load(answer.coded);
      apply(() => {});
    }));
    input.click();
  };
  const loadFiles = async () => {
    const { files } = await get("files");
    if (isClosed) return;
    const usable = files.filter((one) => one.state !== "skipped").map((one) => one.file);
    fileSelect.replaceChildren(h("option", { value: "" }, texts.columns.chooseFile), ...[...new Set([...usable, ...(file ? [file] : [])])].map((name) => h("option", { value: name, selected: name === file }, name)));
  };
  fileSelect.addEventListener("change", () => change({ file: fileSelect.value, sheet: "" }));
  sheetSelect.addEventListener("change", () => change({ sheet: sheetSelect.value }, true));

  main.append(
    h("div", { class: "top" }, h("div", {}, h("h1", {}, texts.screens.columns), h("p", { class: "lead" }, texts.columns.lead)),
      h("div", { class: "actions" }, saveButton, forgetButton, button(texts.columns.importFile, importFile), exportButton, h("a", { class: "button", href: write("files") }, texts.columns.back))),
    h("div", { class: "choose-file" }, h("label", {}, texts.columns.file, fileSelect), sheetLabel, place), content);
  exportButton.disabled = saveButton.disabled = true;
  if (file) fileSelect.append(h("option", { value: file }, file));
  loadFiles().catch(showError);
  open().catch(showError);
  return {
    update(next) {
      const isOther = (next.file ?? "") !== file;
      if (!isOther && (next.sheet ?? "") === sheet) return;
      [file, sheet] = [next.file ?? "", next.sheet ?? ""];
      fileSelect.value = file;
      if (isOther) { showMessage(); open().catch(showError); }
      else read();
    },
    close() { isClosed = true; readSoon.cancel(); },
  };
};
