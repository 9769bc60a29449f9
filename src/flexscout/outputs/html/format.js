// Show values as people write them, in the page and in the window.
export const words = { squareFeet: "sq ft", acres: "acres", feet: "ft", yes: "yes", no: "no", months: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ") };

export const grouped = (number, decimals = 2) => number.toLocaleString("en-US", { maximumFractionDigits: decimals });
export const count = (number, one, many = `${one}s`) => `${grouped(number, 0)} ${number === 1 ? one : many}`;

const UNITS = {
  USD: (number) => `$${grouped(number, 0)}`,
  "USD per square foot": (number) => `$${grouped(number, number < 20 ? 2 : 0)}`,
  "square feet": (number) => `${grouped(number, 0)} ${words.squareFeet}`,
  acres: (number) => `${grouped(number)} ${words.acres}`,
  "percent 0-100": (number) => `${grouped(number, 1)}%`,
  share: (number) => `${grouped(number * 100, 0)}%`,
  feet: (number) => `${grouped(number, 1)} ${words.feet}`,
  year: (number) => `${number}`,
};
const KINDS = { year: UNITS.year, money: UNITS.USD, percent: UNITS["percent 0-100"], score: (number) => showScore(number) };

export const formatDay = (text) => {
  const [year, month, day] = text.slice(0, 10).split("-");
  return `${words.months[month - 1]} ${+day}, ${year}`;
};
export const isDay = (text) => /^\d{4}-\d\d-\d\d(?:[T ]\d\d:.*)?$/.test(text);

// `bare`: without the unit, for a column that names it.
export const format = (value, column = {}, bare = false) => {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value !== "number") return isDay(value) ? formatDay(value) : `${value}`;
  if (bare && ["square feet", "acres", "feet"].includes(column.unit)) return grouped(value);
  if (column.unit === "degrees") return `${+value.toFixed(5)}`;
  return (UNITS[column.unit] ?? KINDS[column.kind] ?? grouped)(value);
};

export const shortMoney = (number) => number >= 999_500 ? `$${grouped(number / 1e6, number < 9.95e6 ? 1 : 0)}M` : `$${grouped(number / 1e3, 0)}K`;
export const showScore = (score) => score === null || score === undefined ? "" : Number.isInteger(score) ? score.toFixed(1) : `${+score.toFixed(2)}`;
export const band = (score) => [8, 6, 4, 2].find((minimum) => score >= minimum) ?? 0;
export const className = (code) => code ? `${code}`.replaceAll("_", " ").toLowerCase().replace(/^./, (letter) => letter.toUpperCase()) : "";
export const capitalize = (text) => `${text}`.replace(/^./, (letter) => letter.toUpperCase());
export const fileSize = (bytes) => bytes === null || bytes === undefined ? "" : bytes < 1e6 ? `${grouped(Math.max(1, bytes / 1e3), 0)} KB` : `${grouped(bytes / 1e6, 1)} MB`;
export const seconds = (number) => number < 60 ? `${grouped(number, number < 10 ? 1 : 0)} s` : `${Math.floor(number / 60)} min ${Math.round(number % 60)} s`;
