// The editor of rules: factors with their brackets, eligibility, the score, and the filter. It edits an object in the form of a profile file.
import { button, h } from "./dom.js";
import { texts } from "./texts.js";

const t = texts.rules;
const KINDS = { number: ["from", "above", "to", "below"], text: ["words", "is"], date: ["within_days"] };
const FIRST = { number: { from: 0 }, text: { words: ["flex"] }, date: { within_days: 365 } };  // the condition of a new rule
const MOST_POINTS = 10, SHARE = 3, STEPS = 300;  // a slider of a limit ends at about three times its value

const kindOf = (rule) => Object.keys(KINDS).find((kind) => KINDS[kind].some((key) => key in rule)) ?? "number";
const mostPoints = ({ points = 0 }) => (Array.isArray(points) ? Math.max(...points) : points);
const assign = (object, key, value) => { if (value === undefined) delete object[key]; else object[key] = value; };
const freeName = (name, taken) => [name, ...Array.from({ length: 60 }, (_, i) => `${name} ${i + 2}`)].find((one) => !taken.includes(one));
// Replace a key without changing the order of the entries.
const rename = (object, old, name) => {
  const entries = Object.entries(object).map(([key, value]) => [key === old ? name : key, value]);
  Object.keys(object).forEach((key) => delete object[key]);
  Object.assign(object, Object.fromEntries(entries));
};
const roundUp = (number) => { const unit = 10 ** Math.floor(Math.log10(number)); return Math.ceil(number / unit) * unit; };

// `edit(change)`: an edited value; `restructure(change)`: the editor is built again.
export const buildEditor = ({ content, settings, columns, filterColumns, comparisons, edit, restructure }) => {
  const kindOfColumn = (name) => columns.find((column) => column.name === name)?.kind ?? "number";
  const titleOfColumn = (name) => { const unit = columns.find((column) => column.name === name)?.unit; return unit && !name.includes("SqFt") && !name.includes("Acres") ? `${name} (${unit})` : name; };

  const field = (label, type, value, onInput, attributes = {}) => {
    const input = h("input", { type, value: value ?? "", ...(type === "number" ? { step: "any" } : {}), ...attributes });
    input.addEventListener("input", () => onInput(input.value));
    return h("label", { class: attributes.class ?? "" }, h("span", {}, label), input);
  };
  const number = (label, object, key, about = "") => field(label, "number", object[key], (text) => edit(() => assign(object, key, text === "" ? undefined : +text)), { class: "short", "aria-label": about ? `${about}: ${label}` : null });
  const text = (label, object, key, about) => field(label, "text", object[key], (value) => edit(() => assign(object, key, value || undefined)), { class: "long", "aria-label": about ? `${about}: ${label}` : null });
  const select = (label, options, chosen, onChange, about = label) => {
    const box = h("select", { "aria-label": about, onchange: () => onChange(box.value) }, options.map(([value, shown]) => h("option", { value, selected: value === chosen }, shown)));
    return box;
  };
  // A slider with a number field: the same value twice.
  const amount = (label, object, key, { high = MOST_POINTS, step = 0.1, about = "", empty = 0 } = {}) => {
    const name = about ? `${about}: ${label}` : label, value = object[key];
    const slider = h("input", { type: "range", min: 0, max: Math.max(high, value ?? 0), step, value: value ?? empty, "aria-label": t.slider(name) });
    const box = h("input", { type: "number", step: "any", value: value ?? "", "aria-label": name });
    slider.addEventListener("input", () => { box.value = slider.value; edit(() => assign(object, key, +slider.value)); });
    box.addEventListener("input", () => { slider.value = box.value || empty; edit(() => assign(object, key, box.value === "" ? undefined : +box.value)); });
    return h("span", { class: "amount" }, h("span", {}, label), slider, box);
  };

  const bound = (rule, keys, about, hasSlider) => {
    const key = keys.find((one) => one in rule) ?? keys[0], label = t.bounds[key];
    const box = h("input", { type: "number", step: "any", value: rule[key] ?? "", "aria-label": `${about}: ${label}` });
    const kind = select(label, keys.map((one) => [one, t.bounds[one]]), key, (chosen) => edit(() => { keys.forEach((one) => delete rule[one]); if (box.value !== "") rule[chosen] = +box.value; }), t.boundKind(about, label));
    box.addEventListener("input", () => { if (slider) slider.value = box.value || 0; edit(() => { keys.forEach((one) => delete rule[one]); if (box.value !== "") rule[kind.value] = +box.value; }); });
    const high = roundUp(SHARE * (rule[key] || 1)), slider = hasSlider && rule[key] > 0 && h("input", { type: "range", min: 0, max: high, step: high / STEPS, value: rule[key], "aria-label": t.slider(`${about}: ${label}`) });
    if (slider) slider.addEventListener("input", () => { box.value = slider.value; edit(() => { rule[kind.value] = +slider.value; }); });
    return h("span", { class: "limit" }, h("span", { class: "bound" }, kind, box), slider);
  };
  const condition = (rule, about, hasSliders = false) => {
    const kind = kindOf(rule);
    if (kind === "number") return [bound(rule, ["from", "above"], about, hasSliders), bound(rule, ["to", "below"], about, hasSliders)];
    if (kind === "date") return [number(t.withinDays, rule, "within_days", about)];
    const key = "words" in rule ? "words" : "is";
    const chosen = select(about, KINDS.text.map((one) => [one, t.textKinds[one]]), key, (other) => edit(() => { const listed = rule.words ?? rule.is; delete rule.words; delete rule.is; rule[other] = listed; }), t.boundKind(about, t.textKinds[key]));
    const split = (value) => value.split(",").map((part) => part.trim()).filter(Boolean);
    return [h("span", { class: "bound long" }, chosen, h("input", { type: "text", value: rule[key].join(", "), "aria-label": `${about}: ${t.listed}`, oninput: (event) => edit(() => { rule[chosen.value] = split(event.target.value); }) }))];
  };

  const buildRule = (part, i, about) => {
    const rule = part.rules[i], name = t.rule(about, i + 1), isPair = Array.isArray(rule.points);
    const pair = isPair && rule.points.map((_, end) => field(t.pointsAt[end], "number", rule.points[end], (value) => edit(() => { rule.points[end] = +value; }), { class: "short", "aria-label": `${name}: ${t.pointsAt[end]}` }));
    const canSlope = kindOf(rule) === "number";
    const slope = canSlope && h("label", { class: "check" }, h("input", { type: "checkbox", checked: isPair, onchange: () => restructure(() => { rule.points = isPair ? rule.points[0] : [rule.points ?? 0, rule.points ?? 0]; }) }), t.slope);
    return h("fieldset", { class: "rule" }, h("legend", { class: "hidden" }, name),
      h("div", { class: "line" }, condition(rule, name), isPair ? pair : amount(t.points, rule, "points", { about: name, high: content.score === "weighted mean" ? MOST_POINTS : 5 }), button("✕", () => restructure(() => part.rules.splice(i, 1)), { class: "close", "aria-label": t.removeRule(name), disabled: part.rules.length < 2 })),
      h("details", { class: "more" }, h("summary", {}, t.sentence), h("div", { class: "line" }, text(t.says, rule, "says", name), slope)));
  };
  const describeValue = (part) => {
    if (part.sum) return t.sumOf(part.sum);
    return t.ratioOf(part.ratio.of, part.ratio.to, part.ratio.if_missing);
  };
  const buildPart = (parts, i, about) => {
    const part = parts[i], kind = part.column ? kindOfColumn(part.column) : "number", name = parts.length > 1 ? t.part(about, i + 1) : about;
    const value = part.column ? h("label", {}, h("span", {}, t.column), select(t.column, columns.filter((column) => column.kind === kind).map((column) => [column.name, titleOfColumn(column.name)]), part.column, (chosen) => edit(() => { part.column = chosen; }), `${name}: ${t.column}`)) : h("p", { class: "kept" }, describeValue(part));
    return h("div", { class: "part" }, h("div", { class: "line" }, value, parts.length > 1 && button("✕", () => restructure(() => parts.splice(i, 1)), { class: "close", "aria-label": t.removePart(name) })),
      part.rules.map((_, at) => buildRule(part, at, name)),
      h("div", { class: "line" }, button(t.addRule, () => restructure(() => part.rules.push({ ...FIRST[kind], points: 1 })), { "aria-label": t.addRuleTo(name) }), text(t.otherwise, part, "otherwise", name)));
  };
  const buildFactor = ([name, factor]) => {
    const isMean = content.score === "weighted mean", most = factor.parts.reduce((sum, part) => sum + Math.max(0, ...part.rules.map(mostPoints)), factor.base ?? 0);
    const title = h("input", { type: "text", value: name, "aria-label": t.nameOf(name), maxlength: 60, onchange: () => { const chosen = title.value.trim(); if (chosen && chosen !== name && !(chosen in content.factors)) restructure(() => { rename(content.factors, name, chosen); Object.values(content.bonuses ?? {}).forEach((bonus) => { if (name in bonus.when) rename(bonus.when, name, chosen); }); }); else title.value = name; } });
    return h("details", { class: "factor", "data-factor": name, open: opened.has(name), ontoggle: (event) => { if (event.target.open) opened.add(name); else opened.delete(name); } },
      h("summary", {}, h("b", {}, name), " ", h("span", { class: "soft" }, isMean ? t.weightAndPoints(factor.weight ?? 1, most) : t.upTo(factor.cap ? Math.min(most, factor.cap) : most))),
      h("div", { class: "line" }, isMean && amount(t.weight, factor, "weight", { about: name, high: 5, empty: 1 }), h("label", {}, h("span", {}, t.name), title), number(t.base, factor, "base", name), number(t.cap, factor, "cap", name), button(t.removeFactor, () => restructure(() => { delete content.factors[name]; }), { "aria-label": t.removeRule(name), disabled: Object.keys(content.factors).length < 2 })),
      factor.parts.map((_, i) => buildPart(factor.parts, i, name)),
      factor.unknown?.length ? [h("h3", {}, t.unknown), factor.unknown.map((_, i) => buildPart(factor.unknown, i, t.unknownOf(name)))] : "");
  };
  const addColumn = (label, taken, onAdd) => {
    const box = h("select", { "aria-label": label }, h("option", { value: "" }, label), columns.filter(({ name }) => !taken.includes(name)).map(({ name }) => h("option", { value: name }, titleOfColumn(name))));
    box.addEventListener("change", () => { if (box.value) onAdd(box.value); });
    return box;
  };
  const buildCriteria = (key, title, lead) => {
    const criteria = content[key] ?? {};
    return h("section", { class: "panel criteria" }, h("h2", {}, title), h("p", { class: "lead" }, lead),
      Object.entries(criteria).map(([name, rule]) => h("fieldset", { class: "rule" }, h("legend", {}, titleOfColumn(name)), h("div", { class: "line" }, condition(rule, `${title}, ${name}`, true), button("✕", () => restructure(() => { delete criteria[name]; }), { class: "close", "aria-label": t.removeRule(`${title}, ${name}`) })))),
      addColumn(t.addCriterion, Object.keys(criteria), (name) => restructure(() => { content[key] = { ...criteria, [name]: { ...FIRST[kindOfColumn(name)] } }; })));
  };
  const buildScore = () => h("section", { class: "panel" }, h("h2", {}, t.score), h("div", { class: "line" },
    h("label", {}, h("span", {}, t.combined), select(t.combined, [["sum", t.sum], ["weighted mean", t.mean]], content.score ?? "sum", (chosen) => restructure(() => assign(content, "score", chosen === "sum" ? undefined : chosen)))),
    number(t.highest, content, "cap"), number(t.decimals, content, "decimals")),
    h("h3", {}, t.classes), h("div", { class: "line" }, Object.keys(content.classes).map((name) => number(name.replaceAll("_", " ").toLowerCase(), content.classes, name, t.classes))),
    Object.keys(content.bonuses ?? {}).length ? [h("h3", {}, t.bonuses), Object.entries(content.bonuses).map(([flag, bonus]) => h("fieldset", { class: "rule" }, h("legend", {}, flag.replaceAll("_", " ").toLowerCase()), h("div", { class: "line" }, number(t.points, bonus, "points", flag), Object.keys(bonus.when).map((factor) => number(t.reaches(factor), bonus.when, factor, flag)), button("✕", () => restructure(() => { delete content.bonuses[flag]; }), { class: "close", "aria-label": t.removeRule(flag) }))))] : "",
    content.record || content.counts ? h("p", { class: "kept" }, t.keptKeys(["record", "counts"].filter((key) => content[key]))) : "");

  const buildCondition = (one, i) => {
    const kind = filterColumns.find(({ name }) => name === one.column)?.kind ?? "text", name = t.condition(i + 1), isList = ["in", "not_in"].includes(one.comparison), isAlone = ["is_missing", "is_known"].includes(one.comparison);
    const read = (value) => (kind === "number" ? +value : value);
    const set = (value) => edit(() => { one.values = isList ? value.split(",").map((part) => part.trim()).filter(Boolean).map(read) : value === "" ? [] : [read(value)]; });
    const valueField = kind === "flag" ? select(t.value, [["true", t.yes], ["false", t.no]], `${one.values[0] ?? true}`, (value) => edit(() => { one.values = [value === "true"]; }), `${name}: ${t.value}`)
      : h("input", { type: isList || kind === "text" ? "text" : kind, step: "any", value: one.values.join(", "), placeholder: isList ? t.listed : null, "aria-label": `${name}: ${t.value}`, oninput: (event) => set(event.target.value) });
    return h("div", { class: "line condition" },
      select(t.column, filterColumns.map((column) => [column.name, column.name]), one.column, (column) => restructure(() => { const other = filterColumns.find(({ name: found }) => found === column).kind; one.column = column; if (!comparisons[other].includes(one.comparison)) one.comparison = comparisons[other][0]; if (other !== kind) one.values = other === "flag" ? [true] : []; }), `${name}: ${t.column}`),
      select(t.comparison, comparisons[kind].map((comparison) => [comparison, t.comparisons[comparison]]), one.comparison, (comparison) => restructure(() => { one.comparison = comparison; if (["is_missing", "is_known"].includes(comparison)) one.values = []; else if (!["in", "not_in"].includes(comparison)) one.values = one.values.slice(0, 1); }), `${name}: ${t.comparison}`),
      !isAlone && valueField, button("✕", () => restructure(() => settings.conditions.splice(i, 1)), { class: "close", "aria-label": t.removeRule(name) }));
  };
  const buildFilter = () => h("section", { class: "panel filter-rules" }, h("h2", {}, t.filter), h("p", { class: "lead" }, t.aboutFilter),
    settings.conditions ? [settings.conditions.map(buildCondition), h("div", { class: "actions" }, button(t.addCondition, () => restructure(() => settings.conditions.push({ column: "City", comparison: "in", values: [] }))))]
      : [h("p", { class: "soft" }, t.onlyText), (() => { const area = h("textarea", { rows: 3, "aria-label": t.filter, oninput: () => edit(() => { settings.where = area.value; }) }, settings.where); return area; })(), button(t.startOver, () => restructure(() => { settings.conditions = []; }))],
    settings.where_rows ? h("p", { class: "kept" }, t.rowsFilter(settings.where_rows)) : "");

  return [
    h("section", { class: "panel" }, h("h2", {}, t.minimum), h("p", { class: "lead" }, t.aboutMinimum), amount(t.minimum, settings, "min_score")),
    h("section", { class: "panel factor-rules" }, h("h2", {}, t.factors), h("p", { class: "lead" }, t.aboutFactors), Object.entries(content.factors).map(buildFactor),
      addColumn(t.addFactor, [], (column) => { const name = freeName(column, Object.keys(content.factors)); opened.add(name); restructure(() => { content.factors[name] = { parts: [{ column, rules: [{ ...FIRST[kindOfColumn(column)], points: 1 }] }] }; }); })),
    buildCriteria("eligibility", t.eligibility, t.aboutEligibility),
    buildCriteria("exclusions", t.exclusions, t.aboutExclusions),
    buildFilter(),
    buildScore(),
  ];
};

const opened = new Set();  // factors that are unfolded, also after the editor is built again
