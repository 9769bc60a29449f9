// The screen Start: recent workspaces, a folder, dropped files, samples.
import { go } from "./address.js";
import { act, button, h } from "./dom.js";
import { buildDropZone } from "./drop.js";
import { chooseFolder } from "./folders.js";
import { app, onState } from "./state.js";
import { texts } from "./texts.js";

const enter = async (choice) => {
  const workspace = await app.openWorkspace(choice);
  go(workspace.has_results ? "list" : "files");
};
const askForFolder = () => chooseFolder(texts.start.chooseExports, texts.start.openThis, (folder) => enter({ folder }));

// Ask where the dropped files may go; resolves when the workspace is open.
const prepareWorkspace = () => app.state.workspace ? Promise.resolve() : new Promise((resolve, reject) => {
  const dialog = chooseFolder(texts.start.chooseWorkspace, texts.start.useThis, async (folder) => { await app.openWorkspace({ folder }); resolve(); }, texts.folders.makeNew);
  dialog.addEventListener("close", () => { if (!app.state.workspace) reject(new Error(texts.start.noWorkspace)); });
});

const draw = (main) => {
  const { workspace, recent } = app.state;
  const known = recent.filter(({ folder }) => folder !== workspace?.folder);
  const now = workspace && h("section", { class: "panel now" },
    h("div", {}, h("h2", {}, workspace.name), h("p", { class: "lead" }, workspace.folder)),
    h("div", { class: "actions" },
      workspace.has_results && h("a", { class: "button primary", href: "#/list" }, texts.start.showList),
      h("a", { class: workspace.has_results ? "button" : "button primary", href: "#/files" }, texts.start.showFiles)));
  main.replaceChildren(
    h("div", { class: "hero" }, h("h1", {}, texts.start.title),
      h("p", {}, texts.start.lead)),
    now ?? "",
    h("div", { class: "choices" },
      h("section", { class: "panel" }, h("h2", {}, texts.start.open), h("p", { class: "lead" }, texts.start.aboutFolder),
        button(texts.start.choose, askForFolder, { class: workspace ? "" : "primary" }),
        known.length ? [h("h3", {}, texts.start.recent), h("ul", { class: "recent" }, known.map(({ folder, name }) => h("li", {}, button(name, act(() => enter({ folder })), { class: "link" }), h("span", {}, folder))))] : ""),
      h("section", { class: "panel" }, h("h2", {}, texts.start.add), buildDropZone(prepareWorkspace, () => go("files"))),
      h("section", { class: "panel" }, h("h2", {}, texts.start.samples), h("p", { class: "lead" }, texts.start.aboutSamples),
        button(texts.start.samples, act(() => enter({ samples: true })))),
    ));
};

export const show = (main) => {
  draw(main);
  const close = onState((state, previous) => { if (previous?.workspace && state.opened !== previous.opened) draw(main); });  // by another tab
  return { update() {}, close };
};
