// The screen Start: recent workspaces, a folder, dropped files, samples.
import { go } from "./address.js";
import { act, button, h } from "./dom.js";
import { buildDropZone } from "./drop.js";
import { chooseFolder } from "./folders.js";
import { app } from "./state.js";

const enter = async (choice) => {
  const workspace = await app.openWorkspace(choice);
  go(workspace.has_results ? "list" : "files");
};
const askForFolder = () => chooseFolder("Choose a folder with exports", "Open this folder", (folder) => enter({ folder }));

// Ask where the dropped files may go; resolves when the workspace is open.
const prepareWorkspace = () => app.state.workspace ? Promise.resolve() : new Promise((resolve, reject) => {
  const dialog = chooseFolder("Choose the folder for your workspace", "Use this folder", async (folder) => { await app.openWorkspace({ folder }); resolve(); });
  dialog.addEventListener("close", () => { if (!app.state.workspace) reject(new Error("No files were copied: choose a folder for the workspace first.")); });
});

export const show = (main) => {
  const { workspace, recent } = app.state;
  const known = recent.filter(({ folder }) => folder !== workspace?.folder);
  const now = workspace && h("section", { class: "panel now" },
    h("div", {}, h("h2", {}, workspace.name), h("p", { class: "lead" }, workspace.folder)),
    h("div", { class: "actions" },
      workspace.has_results && h("a", { class: "button primary", href: "#/list" }, "Show the list"),
      h("a", { class: workspace.has_results ? "button" : "button primary", href: "#/files" }, "Files and run")));
  main.append(
    h("div", { class: "hero" }, h("h1", {}, "Rank the flex-industrial properties in your exports"),
      h("p", {}, "Add exports from Crexi, CoStar, county parcels or brokers. You get one list without duplicates, best first, with the reason for each score. Your files stay on this computer.")),
    now ?? "",
    h("div", { class: "choices" },
      h("section", { class: "panel" }, h("h2", {}, "Open a folder"), h("p", { class: "lead" }, "A workspace is a folder with your exports. The settings are saved in it, so the command line works on it too."),
        button("Choose a folder", askForFolder, { class: workspace ? "" : "primary" }),
        known.length ? [h("h3", {}, "Recent"), h("ul", { class: "recent" }, known.map(({ folder, name }) => h("li", {}, button(name, act(() => enter({ folder })), { class: "link" }), h("span", {}, folder))))] : ""),
      h("section", { class: "panel" }, h("h2", {}, "Add exports"), buildDropZone(prepareWorkspace, () => go("files"))),
      h("section", { class: "panel" }, h("h2", {}, "Try with samples"), h("p", { class: "lead" }, "Made-up exports of two weeks: price cuts, duplicates and withdrawn listings included. Takes a few seconds."),
        button("Try with samples", act(() => enter({ samples: true })))),
    ));
  return { update() {}, close() {} };
};
