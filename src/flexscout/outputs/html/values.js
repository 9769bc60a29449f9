  // The candidates, by column. A candidate is known by its row, from 0.
  const data = byId("page-data") ? JSON.parse(byId("page-data").textContent) : null;
  const decode = (column) => {
    if (!column || Array.isArray(column)) return column ?? [];
    const text = (at) => at === null ? null : column.texts[at];
    return column.at.map((at) => Array.isArray(at) ? at.map(text) : text(at));
  };
  const columns = new Map(data ? Object.entries(data.columns).map(([name, column]) => [name, decode(column)]) : []);
  const units = new Map(data ? Object.entries(data.units) : []);
  const value = (name, row) => columns.get(name)?.[row] ?? null;
  const [why, reasons, sources] = data ? [data.why, data.reasons, data.sources].map(decode) : [];
  const groupByRow = (table) => {
    const decoded = Object.entries(table ?? {}).map(([name, column]) => [name, decode(column)]);
    const groups = new Map();
    (table?.row ?? []).forEach((row, i) => {
      if (!groups.has(row)) groups.set(row, []);
      groups.get(row).push(Object.fromEntries(decoded.map(([name, column]) => [name, column[i]])));
    });
    return groups;
  };
  const changes = groupByRow(data?.changes), merges = groupByRow(data?.merges);
  // The rows that a property was merged from, and their values that aren't the property's: null for a blank.
  const compared = data?.compared ?? {}, indexOf = (positions) => positions?.map((_, i) => i);
  const sourceRows = groupByRow(compared.rows && { ...compared.rows, source: indexOf(compared.rows.row) });
  const differences = groupByRow(compared.differences && { ...compared.differences, row: compared.differences.source });
  const absent = groupByRow(compared.absent && { ...compared.absent, row: compared.absent.sheet });
  const readOwnValues = ({ source, sheet }) => new Map([
    ...(absent.get(sheet) ?? []).map(({ column }) => [column, null]),
    ...(differences.get(source) ?? []).map(({ column, value: text }) => [column, text !== null && units.has(column) ? +text : text]),
  ]);

  const formatAs = (name, figure) => format(figure, { unit: units.get(name) });
  const show = (name, row) => formatAs(name, value(name, row));
  const score = (row) => value("Flex Score", row);
  const badge = (row) => h("b", { class: `badge s${band(score(row))}` }, showScore(score(row)));
  const title = (row) => value("Address", row) ?? value("Property Name", row) ?? "(no address)";
  const place = (row) => [[value("City", row), value("State", row)].filter(Boolean).join(", "), value("Zip Code", row)].filter(Boolean).join(" ");
  const owner = (row) => value("Owner Group", row) ?? value("Owner Name", row);  // one spelling per owner
  const ownerKey = (row) => value("Owner Group", row);
  const portfolios = new Map();
  (columns.get("Owner Group") ?? []).forEach((key, row) => {
    if (key === null) return;
    if (!portfolios.has(key)) portfolios.set(key, []);
    portfolios.get(key).push(row);
  });
  const portfolio = (row) => portfolios.get(ownerKey(row)) ?? [row];
  // A property without an asking price shows its last sale.
  const price = (row) => {
    if (value("Asking Price", row) !== null) return { text: show("Asking Price", row), note: show("Asking Price/SqFt", row) };
    if (value("Sold Price", row) === null) return null;
    const year = value("Sale Date", row)?.slice(0, 4);
    return { text: show("Sold Price", row), note: show("Sold Price/SqFt", row), sold: year ? `sold ${year}` : "last sale" };
  };
  const pricePosition = (row) => {
    const [asked, median] = [value("Asking Price/SqFt", row), value("Median Asking/SqFt", row)];
    if (asked === null || !median) return "";
    const percent = Math.round(100 * (asked / median - 1));
    return percent === 0 ? "at the median" : `${Math.abs(percent)}% ${percent < 0 ? "below" : "above"} median`;
  };
  const mapUrl = (row) => {
    if (value("Address", row) === null) return null;
    const words = ["Address", "City", "State", "Zip Code"].map((name) => value(name, row)).filter(Boolean).join(" ");
    const query = words.replace(/[^A-Za-z0-9]+/g, "+").replace(/^\++|\++$/g, "");
    return query ? `https://www.google.com/maps/search/?api=1&query=${query}` : null;
  };
  const describeChange = (change) => {
    const percent = change.Percent ? ` ${change.Percent > 0 ? "+" : "-"}${Math.abs(change.Percent)}%` : "";
    return `${capitalize(change.Change)}${percent}`;
  };
  const NEWS = new Set(["new", "back", "sold", "price cut", "price raise", "newly priced", "newly listed", "withdrawn"]);
  const news = (row) => (changes.get(row) ?? []).filter((change) => NEWS.has(change.Change));
  const precisions = ["", "center of its ZIP Code", "center of its city", "center of its county", "center of its state"];
