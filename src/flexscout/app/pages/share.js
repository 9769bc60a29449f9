// The screen Share: files to pass on, an e-mail draft, and the firm's name and logo.
import { write } from "./address.js";
import { download, downloadMail, downloadSheet, get, post, put } from "./api.js";
import { act, announce, button, h, showError, showMessage } from "./dom.js";
import { fileSize } from "./format.js";
import { app } from "./state.js";
import { texts } from "./texts.js";

const words = texts.share;
const FILES = ["workbook", "page", "memo", "csv"], ATTACHED = ["page", "memo", "workbook"], BEST = 200, MAX_LOGO = 700_000;

// The properties at the top of the list, for a choice.
const listBest = async () => {
  const { columns, rows, ids } = await get("list", { view: "candidates", start: 0, count: BEST });
  const at = (name) => columns.findIndex((column) => column.name === name), names = [at("Address"), at("City"), at("State")];
  return rows.map((row, i) => [ids[i], `${i + 1}. ${names.map((one) => row[one]).filter(Boolean).join(", ") || ids[i]}`]);
};
const readBase64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => resolve(reader.result.split(",")[1] ?? ""));
  reader.addEventListener("error", () => reject(reader.error));
  reader.readAsDataURL(file);
});

export const show = (main) => {
  if (!app.state.workspace.has_results) {
    main.append(h("section", { class: "panel" }, h("h1", {}, words.title), h("p", {}, words.noRun), h("a", { class: "button primary", href: write("files") }, texts.screens.files)));
    return { update() {}, close() {} };
  }
  let isClosed = false, branding = { name: "", logo: null, path: "" }, chosen = null, isRemoved = false, isEdited = false, address = null;
  const canMemo = app.state.can_memo, sizes = new Map(app.state.outputs.map((one) => [one.name, one.size]));
  const save = (action) => act(async () => { const name = await action(); announce(texts.files.downloaded(name)); });

  // Files.
  const property = h("select", { id: "share-property" });
  const files = FILES.filter((name) => (name === "memo" ? canMemo : sizes.has(name))).map((name) => button(h("span", {}, words.kinds[name], h("span", { class: "soft" }, sizes.has(name) ? ` ${fileSize(sizes.get(name))}` : "")), save(() => download(name))));
  const filesPanel = h("section", { class: "panel" }, h("h2", {}, words.files), h("p", { class: "lead" }, words.aboutFiles), h("div", { class: "actions" }, files),
    h("label", { for: "share-property" }, words.property), h("div", { class: "actions" }, property, canMemo && button(words.sheet, save(() => downloadSheet(property.value)))), canMemo ? "" : h("p", { class: "soft" }, words.noMemo));

  // The draft.
  const to = h("input", { id: "share-to", type: "text", placeholder: words.toHint, autocomplete: "off", spellcheck: "false" });
  const boxes = ATTACHED.filter((name) => (name === "memo" ? canMemo : sizes.has(name))).map((name) => [name, h("input", { type: "checkbox", checked: name === "page" })]);
  const sheet = h("input", { type: "checkbox" });
  const makeMail = act(async () => {
    const file = await downloadMail({ to: to.value.trim(), attach: boxes.filter(([, box]) => box.checked).map(([name]) => name), sheet: sheet.checked ? property.value : "" });
    announce(words.madeMail(file));
    showMessage(words.madeMail(file), words.openMail, "good");
  });
  const mailPanel = h("section", { class: "panel" }, h("h2", {}, words.mail), h("p", { class: "lead" }, words.aboutMail), h("label", { for: "share-to" }, words.to), to,
    h("fieldset", {}, h("legend", {}, words.attach), boxes.map(([name, box]) => h("label", { class: "check" }, box, words.attachments[name])), canMemo ? h("label", { class: "check" }, sheet, words.attachSheet) : ""), button(words.makeMail, makeMail, { class: "primary" }));

  // The firm.
  const name = h("input", { id: "share-name", autocomplete: "organization", maxlength: 100, oninput: () => { isEdited = true; drawPreview(); } }), preview = h("div", { class: "brand-preview", role: "img" });
  const picker = h("input", { type: "file", id: "share-logo", accept: "image/png,image/jpeg", class: "hidden", tabindex: "-1", "aria-label": words.chooseLogo });
  picker.addEventListener("change", () => {
    const [file] = picker.files;
    if (!file) return;
    if (file.size > MAX_LOGO) { showMessage(words.tooLarge, words.tooLargeStep); return; }
    [chosen, isRemoved, isEdited] = [file, false, true];
    drawPreview();
  });
  const remove = button(words.removeLogo, () => { [chosen, isRemoved, isEdited] = [null, true, true]; drawPreview(); });
  const drawPreview = () => {
    if (address) URL.revokeObjectURL(address);
    address = chosen ? URL.createObjectURL(chosen) : null;
    const source = address ?? (isRemoved ? null : branding.logo);
    remove.hidden = !source;
    preview.setAttribute("aria-label", `${words.preview}: ${name.value}`);
    preview.replaceChildren(source ? h("img", { src: source, alt: "" }) : "", h("div", {}, h("b", {}, name.value), h("span", {}, words.listTitle)));
  };
  const loadBranding = async () => {
    branding = await get("branding");
    if (isClosed) return;
    if (!isEdited) [chosen, isRemoved, picker.value, name.value] = [null, false, "", branding.name];  // what was typed meanwhile stays
    if (branding.problem) showMessage(branding.problem);
    drawPreview();
  };
  const saveBranding = act(async () => {
    const path = chosen ? (await post("branding/logo", { content: await readBase64(chosen) })).path : isRemoved ? null : undefined;
    const { version } = await get("settings"), changes = { branding: name.value.trim() || null, ...(path === undefined ? {} : { branding_logo: path }) };
    const { problems } = await put("settings", { version, changes });
    if (problems?.length) { showMessage(problems[0].message); return; }
    isEdited = false;
    await loadBranding();
    showMessage(words.savedBranding, "", "good");
  });
  const brandPanel = h("section", { class: "panel" }, h("h2", {}, words.branding), h("p", { class: "lead" }, words.aboutBranding), h("label", { for: "share-name" }, words.name), name,
    h("p", { class: "label" }, words.logo), h("div", { class: "actions" }, button(words.chooseLogo, () => picker.click()), remove, picker, h("span", { class: "soft" }, words.logoHint)), preview,
    h("div", { class: "actions" }, button(words.saveBranding, saveBranding, { class: "primary" }), h("a", { class: "button", href: write("files") }, words.run)));

  main.append(h("h1", {}, words.title), h("p", { class: "lead" }, words.lead), h("div", { class: "share-panels" }, filesPanel, mailPanel, brandPanel));
  listBest().then((best) => { if (!isClosed) property.replaceChildren(...best.map(([id, title]) => h("option", { value: id }, title))); }).catch(showError);
  loadBranding().catch(showError);
  return { update() {}, close() { isClosed = true; if (address) URL.revokeObjectURL(address); } };
};
