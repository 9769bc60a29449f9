// The values of a property on the kept lists: a small line for each that is known in several runs, and a table.
import { get } from "./api.js";
import { h, svg } from "./dom.js";
import { format, formatDay, grouped } from "./format.js";
import { texts } from "./texts.js";

const words = texts.timeline;
const WIDTH = 220, HEIGHT = 44, EDGE = 5;

// A line through the known values; runs without one leave a gap.
const drawLine = (values) => {
  const known = values.filter((value) => value !== null), [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (i) => EDGE + (values.length < 2 ? 0 : ((WIDTH - 2 * EDGE) * i) / (values.length - 1)), y = (value) => (high === low ? HEIGHT / 2 : HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * (value - low)) / (high - low));
  const points = values.map((value, i) => (value === null ? null : [x(i), y(value)]));
  const path = points.map((point, i) => (point ? `${points[i - 1] ? "L" : "M"}${point[0].toFixed(1)} ${point[1].toFixed(1)}` : "")).join("");
  return svg("svg", { class: "line", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" }, svg("path", { d: path }), ...points.filter(Boolean).map(([cx, cy]) => svg("circle", { cx, cy, r: 3 })));
};

/** Fill a box with what is known of a property over time; it stays empty before the second run. */
export const showTimeline = async (box, id) => {
  const { columns, runs } = await get("history/values", { id });
  if (runs.filter(({ rank }) => rank !== null).length < 2) return;
  const used = columns.map((column, i) => ({ column, values: runs.map(({ values }) => values[i]) })).filter(({ values }) => values.some((value) => value !== null));
  const ends = ({ column, values }) => { const known = values.filter((value) => value !== null); return [known[0], known.at(-1)].map((value) => format(value, column)); };
  const charts = used.filter(({ values }) => new Set(values.filter((value) => value !== null)).size > 1 || values === used[0].values);
  box.replaceChildren(h("h3", {}, words.title), h("div", { class: "lines" }, charts.map((one) => h("figure", {}, drawLine(one.values), h("figcaption", {}, words.chart(one.column.name, ...ends(one)))))),
    h("details", {}, h("summary", {}, words.values), h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": words.values }, h("table", { class: "timeline" }, h("caption", { class: "hidden" }, words.values),
      h("thead", {}, h("tr", {}, [words.run, words.day, words.rank, ...used.map(({ column }) => column.name)].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, runs.map((run, i) => h("tr", {}, h("th", { scope: "row" }, `${run.run}`), h("td", {}, formatDay(run.day)), h("td", {}, run.rank === null ? words.notListed : grouped(run.rank, 0)), used.map(({ column, values }) => h("td", {}, format(values[i], column))))).reverse())))));
};
