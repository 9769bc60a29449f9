// The cells of the list: some columns show several values of a property.
import { h } from "./dom.js";
import { band, capitalize, className, format, grouped, showScore } from "./format.js";
import { texts } from "./texts.js";

export const badge = (score) => h("b", { class: `badge s${band(score ?? 0)}` }, showScore(score));
export const titleOf = (row) => row.get("Address") ?? row.get("Property Name") ?? texts.cells.noAddress;
export const placeOf = (row) => [[row.get("City"), row.get("State")].filter(Boolean).join(", "), row.get("Zip Code")].filter(Boolean).join(" ");

export const priceOf = (row) => {
  if (row.get("Asking Price") !== null) return { text: row.show("Asking Price"), note: row.show("Asking Price/SqFt") };
  if (row.get("Sold Price") === null) return null;
  const year = `${row.get("Sale Date") ?? ""}`.slice(0, 4);
  return { text: row.show("Sold Price"), note: row.show("Sold Price/SqFt"), sold: texts.cells.sold(year) };
};
export const positionOf = (row) => {
  const [asked, median] = [row.get("Asking Price/SqFt"), row.get("Median Asking/SqFt")];
  if (asked === null || !median) return "";
  return texts.cells.position(Math.round(100 * (asked / median - 1)));
};

// A row of the list: values by column name.
export const buildRow = (id, values, index, columns) => ({
  id, values,
  get: (name) => { const at = index.get(name); return at === undefined ? null : values[at] ?? null; },
  show: (name, bare = false) => { const at = index.get(name); return at === undefined ? "" : format(values[at], columns[at], bare); },
});

const scoreCell = (row) => h("div", { class: "cell-score" }, badge(row.get("Flex Score")), row.get("Rank") !== null && h("span", {}, `#${grouped(row.get("Rank"), 0)}`));
const propertyCell = (isNarrow, view) => (row) => {
  const price = priceOf(row), reasons = view === "candidates" || isNarrow ? row.get("Reasons") : "";
  const facts = [price?.text, price?.note && texts.cells.perSquareFoot(price.note), price?.sold, row.show("Building SqFt"), row.show("Lot Size Acres")].filter(Boolean).join(" · ");
  return h("div", { class: "cell-property" }, h("b", {}, titleOf(row)), h("span", {}, [placeOf(row), row.get("Property Type")].filter(Boolean).join(" · ")),
    isNarrow ? h("span", { class: "why" }, view === "candidates" ? facts || reasons : reasons) : reasons && h("span", { class: "why", title: reasons }, reasons));
};
const priceCell = (row) => {
  const price = priceOf(row);
  return price ? h("div", { class: "cell-price" }, h("b", {}, price.text), h("span", {}, [price.note && texts.cells.perSquareFoot(price.note), price.sold].filter(Boolean).join(" · ")), !price.sold && h("span", { class: row.get("Asking Price/SqFt") < row.get("Median Asking/SqFt") ? "below" : "" }, positionOf(row))) : "";
};
const reasonCell = (row) => h("div", { class: "cell-reason" }, capitalize(row.get("Reasons") ?? ""));
const ownerCell = (row) => {
  const others = (row.get("Owner Properties") ?? 1) - 1;
  return h("div", { class: "cell-owner" }, h("span", {}, row.get("Owner Group") ?? row.get("Owner Name") ?? ""), others > 0 && h("span", { class: "soft" }, texts.cells.othersOfOwner(others)));
};
const BY_NAME = {
  "Flex Score": { width: 80, cell: () => scoreCell },
  Address: { width: 330, cell: propertyCell },
  "Asking Price": { width: 150, cell: () => priceCell },
  "Building SqFt": { width: 88 },
  "Lot Size Acres": { width: 90 },  // with an arrow when the list is in its order
  "Year Built": { width: 82 },
  "Owner Name": { width: 150, cell: () => ownerCell },
  "My Status": { width: 110 },
  "Flex Classification": { width: 110 },
};
const FIRST = {
  candidates: ["Flex Score", "Address", "Asking Price", "Building SqFt", "Lot Size Acres", "Year Built", "Owner Name"],
  to_verify: ["Flex Score", "Address", "Reasons", "Asking Price", "Building SqFt", "Lot Size Acres", "Source File"],
  rejected: ["Address", "Reasons", "Building SqFt", "Lot Size Acres", "Flex Score", "Source File", "Source Row"],
};
const NARROW = ["Flex Score", "Address"];
const NUMERIC = new Set(["number", "money", "percent", "year", "score"]);

// The columns in the order, width and visibility that the user gave them; new ones keep theirs, at the end.
export const arrangeColumns = (columns, kept) => {
  if (!Array.isArray(kept)) return columns;
  const order = new Map(kept.map((column, i) => [column.colId, { ...column, i }]));
  const arranged = columns.map((column) => {
    const own = order.get(column.name);
    return own ? { ...column, grid: { ...column.grid, hide: own.hide, ...(column.grid.flex ? {} : { width: own.width }) } } : column;
  });
  return arranged.sort((one, two) => (order.get(one.name)?.i ?? columns.length) - (order.get(two.name)?.i ?? columns.length));
};

const render = (make) => ({ data }) => (data ? make(data) : "");

// The columns of a view as the grid takes them; those in FIRST are shown at first, all others can be chosen.
export const buildColumns = (columns, view, isNarrow, pick) => {
  const known = new Map(columns.map((column) => [column.name, column])), first = (isNarrow ? NARROW : FIRST[view]).filter((name) => known.has(name));
  const others = columns.map(({ name }) => name).filter((name) => !first.includes(name));
  const define = (name, isShown) => {
    const column = known.get(name), own = BY_NAME[name] ?? {}, isReason = name === "Reasons" && view !== "candidates";
    const make = isReason ? reasonCell : own.cell?.(isNarrow, view) ?? ((row) => (name === "Flex Classification" ? className(row.get(name)) : row.show(name, true)));
    const isNumber = NUMERIC.has(column.kind) && !own.cell;
    return { name, title: isReason ? (view === "rejected" ? texts.cells.whyRejected : texts.cells.whatToVerify) : texts.cells.titles[name] ?? column.title, grid: {
      hide: !isShown, width: isReason ? 320 : own.width ?? (isNumber ? 110 : 140), cellRenderer: render(make), sortable: name !== "Reasons",
      cellClass: [own.cell || isReason ? "rich" : "plain", isNumber ? "num" : ""].filter(Boolean), headerClass: isNumber ? "num" : "",
      ...(name === "Address" || isReason ? { flex: 1, minWidth: isNarrow ? 180 : 260 } : {}), ...(name === "Flex Score" ? { sortingOrder: ["desc", "asc", null] } : {}),
    } };
  };
  const picked = { name: "pick", title: texts.cells.pick, grid: { width: 58, minWidth: 44, sortable: false, resizable: false, suppressMovable: true, cellRenderer: render(pick), cellClass: "pick" } };
  const listed = [...first.map((name) => define(name, true)), ...others.map((name) => define(name, false))];
  return isNarrow ? [...listed, picked] : [picked, ...listed];
};
