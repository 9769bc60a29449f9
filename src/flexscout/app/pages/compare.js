// Properties side by side.
import { badge, placeOf, priceOf, titleOf } from "./cells.js";
import { button, h, openDialog } from "./dom.js";
import { className } from "./format.js";
import { texts } from "./texts.js";

const LINES = ["Property Type", "Building SqFt", "Lot Size Acres", "Year Built", "Occupancy", "Zoning Code", "Sold Price", "Sale Date", "Price Position", "Owner Group", "Missing Factors", "Sources", "My Status", "My Notes"];

export const compareProperties = (rows, columns) => {
  const titles = new Map(columns.map(({ name, title }) => [name, title]));
  const points = columns.map(({ name }) => name).filter((name) => name.endsWith(" Points"));
  const show = (name) => (row) => (name === "Flex Classification" ? className(row.get(name)) : row.show(name));
  const lines = [
    [texts.compare.score, (row) => [badge(row.get("Flex Score")), " ", className(row.get("Flex Classification"))]],
    [texts.compare.rank, (row) => (row.get("Rank") === null ? "" : `#${row.get("Rank")}`)],
    [texts.compare.price, (row) => { const price = priceOf(row); return price ? [price.text, price.note && texts.cells.perSquareFoot(price.note), price.sold].filter(Boolean).join(" · ") : ""; }],
    ...[...points, ...LINES].map((name) => [titles.get(name) ?? name, show(name)]),
  ].map(([title, cell]) => [title, rows.map(cell)]).filter(([, cells]) => cells.some((cell) => cell && cell.length !== 0));
  const table = h("table", { class: "comparison" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "hidden" }, texts.compare.value)), rows.map((row) => h("th", { scope: "col" }, titleOf(row), h("span", {}, placeOf(row)))))),
    h("tbody", {}, lines.map(([title, cells]) => h("tr", {}, h("th", { scope: "row" }, title), cells.map((cell) => h("td", {}, cell))))));
  table.style.setProperty("--properties", rows.length);
  const dialog = openDialog(texts.compare.title,
    h("header", {}, h("h2", {}, texts.compare.title), button("✕", () => dialog.close(), { class: "close", "aria-label": texts.frame.close })),
    h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": texts.compare.sideBySide }, table));
  dialog.classList.add("large");
};
