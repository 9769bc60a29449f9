// Choose a folder of this computer: the server lists names only.
import { get } from "./api.js";
import { act, button, h, openDialog } from "./dom.js";

export const chooseFolder = (title, confirm, onChosen) => {
  const path = h("input", { id: "folder-path", autocomplete: "off", spellcheck: "false", "aria-label": "Path of the folder" });
  const places = h("div", { class: "places", role: "group", "aria-label": "Places" });
  const names = h("ul", { class: "folders", "aria-label": "Folders" });
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
      [path.value, parent] = [found.path, found.parent];
      places.replaceChildren(...found.places.map((place) => button(place.name, () => open(place.path))));
      const separator = found.path.includes("\\") ? "\\" : "/";
      const up = parent && parent !== found.path ? [h("li", {}, button("↑ Up one folder", () => open(parent), { class: "folder up" }))] : [];
      names.replaceChildren(...up, ...found.folders.map((name) => h("li", {}, button(name, () => open(`${found.path.replace(/[\\/]$/, "")}${separator}${name}`), { class: "folder" }))));
      const shown = found.files.slice(0, 4).join(", "), more = found.files.length - 4;
      files.textContent = found.files.length ? `Exports here: ${shown}${more > 0 ? ` and ${more} more` : ""}` : "No exports directly in this folder.";
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
    h("header", {}, h("h2", {}, title), button("✕", () => dialog.close(), { class: "close", "aria-label": "Close" })),
    places,
    h("div", { class: "path" }, h("label", { for: "folder-path" }, "Folder"), path, button("Show", () => open(path.value.trim()))),
    names, files, problem,
    h("div", { class: "actions" }, button(confirm, choose, { class: "primary" }), button("Cancel", () => dialog.close())));
  open("");
  return dialog;
};
