// The filters of the list: words, ranges with sliders and a histogram, and lists of values with counts.
import { button, debounce, h, svg } from "./dom.js";
import { className, format, grouped, shortMoney } from "./format.js";
import { texts } from "./texts.js";

const FACET_ORDER = ["Rejection", "City", "Property Type", "Flex Classification", "Source", "My Status"];
const RANGE_ORDER = ["Asking Price", "Asking Price/SqFt", "Building SqFt", "Lot Size Acres", "Year Built", "Flex Score"];
const STEPS = 200, MAX_VALUES = 200;
export const filterTitle = (name) => texts.filters.titles[name] ?? name;

const roundTo = (name, number, up) => {
  if (name === "Year Built") return Math.round(number);
  const unit = name === "Flex Score" ? 0.5 : 10 ** (Math.floor(Math.log10(Math.max(Math.abs(number), 1e-3))) - 1), rounded = (up ? Math.ceil : Math.floor)(number / unit + (up ? -1e-9 : 1e-9)) * unit;
  return +rounded.toPrecision(8);
};
const show = (name, number, column) => (column?.kind === "money" && number > 9999 ? shortMoney(number) : format(number, column ?? {}));
export const drawBars = (counts, isIn = () => true) => {
  const most = Math.max(...counts, 1), width = 10;
  return svg("svg", { class: "bars", viewBox: `0 0 ${counts.length * width} 40`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...counts.map((number, i) => svg("rect", { x: i * width + 0.5, width: width - 1, y: 40 - (38 * number) / most, height: (38 * number) / most, class: isIn(i) ? "in" : "out", "data-bin": i })));
};

const buildRange = (name, onChange) => {
  let range = null, column = null, chosen = null;
  const summary = h("summary", {}, filterTitle(name)), chart = h("div", { class: "chart" }), track = h("div", { class: "track" });
  const label = filterTitle(name).toLowerCase();
  const thumb = (text) => h("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": text(label), oninput: (event) => slide(event.target) });
  const box = (text) => h("input", { type: "number", step: "any", "aria-label": text(label), onchange: () => type() });
  const low = thumb(texts.filters.minimum), high = thumb(texts.filters.maximum), from = box(texts.filters.exactFrom), to = box(texts.filters.exactTo);
  // Prices and sizes are skewed: their slider is logarithmic.
  const isLog = () => range.low > 0 && top() / range.low > 30;
  const top = () => range.upper ?? range.high;  // the few values above share the last step
  const toNumber = (step) => (isLog() ? range.low * (top() / range.low) ** (step / STEPS) : range.low + ((top() - range.low) * step) / STEPS);
  const toStep = (number) => Math.round(STEPS * (isLog() ? Math.log(Math.max(number, range.low) / range.low) / Math.log(top() / range.low) : (number - range.low) / (top() - range.low || 1)));
  const tell = debounce(() => onChange(name, chosen), 180);
  const set = (minimum, maximum) => { chosen = minimum === null && maximum === null ? null : [minimum, maximum]; draw(); tell(); };
  const slide = (moved) => {
    if (+low.value > +high.value) (moved === low ? high : low).value = moved.value;
    set(+low.value === 0 ? null : roundTo(name, toNumber(+low.value), false), +high.value === STEPS ? null : roundTo(name, toNumber(+high.value), true));
  };
  const type = () => { const read = (input) => (input.value === "" ? null : +input.value); set(read(from), read(to)); };
  const draw = () => {
    const [minimum, maximum] = [chosen?.[0] ?? null, chosen?.[1] ?? null];
    const [start, end] = [minimum ?? range.low, maximum ?? range.high], text = texts.filters.range(show(name, start, column), show(name, end, column));
    const [first, last] = [start, end].map((number) => Math.max(0, Math.min(STEPS, toStep(number))));
    if (document.activeElement !== low) low.value = first;
    if (document.activeElement !== high) high.value = last;
    low.setAttribute("aria-valuetext", show(name, start, column));
    high.setAttribute("aria-valuetext", show(name, end, column));
    if (document.activeElement !== from) from.value = minimum ?? "";
    if (document.activeElement !== to) to.value = maximum ?? "";
    [from.placeholder, to.placeholder] = [roundTo(name, range.low, false), roundTo(name, range.high, true)];
    [track.style.left, track.style.right] = [`${(100 * first) / STEPS}%`, `${100 - (100 * last) / STEPS}%`];
    summary.textContent = chosen ? texts.filters.chosen(filterTitle(name), text) : filterTitle(name);
    summary.classList.toggle("active", Boolean(chosen));
    const size = (top() - range.low) / range.counts.length;
    chart.replaceChildren(drawBars(range.counts, (i) => range.low + size * (i + 1) >= start && range.low + size * i <= end));
  };
  const element = h("details", { class: "filter" }, summary, h("div", { class: "pop" }, h("p", { class: "pop-title" }, filterTitle(name)), chart, h("div", { class: "slider" }, track, low, high),
    h("div", { class: "exact" }, from, h("span", {}, texts.filters.to), to), button(texts.filters.clear, () => set(null, null), { class: "link" })));
  return { element, update: (found, current, described) => { [range, chosen, column] = [found, current ?? null, described]; draw(); } };
};

const buildFacet = (name, onChange) => {
  let chosen = [];
  const summary = h("summary", {}, filterTitle(name)), values = h("div", { class: "values", role: "group", "aria-label": filterTitle(name), tabindex: "0" });
  const find = h("input", { type: "search", placeholder: texts.filters.find(filterTitle(name).toLowerCase()), "aria-label": texts.filters.find(filterTitle(name).toLowerCase()), oninput: () => draw() });
  let found = [];
  const text = (value) => (value === null ? texts.filters.blank : name === "Flex Classification" ? className(value) : name === "Rejection" ? texts.filters.rejections[value] ?? value : value);
  const toggle = (value, isOn) => { chosen = isOn ? [...chosen, value] : chosen.filter((one) => one !== value); onChange(name, chosen.length ? chosen : null); };
  const draw = () => {
    const words = find.value.toLowerCase(), all = [...found, ...chosen.filter((value) => !found.some(([one]) => one === value)).map((value) => [value, 0])];
    const focused = values.contains(document.activeElement) ? document.activeElement.value : null;
    find.hidden = found.length < 9;
    values.replaceChildren(...all.filter(([value]) => text(value).toLowerCase().includes(words)).slice(0, MAX_VALUES).map(([value, number]) => h("label", {},
      h("input", { type: "checkbox", value: text(value), checked: chosen.includes(value), onchange: (event) => toggle(value, event.target.checked) }), h("span", {}, text(value)), h("span", { class: "soft" }, grouped(number, 0)))));
    if (focused !== null) [...values.querySelectorAll("input")].find((input) => input.value === focused)?.focus();
    summary.textContent = chosen.length ? texts.filters.chosen(filterTitle(name), chosen.length === 1 ? text(chosen[0]) : chosen.length) : filterTitle(name);
    summary.classList.toggle("active", chosen.length > 0);
  };
  const element = h("details", { class: "filter" }, summary, h("div", { class: "pop" }, h("p", { class: "pop-title" }, filterTitle(name)), find, values, button(texts.filters.clear, () => { chosen = []; onChange(name, null); }, { class: "link" })));
  return { element, update: (counted, current) => { [found, chosen] = [counted, [...(current ?? [])]]; draw(); } };
};

// Popups: one at a time; Escape and a click elsewhere close them.
document.addEventListener("click", (event) => document.querySelectorAll("details.filter[open]").forEach((open) => { if (!open.contains(event.target)) open.open = false; }));
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("details.filter[open]");
  if (!open) return;
  event.stopPropagation();
  open.open = false;
  open.querySelector("summary").focus();
}, true);

export const buildFilters = (box, onChange) => {
  const parts = new Map();
  const setPart = (kind) => (name, value) => onChange((filter) => {
    const values = { ...filter[kind] };
    if (value === null) delete values[name]; else values[name] = value;
    return { ...filter, [kind]: values };
  });
  const onRange = setPart("ranges"), onFacet = setPart("facets");
  return { update: (summary, filter, columns) => {
    const ranges = RANGE_ORDER.filter((name) => summary.ranges[name]), facets = FACET_ORDER.filter((name) => summary.facets[name]?.length || filter.facets?.[name]);
    const wanted = [...ranges.map((name) => `range ${name}`), ...facets.map((name) => `facet ${name}`)];
    [...parts.keys()].filter((key) => !wanted.includes(key)).forEach((key) => { parts.get(key).element.remove(); parts.delete(key); });
    ranges.forEach((name) => {
      if (!parts.has(`range ${name}`)) { parts.set(`range ${name}`, buildRange(name, onRange)); box.append(parts.get(`range ${name}`).element); }
      parts.get(`range ${name}`).update(summary.ranges[name], filter.ranges?.[name], columns.get(name));
    });
    facets.forEach((name) => {
      if (!parts.has(`facet ${name}`)) { parts.set(`facet ${name}`, buildFacet(name, onFacet)); box.append(parts.get(`facet ${name}`).element); }
      parts.get(`facet ${name}`).update(summary.facets[name], filter.facets?.[name]);
    });
  } };
};
