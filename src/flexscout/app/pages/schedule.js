// Runs without a click: a weekly run by the scheduler of the system: created, changed and removed, with what is called.
import { get, post } from "./api.js";
import { act, announce, button, h, showError, showMessage } from "./dom.js";
import { app, setState } from "./state.js";
import { texts } from "./texts.js";

// Runs when a file arrives, while the window is open.
export const buildWatch = () => {
  const box = h("input", { type: "checkbox", checked: app.state.is_watching, disabled: !app.state.can_watch }), words = texts.watch;
  box.addEventListener("change", act(async () => {
    try { await post("watch", { is_on: box.checked }); } finally { setState(await get("state")); }
    showMessage();  // why it ended before
    announce(box.checked ? words.isOn : words.isOff);
    if (box.checked) setTimeout(app.refresh, 1_500);  // what can't be watched is known by then
  }));
  const problem = h("p", { class: "problem", role: "status" });
  const update = () => {
    const { is_watching: isOn, watch_problem: found } = app.state;
    box.checked = isOn;
    problem.textContent = found ? `${words.ended(found.message)} ${found.next_step || words.again}` : "";
  };
  update();
  const section = h("section", { class: "panel", "aria-labelledby": "watch-title" }, h("h2", { id: "watch-title" }, words.title), h("p", { class: "lead" }, words.lead),
    h("label", { class: "check" }, box, words.label), problem, app.state.can_watch ? "" : h("p", { class: "soft" }, words.missing));
  return { section, update };
};

export const buildSchedule = () => {
  const day = h("select", { id: "schedule-day", "aria-label": texts.schedule.day }), time = h("input", { type: "time", id: "schedule-time", value: "07:00" });
  const state = h("p", { role: "status" }), details = h("details", {}, h("summary", {}, texts.schedule.exactly)), shown = h("div");
  const create = button(texts.schedule.create, act(async () => { await post("schedule", { day: day.value, time: time.value }); announce(texts.schedule.created); await load(); })), remove = button(texts.schedule.remove, act(async () => { await post("schedule/remove"); announce(texts.schedule.removed); await load(); }), { hidden: true });
  const controls = h("div", { class: "schedule" }, h("label", { for: "schedule-day" }, texts.schedule.day, day), h("label", { for: "schedule-time" }, texts.schedule.time, time), create, remove);
  details.append(shown);
  const showPlan = (plan) => shown.replaceChildren(
    ...plan.files.map(({ path, text }) => [h("h3", {}, path), h("pre", { tabindex: "0", "aria-label": path }, text)]).flat(),
    plan.line ? h("pre", { tabindex: "0", "aria-label": texts.schedule.line }, plan.line) : "",
    h("h3", {}, texts.schedule.toCreate), h("pre", { tabindex: "0", "aria-label": texts.schedule.toCreate }, plan.create.join("\n")),
    h("h3", {}, texts.schedule.toRemove), h("pre", { tabindex: "0", "aria-label": texts.schedule.toRemove }, plan.remove.join("\n")));
  const load = async () => {
    const plan = await get("schedule", { day: day.value || "monday", time: time.value || "07:00" });
    controls.hidden = details.hidden = !plan.scheduler;
    if (!plan.scheduler) { state.textContent = texts.schedule.none; return; }
    if (!day.options.length) day.append(...plan.days.map((name) => h("option", { value: name }, texts.schedule.days[name])));
    state.textContent = plan.is_set ? texts.schedule.isSet(texts.schedule.schedulers[plan.scheduler]) : texts.schedule.isNotSet(texts.schedule.schedulers[plan.scheduler]);
    create.textContent = plan.is_set ? texts.schedule.change : texts.schedule.create;
    remove.hidden = !plan.is_set;
    showPlan(plan);
  };
  [day, time].forEach((control) => control.addEventListener("change", () => load().catch(showError)));
  load().catch(showError);
  return h("section", { class: "panel", "aria-labelledby": "schedule-title" }, h("h2", { id: "schedule-title" }, texts.schedule.title), h("p", { class: "lead" }, texts.schedule.lead), state, controls, details);
};
