// Drop or choose files and folders; they are copied into the workspace's inbox.
import { upload } from "./api.js";
import { button, h, showError } from "./dom.js";
import { fileSize } from "./format.js";
import { texts } from "./texts.js";

const readFolder = async (entry, prefix, found) => {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push([prefix + file.name, file]);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return;
    for (const inner of entries) await readFolder(inner, `${prefix}${entry.name}/`, found);
  }
};
const readDropped = async (data) => {
  const entries = [...data.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const plain = [...data.files], found = [];
  if (!entries.length) return plain.map((file) => [file.name, file]);
  for (const entry of entries) await readFolder(entry, "", found);
  return found;
};
const isExport = ([name]) => !/(^|\/)[.~]/.test(name);

// `prepare` may ask for a workspace first, and throw; `onDone` gets the number of copied files.
export const buildDropZone = (prepare, onDone) => {
  const text = h("p", { class: "state", "aria-live": "polite" });
  const take = async (pairs) => {
    const kept = pairs.filter(isExport);
    if (!kept.length) return;
    try {
      await prepare(kept.length);
      for (const [i, [name, file]] of kept.entries()) {
        text.textContent = texts.drop.copying(name, fileSize(file.size), i + 1, kept.length);
        await upload(name, file);
      }
      text.textContent = texts.drop.copied(kept.length);
      onDone(kept.length);
    } catch (error) { text.textContent = ""; showError(error); }
  };
  const choose = (isFolder) => {
    const input = h("input", { type: "file", multiple: true, webkitdirectory: isFolder });
    input.addEventListener("change", () => take([...input.files].map((file) => [file.webkitRelativePath || file.name, file])));
    input.click();
  };
  const zone = h("div", { class: "drop" },
    h("p", {}, h("b", {}, texts.drop.title), h("span", {}, texts.drop.lead)),
    h("div", { class: "actions" }, button(texts.drop.chooseFiles, () => choose(false)), button(texts.drop.chooseFolder, () => choose(true))),
    text);
  zone.addEventListener("dragover", () => zone.classList.add("over"));
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(await readDropped(event.dataTransfer));
  });
  return zone;
};
