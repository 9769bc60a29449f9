// Properties side by side.
import { badge, placeOf, priceOf, titleOf } from "./cells.js";
import { button, h, openDialog } from "./dom.js";
import { className } from "./format.js";

const LINES = ["Property Type", "Building SqFt", "Lot Size Acres", "Year Built", "Occupancy", "Zoning Code", "Sold Price", "Sale Date", "Price Position", "Owner Group", "Missing Factors", "Sources", "My Status", "My Notes"];

export const compareProperties = (rows, columns) => {
  const titles = new Map(columns.map(({ name, title }) => [name, title]));
  const points = columns.map(({ name }) => name).filter((name) => name.endsWith(" Points"));
  const show = (name) => (row) => (name === "Flex Classification" ? className(row.get(name)) : row.show(name));
  const lines = [
    ["Score", (row) => [badge(row.get("Flex Score")), " ", className(row.get("Flex Classification"))]],
    ["Rank", (row) => (row.get("Rank") === null ? "" : `#${row.get("Rank")}`)],
    ["Price", (row) => { const price = priceOf(row); return price ? [price.text, price.note && `${price.note}/SF`, price.sold].filter(Boolean).join(" · ") : ""; }],
    ...[...points, ...LINES].map((name) => [titles.get(name) ?? name, show(name)]),
  ].map(([title, cell]) => [title, rows.map(cell)]).filter(([, cells]) => cells.some((cell) => cell && cell.length !== 0));
  const dialog = openDialog("Comparison",
    h("header", {}, h("h2", {}, "Comparison"), button("✕", () => dialog.close(), { class: "close", "aria-label": "Close" })),
    h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Properties side by side" }, h("table", { class: "comparison" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "hidden" }, "Value")), rows.map((row) => h("th", { scope: "col" }, titleOf(row), h("span", {}, placeOf(row)))))),
      h("tbody", {}, lines.map(([title, cells]) => h("tr", {}, h("th", { scope: "row" }, title), cells.map((cell) => h("td", {}, cell))))))));
  dialog.classList.add("large");
};
