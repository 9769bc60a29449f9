// Everything about one property: score, reasons, values of all sources, merges, duplicates, history, and what the user types.
import { downloadSheet, get, post, put } from "./api.js";
import { badge, buildRow, placeOf, positionOf, priceOf, titleOf } from "./cells.js";
import { act, announce, button, debounce, h, link, showError, webAddress } from "./dom.js";
import { capitalize, className, format, formatDay, grouped, isDay, showScore } from "./format.js";
import { app } from "./state.js";
import { texts } from "./texts.js";
import { showTimeline } from "./timeline.js";

const SAVE_AFTER = 600;
const FIRST_VALUES = ["Address", "Unit", "City", "State", "Zip Code", "County", "APN", "Property Name", "Property Type", "Building SqFt", "Lot Size Acres", "Lot Size SqFt", "Year Built", "Occupancy", "Zoning Code", "Asking Price", "Sold Price", "Sale Date", "Total Parcel Value", "Improvement Value", "Owner Name", "Latitude", "Longitude", "Property Link"];

const part = (title, ...content) => (content.flat(2).some(Boolean) ? h("section", {}, h("h3", {}, title), ...content) : "");
const text = (value, column) => (typeof value === "string" && isDay(value) ? formatDay(value) : format(value, column));
// The same of a value that is stored as text.
const showText = (value, column) => text(value && column?.unit !== undefined && column.kind !== "text" && !Number.isNaN(+value) ? +value : value, column);
const where = ({ file, sheet, row }) => [file, sheet, row ? texts.property.row(row) : ""].filter(Boolean).join(", ");

const headline = (row) => {
  const price = priceOf(row), pairs = [
    price && [price.sold ? texts.property.facts.priceOf(price.sold) : texts.property.facts.price, price.text], price?.note && [texts.property.facts.perSquareFoot, price.note],
    row.get("Building SqFt") !== null && [texts.property.facts.building, row.show("Building SqFt")], row.get("Lot Size Acres") !== null && [texts.property.facts.lot, row.show("Lot Size Acres")],
    row.get("Year Built") !== null && [texts.property.facts.built, row.show("Year Built")], row.get("Occupancy") !== null && [texts.property.facts.occupied, row.show("Occupancy")],
  ].filter(Boolean);
  return pairs.length ? h("dl", { class: "facts" }, pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))) : "";
};

const pointsPart = (about) => {
  const line = ({ factor, points, best, text: reason }) => {
    const meter = h("div", { class: "meter", "aria-hidden": "true" }, h("i"));
    meter.firstChild.style.width = `${best ? Math.max(0, Math.min(100, (100 * points) / best)) : 0}%`;
    return h("li", { class: points >= best ? "full" : points > 0 ? "some" : "none" }, h("span", { class: "points" }, texts.property.points(points, best)), meter, h("span", {}, h("b", {}, capitalize(factor)), " ", reason));
  };
  return h("ul", { class: "factors" }, (about.factors ?? []).map(line), about.bonus ? h("li", { class: "full" }, h("span", { class: "points" }, `+${grouped(about.bonus)}`), h("span"), h("span", {}, h("b", {}, texts.property.bonus), " ", about.flags ?? "")) : "");
};

// The place of a cell; its text only if that differs from the value.
const cellText = ({ cell, value }) => { const [place, ...rest] = cell.split(": "), original = rest.join(": "); return original === `${value}` || original === grouped(+value, 6) ? place : cell; };

const improvementText = (one) => (typeof one === "string" ? one : one.score === undefined || one.score === null ? one.text : texts.property.improved(one.text, showScore(one.score)));
const changeText = (change) => {
  const what = change.column ? texts.property.changed(change.column, change.old, change.new) : change.text ?? "";
  return texts.property.change(change.change ?? "", what);
};

let lastSave = Promise.resolve();  // a property that is opened again at once has what was just typed

const isStatus = (name) => /status/i.test(name);

// Boxes that save what is typed into them.
const buildNotes = (id, notes, onSaved) => {
  const state = h("p", { class: "saved", role: "status" }), pending = new Map(), inputs = new Map(), known = new Map(Object.entries(notes));
  let saving = Promise.resolve();
  // Put what another tab has saved meanwhile before what is typed here.
  const learn = (name, sent, stored) => {
    known.set(name, stored);
    if (isStatus(name) || stored === sent.trim()) return false;
    const input = inputs.get(name), before = stored.endsWith(sent.trim()) ? stored.slice(0, stored.length - sent.trim().length) : `${stored}\n`;
    const [start, end] = [input.selectionStart, input.selectionEnd];
    input.value = pending.has(name) ? before + input.value : stored;
    input.setSelectionRange(before.length + start, before.length + end);
    if (pending.has(name)) pending.set(name, input.value);
    return true;
  };
  const send = async () => {
    if (!pending.size) return;
    const changes = Object.fromEntries(pending);
    pending.clear();
    state.textContent = texts.property.saving;
    try {
      const seen = Object.fromEntries([...known].filter(([name]) => name in changes && !isStatus(name)));  // a later status replaces the earlier one
      const { notes: stored } = await put(`properties/${encodeURIComponent(id)}/notes`, { texts: changes, known: seen });
      const joined = Object.entries(changes).map(([name, sent]) => learn(name, sent, stored[name] ?? ""));
      state.textContent = joined.includes(true) ? texts.property.savedBoth : texts.property.saved;
      onSaved();
    } catch (error) {
      Object.entries(changes).forEach(([name, value]) => { if (!pending.has(name)) pending.set(name, value); });
      state.textContent = texts.property.notSaved;
      showError(error);
    }
  };
  const flush = () => {
    save.cancel();
    saving = saving.then(send);  // one after the other: each says what it has read before
    lastSave = saving;
  };
  const save = debounce(flush, SAVE_AFTER);
  const box = ([name, value], i) => {
    const key = `note-${i}`, typed = (event) => { pending.set(name, event.target.value); state.textContent = ""; save(); };
    const input = isStatus(name) ? h("input", { id: key, list: "statuses", value: value ?? "", oninput: typed, onchange: flush, autocomplete: "off" }) : h("textarea", { id: key, rows: 3, oninput: typed, onchange: flush });
    if (!isStatus(name)) input.value = value ?? "";
    inputs.set(name, input);
    return h("div", { class: "note" }, h("label", { for: key }, name), input);
  };
  const element = h("div", { class: "notes" }, Object.entries(notes).map(box), h("datalist", { id: "statuses" }, texts.property.statuses.map((status) => h("option", { value: status }))), state);
  return { element, flush };
};

// The value on the list, and in each source with its cell.
const buildValues = (id, about, columns, onSaved) => {
  const corrections = { ...about.corrections }, applied = about.applied ?? {}, sources = about.sources ?? [];
  const named = new Set([...sources.flatMap((source) => Object.keys(source.values ?? {})), ...Object.keys(corrections)]);
  FIRST_VALUES.forEach((name) => { if (about.values[name] !== null && about.values[name] !== undefined) named.add(name); });
  const names = [...FIRST_VALUES.filter((name) => named.has(name)), ...[...named].filter((name) => !FIRST_VALUES.includes(name)).sort()];
  const ownCell = (name) => {
    const cell = h("td", { class: "own" }), column = columns.get(name);
    const store = async (value) => {
      const answer = await put(`properties/${encodeURIComponent(id)}/corrections`, { [name]: value });
      Object.keys(corrections).forEach((key) => delete corrections[key]);
      Object.assign(corrections, answer.corrections);
      draw();
      announce(value === null ? texts.property.announceUndone : texts.property.announceCorrected);
      onSaved();
    };
    const edit = () => {
      const input = h("input", { "aria-label": texts.property.correctName(name), value: corrections[name] ?? about.values[name] ?? "" });
      const first = input.value;
      let isDone = false;
      const finish = async () => {
        if (isDone) return;
        isDone = true;  // the box that is removed loses the focus too
        try { await store(input.value.trim()); } catch (error) { isDone = false; throw error; }
      };
      const keep = act(async () => { await finish(); cell.querySelector("button")?.focus(); });
      const drop = () => { isDone = true; draw(); cell.querySelector("button")?.focus(); };
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") keep();
        if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); drop(); }
      });
      input.addEventListener("focusout", (event) => { if (input.value !== first && !cell.contains(event.relatedTarget)) act(finish)(); });
      const choices = [button(texts.frame.save, keep, { class: "primary" }), button(texts.frame.cancel, drop)];
      choices.forEach((choice) => choice.addEventListener("pointerdown", (event) => event.preventDefault()));  // the box keeps the focus
      cell.replaceChildren(h("div", { class: "edit" }, input, choices));
      input.focus();
      input.select();
    };
    const draw = () => {
      const isCorrected = corrections[name] !== undefined && corrections[name] !== null, wasApplied = name in applied, ofFiles = showText(applied[name]?.source_value, column);
      const isUndone = wasApplied && !isCorrected, isCounted = wasApplied && applied[name].value === corrections[name];
      const note = isUndone ? texts.property.backToFiles : isCounted ? texts.property.corrected(ofFiles) : isCorrected ? texts.property.correctedTo(corrections[name]) : "";
      cell.replaceChildren(h("span", { class: "value" }, (isUndone ? ofFiles : text(about.values[name], column)) || "–"),
        note && h("span", { class: "corrected" }, note, " ", isCorrected && button(texts.property.undo, act(() => store(null)), { class: "link", "aria-label": texts.property.undoName(name) })),
        about.rank ? button(texts.property.correct, edit, { class: "link correct", "aria-label": texts.property.correctName(name) }) : "");
    };
    draw();
    return cell;
  };
  const sourceCell = (name, source) => {
    const found = source.values?.[name];
    if (!found) return h("td");
    return h("td", { class: found.is_used ? "used" : "" }, h("span", { class: "value" }, found.is_used ? "✓ " : "", text(found.value, columns.get(name)) || "–"), found.cell && h("span", { class: "cell" }, cellText(found)));
  };
  return h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": texts.property.sources }, h("table", { class: "values-table" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, texts.property.value), h("th", { scope: "col" }, texts.property.onList), sources.map((source) => h("th", { scope: "col", title: source.file }, source.file.slice(source.file.lastIndexOf("/") + 1), h("span", {}, [source.sheet, source.row && texts.property.row(source.row)].filter(Boolean).join(", ")))))),
    h("tbody", {}, names.map((name) => h("tr", {}, h("th", { scope: "row" }, columns.get(name)?.title ?? name), ownCell(name), sources.map((source) => sourceCell(name, source)))))));
};

const buildDuplicates = (id, about, open) => about.possible_duplicates?.length ? h("ul", { class: "duplicates" }, about.possible_duplicates.map((other) => {
  let decided = other.decision ?? about.decisions?.[other.id] ?? null;
  const choices = Object.entries(texts.property.decisions).map(([code, title]) => button(title, act(async () => {
    await post("decisions", { id, other: other.id, decision: code });
    decided = code;
    draw();
    announce(texts.property.announceDecision(title));
  }), { "data-decision": code, "aria-label": texts.property.decide(title, other.address ?? other.id) }));
  const note = h("span", { class: "soft" });
  const draw = () => {
    choices.forEach((choice) => choice.setAttribute("aria-pressed", `${choice.dataset.decision === decided}`));
    note.textContent = decided && decided !== "later" ? texts.property.decided : "";
  };
  draw();
  return h("li", {}, h("div", {}, button(other.address ?? other.id, () => open(other.id), { class: "link" }), h("span", { class: "soft" }, [other.city, other.state].filter(Boolean).join(", "))),
    h("span", {}, [other.evidence, other.score === undefined || other.score === null ? "" : texts.property.match(grouped(100 * other.score, 0))].filter(Boolean).join(" · ")), h("div", { class: "actions" }, choices, note));
})) : "";

const buildLinks = (about, row) => {
  const words = ["Address", "City", "State", "Zip Code"].map((name) => row.get(name)).filter(Boolean).join(" ");
  const pairs = { ...(row.get("Address") ? { [texts.property.map]: `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(words)}` } : {}), ...(row.get("Property Link") ? { [texts.property.listing]: row.get("Property Link") } : {}), ...(about.links ?? {}) };
  return Object.entries(pairs).map(([name, url]) => [name, webAddress(url)]).filter(([, url]) => url).map(([name, url]) => link(name, url));
};

/** options: query (view, filter and order of the list), columns, turn(±1), close(), open(id), onSaved() */
export const showProperty = async (box, id, options) => {
  await lastSave;
  const about = await get(`properties/${encodeURIComponent(id)}`, options.query);
  about.values ??= about.about ?? {};
  const known = Object.entries(about.kinds ?? {}).map(([name, kind]) => [name, { title: name, ...kind }]);
  const columns = new Map([...options.columns, ...known.map(([name, kind]) => [name, { ...options.columns.get(name), ...kind, title: options.columns.get(name)?.title ?? name }])]);
  const names = Object.keys(about.values), row = buildRow(id, names.map((name) => about.values[name]), new Map(names.map((name, i) => [name, i])), names.map((name) => columns.get(name) ?? {}));
  const notes = buildNotes(id, about.notes ?? {}, options.onSaved), name = row.get("Property Name"), title = titleOf(row), isListed = Boolean(about.rank);
  const ceiling = about.ceiling !== undefined && about.ceiling !== null && about.ceiling > about.score ? texts.property.ceiling(showScore(about.score), showScore(about.ceiling)) : "";
  const reasons = about.reasons?.length ? h("ul", { class: "plain" }, about.reasons.map((reason) => h("li", {}, capitalize(reason)))) : "";
  const price = row.get("Price Position"), position = positionOf(row);
  const mergeList = (about.merges ?? []).map((merge) => h("li", {}, h("b", {}, where(merge)), " ", [merge.match, merge.evidence, merge.why_not_kept].filter(Boolean).join(" · "), merge.fields_that_differ ? h("span", { class: "soft" }, " ", texts.property.differs(merge.fields_that_differ)) : ""));
  const history = (about.history ?? []).map((change) => h("li", {}, h("span", { class: "soft" }, change.day ? formatDay(change.day) : change.run ? texts.property.run(change.run) : ""), " ", changeText(change)));
  const others = names.filter((one) => !FIRST_VALUES.includes(one) && about.values[one] !== null && about.values[one] !== "");
  const print = () => {
    document.documentElement.classList.add("print-property");
    addEventListener("afterprint", () => document.documentElement.classList.remove("print-property"), { once: true });
    window.print();
  };
  const timeline = h("section", {});
  box.replaceChildren(
    h("header", {}, h("div", { class: "score" }, badge(about.score), h("span", {}, className(about.class))),
      h("div", { class: "title" }, h("h2", {}, title), h("p", {}, [placeOf(row), name !== title && name].filter(Boolean).join(" · ")), h("p", { class: "links" }, isListed ? texts.property.rank(about.rank, about.list_length) : texts.property.notListed, ...buildLinks(about, row))),
      button("✕", options.close, { class: "close", "aria-label": texts.property.closeProperty })),
    h("div", { class: "actions" }, button(texts.property.previous, () => options.turn(-1)), button(texts.property.next, () => options.turn(1)), button(texts.property.print, print),
      app.state.can_memo ? button(texts.property.sheet, act(async () => { announce(texts.files.downloaded(await downloadSheet(id))); })) : ""),
    headline(row),
    part(texts.property.notes, Object.keys(about.notes ?? {}).length ? notes.element : ""),
    isListed ? "" : part(texts.property.whyNotListed, reasons || h("p", {}, texts.property.belowMinimum(showScore(about.minimum_score)))),
    part(texts.property.whyScore, (about.factors ?? []).length ? pointsPart(about) : "", ceiling && h("p", { class: "soft" }, ceiling)),
    part(texts.property.improvements, about.improvements?.length ? h("ul", { class: "plain" }, about.improvements.map((one) => h("li", {}, improvementText(one)))) : ""),
    part(texts.property.position, price || position ? h("p", {}, row.get("Median Asking/SqFt") === null ? texts.property.noMedian(price || position) : texts.property.withMedian(price || position, texts.cells.perSquareFoot(row.show("Median Asking/SqFt")))) : ""),
    part(texts.property.duplicates, buildDuplicates(id, about, options.open)),
    part(texts.property.sources, buildValues(id, about, columns, options.onSaved), about.sources?.length ? h("p", { class: "soft" }, texts.property.aboutMark) : ""),
    part(texts.property.merged, mergeList.length ? h("ul", { class: "plain" }, mergeList) : ""),
    timeline,
    part(texts.property.history, history.length ? h("ul", { class: "plain" }, history) : ""),
    others.length ? h("details", {}, h("summary", {}, texts.property.more), h("dl", { class: "more" }, others.map((one) => h("div", {}, h("dt", {}, columns.get(one)?.title ?? one), h("dd", {}, text(about.values[one], columns.get(one))))))) : "",
  );
  if (isListed) showTimeline(timeline, id).catch(showError);
  box.setAttribute("aria-label", texts.property.label(title));
  announce(texts.property.announce(title, showScore(about.score)));
  const leave = () => { notes.flush(); };
  addEventListener("pagehide", leave);
  return { id, position: about.list_position ?? null, nextId: about.next_id ?? null, previousId: about.previous_id ?? null, close: () => { removeEventListener("pagehide", leave); notes.flush(); } };
};
