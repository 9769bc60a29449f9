// The screen Duplicates: two properties side by side, and whether they are one. Each decision is saved at once.
import { change, write } from "./address.js";
import { get, post } from "./api.js";
import { badge } from "./cells.js";
import { buildMap } from "./map.js";
import { act, announce, button, debounce, h, link, showError, showMessage, webAddress } from "./dom.js";
import { format, formatDay, grouped, isDay } from "./format.js";
import { app, onState } from "./state.js";
import { texts } from "./texts.js";

const words = texts.duplicates;
const KINDS = ["same", "different", "later"], KEYS = { s: "same", d: "different", l: "later" };
const TABS = ["possible", "merged", "decisions"];
const QUICK = 1500, SETTLED = 700;  // milliseconds that a preview may take to be shown without being asked for, and that it waits
const showValue = (value, column) => {
  const address = typeof value === "string" && webAddress(value);
  return address ? link(value, address) : (typeof value === "string" && isDay(value) ? formatDay(value) : format(value, column)) || "–";
};
const isFinal = (pair) => pair.decision === "same" || pair.decision === "different";

export const show = (main, first) => {
  let values = first, pairs = [], total = 0, progress = { decided: 0, open: 0, merged: 0 }, at = 0, isClosed = false, drawn = 0, isQuick = true, isBusy = false, drawing = null, current = null;
  const undone = [];  // what each decision of this visit replaced
  const tab = () => (TABS.includes(values.tab) ? values.tab : "possible");
  if (!app.state.workspace.has_results) {
    main.append(h("section", { class: "panel" }, h("h1", {}, words.title), h("p", {}, words.noRun), h("a", { class: "button primary", href: write("files") }, texts.screens.files)));
    return { update() {}, close() {} };
  }

  const tabs = h("div", { class: "tabs", role: "group", "aria-label": words.tabs });
  const bar = h("progress", { "aria-label": words.progress }), counted = h("p", { role: "status" }), box = h("div", { class: "pair" });
  const effect = h("p", { class: "effect", role: "status" }), undoButton = button(words.undo, act(() => inTurn(undo)), { "aria-keyshortcuts": "u", disabled: true });
  main.append(h("div", { class: "top" }, h("div", {}, h("h1", {}, words.title), h("p", { class: "lead" }, words.lead)), h("div", { class: "review-progress" }, counted, bar)), h("div", { class: "bar" }, tabs), box,
    h("div", { class: "panel pending" }, effect, h("div", { class: "actions" }, button(words.preview, act(() => loadPreview())), h("a", { class: "button", href: write("files") }, words.apply))));

  const drawFrame = () => {
    const all = progress.decided + progress.open;
    [bar.max, bar.value, bar.hidden] = [Math.max(all, 1), progress.decided, !all];
    counted.textContent = all ? words.counted(grouped(progress.decided, 0), grouped(all, 0)) : "";
    const counts = { possible: progress.open, merged: progress.merged, decisions: null };
    tabs.replaceChildren(...TABS.map((name) => button(h("span", {}, words.names[name], counts[name] === null ? "" : h("span", { class: "soft" }, ` ${grouped(counts[name] ?? 0, 0)}`)),
      () => change({ tab: name === "possible" ? "" : name, pair: "" }), { "data-tab": name, "aria-pressed": `${name === tab()}` })));
    undoButton.disabled = !undone.length;
  };

  // One pair.
  const sideHead = (side, name) => h("th", { scope: "col" }, h("span", { class: "side-name" }, name), side.id ? h("a", { href: write("list", { id: side.id }) }, side.title || side.id) : h("span", {}, side.title),
    h("span", { class: "source" }, [side.file, side.sheet, words.row(side.row)].filter(Boolean).join(", ")), side.score === null ? "" : badge(side.score));
  const valueRow = (one) => h("tr", { class: one.differs ? "differs" : one.is_single ? "single" : "" }, h("th", { scope: "row" }, one.name, one.differs ? h("span", { class: "mark" }, words.differs) : ""), one.values.map((value) => h("td", {}, showValue(value, one))));
  const drawPair = async () => {
    drawn += 1;
    const number = drawn, pair = pairs[at];
    if (!pair) {
      box.replaceChildren(h("section", { class: "panel" }, h("p", {}, words.nothing[tab()])));
      return;
    }
    const { values: compared, points } = await get("duplicates/values", { key: pair.key });
    if (number !== drawn || isClosed) return;
    const names = pair.is_merged ? words.mergedSides : words.possibleSides;
    const choices = KINDS.map((kind) => button(h("span", {}, words.kinds[kind], h("kbd", {}, kind[0].toUpperCase())), act(() => once(() => decide(kind))), { "data-decision": kind, "aria-keyshortcuts": kind[0], "aria-pressed": `${pair.decision === kind}`, class: "big" }));
    const differing = compared.filter((one) => one.differs).length;
    box.replaceChildren(h("section", { class: "panel", "aria-label": words.pair(at + 1, total) },
      h("div", { class: "top" }, h("h2", {}, words.pair(grouped(at + 1, 0), grouped(total, 0)), pair.score === null ? "" : h("span", { class: "soft" }, ` · ${words.match(grouped(100 * pair.score, 0))}`)),
        h("div", { class: "actions" }, button(h("span", {}, words.previous, h("kbd", {}, "←")), () => go(-1), { disabled: at === 0 }), button(h("span", {}, words.next, h("kbd", {}, "→")), () => go(1), { disabled: at + 1 >= pairs.length }))),
      h("p", { class: "evidence" }, pair.evidence, pair.different_apn ? h("b", { class: "warn" }, ` ${words.differentApn}`) : ""),
      h("div", { class: "actions decide" }, choices, undoButton),
      h("p", { class: "meaning", role: "status" }, pair.decision ? words.decided[pair.is_merged ? "merged" : "possible"][pair.decision] : words.undecided),
      h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": words.sideBySide }, h("table", { class: "side-by-side" }, h("caption", { class: "hidden" }, words.sideBySide),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, words.valueColumn(differing)), pair.sides.map((side, i) => sideHead(side, names[i])))), h("tbody", {}, compared.map(valueRow)))), points ? placesBox(pair, points, names) : ""));
  };
  // Both places: the first is a dot, the second a ring.
  let map = null;
  const placesBox = (pair, points, names) => {
    const mapBox = h("div", { class: "map-box" }), legend = h("ul", { class: "legend" }, ["dot", "about"].map((mark, i) => h("li", {}, h("i", { class: mark }), names[i])));
    map?.close();
    map = buildMap(mapBox, { isCloseup: true, label: words.places, describe: async (at) => [pair.sides[at].title, names[at]], onOpen: () => {}, onView: () => {}, onError: showError });
    map.update(points.map(([x, y], i) => [i, x, y, 8, i]), 0, false);
    return h("section", { class: "both-places", "aria-label": words.places }, h("h3", {}, words.places), mapBox, legend);
  };
  // One decision at a time: a key counts for the pair that is shown, or not at all. An undo waits for its turn.
  const once = (action) => {
    if (isBusy) return null;
    isBusy = true;
    current = (async () => { try { await action(); await drawing; } finally { isBusy = false; } })();
    return current;
  };
  const inTurn = async (action) => {
    await current?.catch(() => {});
    await once(action);
  };
  const go = (by) => { const next = pairs[at + by]; if (next) change({ pair: next.key }, true); };
  const replaceDecision = async (pair, decision) => {
    const answer = await post("duplicates", { key: pair.key, decision });
    pair.decision = answer.decision;
    Object.assign(progress, answer.progress);
    drawFrame();
    showMessage();
    if (answer.contradictions.length) showMessage(answer.contradictions.join(" "), words.contradiction);
    effect.textContent = words.saved;
    if (isQuick) previewSoon();
  };
  const decide = async (kind) => {
    const pair = pairs[at];
    if (!pair) return;
    undone.push({ key: pair.key, decision: pair.decision });
    try { await replaceDecision(pair, kind); } catch (error) { undone.pop(); throw error; }
    announce(words.announced(words.kinds[kind]));
    const next = pairs.findIndex((one, i) => i > at && !one.decision);
    if (next > 0) change({ pair: pairs[next].key }, true); else drawing = drawPair();
  };
  const undo = async () => {
    const last = undone.pop(), pair = last && pairs.find(({ key }) => key === last.key);
    if (!last) return;
    await replaceDecision(pair ?? last, last.decision);
    announce(words.undoneDecision);
    if (pair && pairs[at] !== pair) change({ pair: pair.key }, true); else drawing = drawPair();
  };
  const loadPreview = async () => {
    const begun = performance.now();
    effect.textContent = words.previewing;
    const found = await get("duplicates/preview");
    isQuick = performance.now() - begun < QUICK;
    const { new: added, gone, up, down, same } = found.counts, before = gone + up + down + same;
    effect.textContent = added + gone + up + down ? words.changes(grouped(found.total, 0), grouped(before, 0), added, gone, up, down) : words.noChanges;
  };
  const previewSoon = debounce(() => loadPreview().catch(showError), SETTLED);

  // The decisions.
  const drawDecisions = async () => {
    const { decisions, problems, file } = await get("duplicates/decisions");
    if (isClosed || tab() !== "decisions") return;
    const remove = (one) => act(async () => { await post("duplicates/undo", { number: one.number }); await load(); announce(words.undoneDecision); });
    const state = (one) => (one.contradicts.length ? words.contradicts(one.contradicts.join(", ")) : one.in_use === false ? words.notInUse : "");
    box.replaceChildren(h("section", { class: "panel" }, h("p", { class: "lead" }, words.inFile(file)), problems.length ? h("ul", { class: "plain" }, problems.map((problem) => h("li", {}, problem))) : "",
      decisions.length ? h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": words.names.decisions }, h("table", { class: "decisions" }, h("caption", { class: "hidden" }, words.names.decisions),
        h("thead", {}, h("tr", {}, words.columns.map((name) => h("th", { scope: "col" }, name)), h("td"))),
        h("tbody", {}, decisions.map((one) => h("tr", {}, h("td", {}, words.kinds[one.kind]), h("td", {}, one.sides[0]), h("td", {}, one.sides[1]), h("td", {}, one.day ? formatDay(one.day) : ""), h("td", {}, state(one)),
          h("td", {}, button(words.remove, remove(one), { "aria-label": words.removeOne(one.sides[0], one.sides[1]) }))))))) : h("p", {}, words.nothing.decisions)));
  };

  const load = async () => {
    const wanted = tab(), answer = await get("duplicates", { merged: wanted === "merged" ? "true" : "" });
    if (isClosed || wanted !== tab()) return;
    ({ pairs, total, progress } = answer);
    drawFrame();
    await draw();
  };
  const draw = async () => {
    if (tab() === "decisions") { await drawDecisions(); return; }
    const found = pairs.findIndex(({ key }) => key === values.pair), open = pairs.findIndex((pair) => !isFinal(pair));
    at = found >= 0 ? found : Math.max(0, tab() === "possible" ? open : 0);
    await drawPair();
  };
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input,textarea,select,dialog") || tab() === "decisions") return;
    const key = event.key.toLowerCase(), isScrolled = event.target.closest(".wide") && event.target.closest(".wide").scrollWidth > event.target.closest(".wide").clientWidth;
    const action = KEYS[key] ? () => once(() => decide(KEYS[key])) : key === "u" ? () => inTurn(undo) : key === "arrowright" && !isScrolled ? () => go(1) : key === "arrowleft" && !isScrolled ? () => go(-1) : null;
    if (!action) return;
    event.preventDefault();
    act(async () => action())();
  };
  addEventListener("keydown", onKey);
  const forget = onState((state, previous) => { if (state.workspace?.run !== previous?.workspace?.run) { undone.length = 0; load().catch(showError); } });
  effect.textContent = words.saved;
  box.append(h("section", { class: "panel" }, h("p", {}, words.loading)));
  load().catch(showError);
  return {
    update: (next) => { const isSame = tab() === (TABS.includes(next.tab) ? next.tab : "possible"); values = next; drawing = (isSame ? draw() : load()).catch(showError); },
    close: () => { isClosed = true; map?.close(); previewSoon.cancel(); removeEventListener("keydown", onKey); forget(); },
  };
};
