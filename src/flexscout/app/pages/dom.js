// Elements of the screens: buttons, messages, dialogs.
import { byId, h, svg } from "./elements.js";
import { texts } from "./texts.js";

export { byId, h, svg };

export const button = (text, onclick, attributes = {}) => h("button", { type: "button", onclick, ...attributes }, text);

export const announce = (text) => { byId("announcements").textContent = text; };

// Show a sentence above the screen, with the next step; an empty call removes it.
export const showMessage = (text = "", nextStep = "", kind = "bad") => {
  const box = byId("message");
  if (!text) { box.replaceChildren(); return; }
  const close = button("✕", () => box.replaceChildren(), { class: "close", "aria-label": texts.frame.closeMessage });
  box.replaceChildren(h("div", { class: `notice ${kind}` }, h("p", {}, h("b", {}, text), nextStep && ` ${nextStep}`), close));
};
export const showError = (error) => showMessage(error.message, error.nextStep ?? "");

// Run an action of a button: no second click while it runs, and its error as a sentence.
export const act = (action) => async (event) => {
  const target = event?.currentTarget;
  if (target?.dataset.busy) return;
  if (target) target.dataset.busy = "yes";
  try { await action(event); } catch (error) { showError(error); } finally { if (target) delete target.dataset.busy; }
};

export const debounce = (action, milliseconds) => {
  let timer = 0;
  const later = (...values) => { clearTimeout(timer); timer = setTimeout(() => { timer = 0; action(...values); }, milliseconds); };
  later.cancel = () => clearTimeout(timer);
  return later;
};

// A web address that may be opened, or null.
export const webAddress = (text) => {
  try { const url = new URL(text); return ["http:", "https:"].includes(url.protocol) ? url.href : null; } catch { return null; }
};
export const link = (text, address) => h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);

let lastDialog = null;
export const openDialog = (label, ...content) => {
  lastDialog?.close();
  const dialog = h("dialog", { "aria-label": label, tabindex: "-1" }, ...content);
  dialog.addEventListener("close", () => { dialog.remove(); lastDialog = null; });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  lastDialog = dialog;
  return dialog;
};
