// Choose a folder of this computer: the server lists names only.
import { get } from "./api.js";
import { act, button, h, openDialog } from "./dom.js";
import { texts } from "./texts.js";

const MAX_NAMED = 4;

export const chooseFolder = (title, confirm, onChosen, hint = "") => {
  const path = h("input", { id: "folder-path", autocomplete: "off", spellcheck: "false", "aria-label": texts.folders.path });
  const places = h("div", { class: "places", role: "group", "aria-label": texts.folders.places });
  const names = h("ul", { class: "folders", "aria-label": texts.folders.folders });
  const problem = h("p", { class: "problem", role: "alert" });
  const files = h("p", { class: "lead" });
  let parent = null, asked = 0;  // an answer counts only if nothing was asked or typed since
  const open = async (to) => {
    asked += 1;
    const number = asked;
    try {
      const found = await get("folders", { path: to });
      if (number !== asked) return;
      problem.textContent = "";
      parent = found.parent;
      if (to || document.activeElement !== path) path.value = found.path;  // not while the first path is being typed
      places.replaceChildren(...found.places.map((place) => button(place.name, () => open(place.path))));
      const separator = found.path.includes("\\") ? "\\" : "/";
      const up = parent && parent !== found.path ? [h("li", {}, button(texts.folders.up, () => open(parent), { class: "folder up" }))] : [];
      names.replaceChildren(...up, ...found.folders.map((name) => h("li", {}, button(name, () => open(`${found.path.replace(/[\\/]$/, "")}${separator}${name}`), { class: "folder" }))));
      files.textContent = found.files.length ? texts.folders.exports(found.files.slice(0, MAX_NAMED), found.files.length - MAX_NAMED) : texts.folders.none;
      names.scrollTop = 0;
    } catch (error) { problem.textContent = `${error.message} ${error.nextStep ?? ""}`; }
  };
  const choose = act(async () => {
    problem.textContent = "";
    try { await onChosen(path.value.trim()); } catch (error) { problem.textContent = `${error.message} ${error.nextStep ?? ""}`; return; }
    dialog.close();
  });
  path.addEventListener("input", () => { asked += 1; });
  path.addEventListener("keydown", (event) => { if (event.key === "Enter") open(path.value.trim()); });
  const dialog = openDialog(title,
    h("header", {}, h("h2", {}, title), button("✕", () => dialog.close(), { class: "close", "aria-label": texts.frame.close })),
    places,
    h("div", { class: "path" }, h("label", { for: "folder-path" }, texts.folders.folder), path, button(texts.folders.show, () => open(path.value.trim()))),
    names, files, hint && h("p", { class: "soft" }, hint), problem,
    h("div", { class: "actions" }, button(confirm, choose, { class: "primary" }), button(texts.frame.cancel, () => dialog.close())));
  open("");
  return dialog;
};
