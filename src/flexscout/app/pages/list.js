// The screen List: views, filters, grid, map, histogram, selection, and the property beside them.
import { change, read } from "./address.js";
import { exportSelection, get } from "./api.js";
import { arrangeColumns, buildColumns, buildRow, placeOf, priceOf, titleOf } from "./cells.js";
import { compareProperties } from "./compare.js";
import { act, announce, button, byId, debounce, h, openDialog, showError } from "./dom.js";
import { buildFilters, drawBars, filterTitle } from "./filters.js";
import { format, grouped, showScore } from "./format.js";
import { buildGrid } from "./grid.js";
import { buildMap } from "./map.js";
import { showProperty } from "./property.js";
import { app, onState } from "./state.js";
import { texts } from "./texts.js";

const VIEWS = texts.list.views;
const MAX_COMPARED = 4, FOLLOW = 160, COUNTED = 2500;  // the latter until the other views are likely loaded
const narrow = matchMedia("(max-width: 46rem)");
const parse = (text) => { try { return text ? JSON.parse(text) : {}; } catch { return {}; } };

export const show = (main, first) => {
  let values = first, grid = null, gridView = null, columns = [], index = new Map(), total = 0, shownFilter = null, summary = null, panel = null, panelIndex = -1, controller = null, isClosed = false, builds = 0;
  const picked = new Map();
  const view = () => (VIEWS[values.view] ? values.view : "candidates");
  const filter = () => {
    const { ranges, facets, box } = parse(values.filter);
    return { ...(values.search ? { search: values.search } : {}), ...(ranges ? { ranges } : {}), ...(facets ? { facets } : {}), ...(box ? { box } : {}) };
  };
  const setFilter = (next) => {
    const { search, ...rest } = typeof next === "function" ? next(filter()) : next;
    Object.keys(rest).forEach((name) => { if (!rest[name] || !Object.keys(rest[name]).length) delete rest[name]; });
    change({ search: search ?? "", filter: Object.keys(rest).length ? JSON.stringify(rest) : "" });
  };

  // The skeleton.
  const tabs = h("div", { class: "tabs", role: "group", "aria-label": texts.list.viewsLabel });
  const search = h("input", { type: "search", id: "search", placeholder: texts.list.searchHint, "aria-label": texts.list.search, autocomplete: "off", spellcheck: "false", value: values.search ?? "" });
  search.addEventListener("input", debounce(() => change({ search: search.value.trim() }, true), 220));
  const filterBox = h("div", { class: "filters" }), reset = button(texts.list.reset, () => { search.value = ""; setFilter({}); }, { disabled: true });
  const found = h("p", { id: "found", role: "status" }), gridBox = h("div", { class: "grid-box" }), empty = h("div", { class: "empty", hidden: true });
  const side = h("aside", { class: "side", "aria-label": texts.list.side }), mapBox = h("div", { class: "map-box" }), histogram = h("div", { class: "histogram" });
  const propertyBox = h("section", { class: "property", "aria-label": texts.list.property, tabindex: "-1", hidden: true }), bar = h("div", { class: "selection", hidden: true, role: "region", "aria-label": texts.list.selection });
  const mapToggle = button(texts.list.map, () => { const isOn = side.classList.toggle("shown"); mapToggle.setAttribute("aria-pressed", `${isOn}`); }, { class: "map-toggle", "aria-pressed": "false" });
  side.append(mapBox, histogram);
  main.append(h("h1", { class: "hidden" }, texts.list.title),
    h("div", { class: "bar" }, tabs, h("span", { class: "spacer" }), found, mapToggle, button(texts.list.columns, () => chooseColumns())),
    h("div", { class: "bar" }, search, filterBox, reset),
    h("div", { class: "panes" }, h("div", { class: "main-pane" }, gridBox, empty), side, propertyBox), bar);

  if (!app.state.workspace.has_results) {
    main.replaceChildren(h("section", { class: "panel" }, h("h1", {}, texts.list.noRun), h("p", {}, texts.list.runFirst), h("a", { class: "button primary", href: "#/files" }, texts.list.showFiles)));
    return { update() {}, close: onState((state) => { if (state.workspace?.has_results) location.reload(); }) };
  }

  // Rows.
  const toRows = (answer) => answer.rows.map((row, i) => buildRow(answer.ids[i], row, index, columns));
  const learn = (answer) => { columns = answer.columns; index = new Map(columns.map(({ name }, i) => [name, i])); };
  const load = async (start, number, sort, descending) => {
    const answer = await get("list", { view: view(), start, count: number, sort, descending: sort ? descending : null, filter: filter() });
    total = answer.total;
    showFound();
    return { total, rows: toRows(answer) };
  };
  const describe = (() => {
    const known = new Map();
    return async (at) => {
      const key = `${view()} ${at} ${app.state.workspace.run}`;
      if (!known.has(key)) known.set(key, get("list", { view: view(), start: at, count: 1 }).then((answer) => toRows(answer)[0]));
      return known.get(key);
    };
  })();
  const showFound = () => {
    const all = summary?.all ?? total;
    found.textContent = texts.list.found(total, all);
    empty.hidden = total > 0;
    if (total === 0) empty.replaceChildren(h("p", {}, all ? texts.list.noMatch : texts.list.none), all ? button(texts.list.resetFilters, () => reset.click()) : "");
  };

  // The grid.
  const widthsKey = () => `flexscout-columns-${view()}${narrow.matches ? "-narrow" : ""}`;
  const pickCell = (row) => {
    const box = h("input", { type: "checkbox", "aria-label": texts.list.select(titleOf(row)), checked: picked.has(row.id), tabindex: "-1" });
    box.addEventListener("change", () => pick(row, box.checked));
    return h("label", { class: "pick-box" }, box);
  };
  const build = async () => {
    const wanted = view(), number = ++builds;
    grid?.destroy();
    grid = null;
    gridBox.replaceChildren();
    learn(await get("list", { view: wanted, start: 0, count: 0 }));
    if (number !== builds || isClosed) return;  // another one began meanwhile
    gridView = wanted;
    grid = buildGrid(gridBox, {
      columns: arrangeColumns(buildColumns(columns, wanted, narrow.matches, pickCell), parse(localStorage.getItem(widthsKey()))), load, rowHeight: narrow.matches ? 78 : wanted === "candidates" ? 82 : 60, label: VIEWS[wanted], onError: showError,
      onOpen: (row, at) => openProperty(row.id, at), onFocus: (row, at) => { if (panel) follow(row.id, at); }, onPick: (row) => pick(row, !picked.has(row.id)),
      onSort: (sort, descending) => change({ sort: sort ?? "", desc: sort && descending ? "1" : "" }, true),
      onColumns: () => { if (grid) localStorage.setItem(widthsKey(), JSON.stringify(grid.columnState())); },
    });
    if (values.sort) grid.setSort(values.sort, values.desc === "1");
  };
  const chooseColumns = () => {
    const state = new Map((grid?.columnState() ?? []).map((column) => [column.colId, !column.hide]));
    const items = h("div", { class: "values tall" });
    const draw = (words) => items.replaceChildren(...columns.filter(({ title }) => title.toLowerCase().includes(words)).map(({ name, title }) => h("label", {},
      h("input", { type: "checkbox", checked: state.get(name), onchange: (event) => { state.set(name, event.target.checked); grid.setVisible(name, event.target.checked); } }), h("span", {}, title))));
    draw("");
    const dialog = openDialog(texts.list.columns, h("header", {}, h("h2", {}, texts.list.columns), button("✕", () => dialog.close(), { class: "close", "aria-label": texts.frame.close })),
      h("input", { type: "search", placeholder: texts.list.findColumn, "aria-label": texts.list.findColumn, oninput: (event) => draw(event.target.value.toLowerCase()) }), items,
      h("div", { class: "actions" }, button(texts.list.done, () => dialog.close(), { class: "primary" }), button(texts.list.resetColumns, () => { localStorage.removeItem(widthsKey()); dialog.close(); build().catch(showError); })));
    dialog.classList.add("small");
  };

  // Map, histogram and filters follow the summary.
  const map = buildMap(mapBox, {
    describe: async (at) => { const row = await describe(at), price = priceOf(row); return [titleOf(row), placeOf(row), [row.get("Flex Score") !== null && texts.list.score(showScore(row.get("Flex Score"))), price?.text, row.show("Building SqFt")].filter(Boolean).join(" · ")]; },
    onOpen: async (at) => { const row = await describe(at).catch(showError); if (row) openProperty(row.id, grid?.indexOf(row.id) ?? -1); },
    onView: (shown) => setFilter((now) => ({ ...now, box: shown })), onError: showError,
  });
  const filters = buildFilters(filterBox, setFilter);
  let charted = localStorage.getItem("flexscout-histogram") ?? "Flex Score";
  const drawHistogram = () => {
    const names = Object.keys(summary.ranges);
    if (!names.length) { histogram.replaceChildren(); return; }
    if (!names.includes(charted)) charted = names.at(-1);
    const { low, high, upper = high, counts } = summary.ranges[charted], column = columns[index.get(charted)], step = (upper - low) / counts.length, isOpen = upper < high, chosen = filter().ranges?.[charted];
    const chart = drawBars(counts, (i) => !chosen || ((chosen[0] === null || low + step * (i + 1) > chosen[0]) && (chosen[1] === null || low + step * i < chosen[1])));
    chart.addEventListener("click", (event) => {
      const i = +(event.target.dataset?.bin ?? -1);
      if (i >= 0) setFilter((now) => ({ ...now, ranges: { ...now.ranges, [charted]: [+(low + step * i).toPrecision(4), isOpen && i === counts.length - 1 ? null : +(low + step * (i + 1)).toPrecision(4)] } }));
    });
    const select = h("select", { "aria-label": texts.list.histogramOf, onchange: (event) => { charted = event.target.value; localStorage.setItem("flexscout-histogram", charted); drawHistogram(); } }, names.map((name) => h("option", { value: name, selected: name === charted }, filterTitle(name))));
    histogram.replaceChildren(h("div", { class: "top" }, h("h2", {}, texts.list.distribution), select), chart, h("div", { class: "ends" }, h("span", {}, format(low, column)), h("span", {}, texts.list.properties(counts.reduce((one, two) => one + two, 0))), h("span", {}, isOpen ? texts.list.andMore(format(upper, column)) : format(upper, column))));
  };
  let known = {};
  const tabButtons = Object.entries(VIEWS).map(([name, title]) => button([title, h("span", { class: "soft" })],
    () => { if (name !== view()) change({ view: name === "candidates" ? "" : name, sort: "", desc: "", filter: "", id: "" }); }, { "data-view": name }));
  tabs.append(...tabButtons);
  const showTabs = () => tabButtons.forEach((tab) => {
    const number = known[tab.dataset.view];
    tab.setAttribute("aria-pressed", `${tab.dataset.view === view()}`);
    tab.lastChild.textContent = number === undefined ? "" : ` ${grouped(number, 0)}`;
  });
  const summarize = async (keepView) => {
    controller?.abort();
    controller = new AbortController();
    const asked = view();
    try {
      summary = await get("summary", { view: asked, filter: filter() }, controller.signal);
    } catch (error) { if (error.name !== "AbortError") showError(error); return; }
    if (asked !== view()) return;
    known = { ...known, ...summary.views, [asked]: summary.all };
    filters.update(summary, filter(), new Map(columns.map((column) => [column.name, column])));
    map.update(summary.points, summary.more_points, Boolean(filter().box), keepView);
    markOnMap();
    drawHistogram();
    showTabs();
    showFound();
    if (Object.keys(VIEWS).some((name) => known[name] === undefined)) setTimeout(() => { if (!isClosed) app.refresh(); }, COUNTED);
  };

  // The property beside the list.
  const markOnMap = () => map.mark(panel?.position ?? null);
  const openProperty = (id, at, replace = Boolean(panel)) => { panelIndex = at; change({ id }, replace); };
  const follow = debounce((id, at) => { if (panel && id !== values.id) openProperty(id, at, true); }, FOLLOW);
  const turn = (by) => {
    const at = panelIndex >= 0 ? panelIndex : grid?.indexOf(values.id) ?? -1, row = at >= 0 ? grid?.rowAt(at + by) : null;
    if (row) { grid.reveal(at + by); openProperty(row.id, at + by, true); return; }
    const next = by > 0 ? panel?.nextId : panel?.previousId;
    if (next) openProperty(next, -1, true);
  };
  const closeProperty = () => {
    const at = panelIndex;
    follow.cancel();
    change({ id: "" });
    if (at >= 0) grid?.focus(at); else search.focus();
  };
  const showPanel = async () => {
    const { id } = values;
    propertyBox.hidden = !id;
    main.classList.toggle("with-property", Boolean(id));
    grid?.setOpen(id ?? null);
    if (!id) { panel?.close(); panel = null; propertyBox.replaceChildren(); markOnMap(); return; }
    if (panel?.id === id) return;
    const isNew = !panel, kept = propertyBox.scrollTop;
    panel?.close();
    panel = { id, close() {} };
    try {
      const next = await showProperty(propertyBox, id, { query: { view: view(), filter: filter(), sort: values.sort, descending: values.sort ? values.desc === "1" : null }, columns: new Map(columns.map((column) => [column.name, column])), turn, close: closeProperty, open: (other) => openProperty(other, -1, false), onSaved: () => grid?.refresh() });
      if (values.id !== id) return;
      panel = next;
      propertyBox.scrollTop = isNew ? 0 : kept;
      if (isNew && narrow.matches) propertyBox.focus();
      markOnMap();
    } catch (error) {
      if (values.id !== id) return;
      propertyBox.replaceChildren(h("p", {}, `${error.message} ${error.nextStep ?? ""}`), button(texts.frame.close, closeProperty));
    }
  };

  // Selection.
  const pick = (row, isOn) => {
    if (isOn) picked.set(row.id, row); else picked.delete(row.id);
    grid?.redraw(["pick"]);
    showSelection();
    announce(texts.list.announceSelected(picked.size));
  };
  const exportAs = (kind) => act(async () => { announce(texts.list.downloaded(await exportSelection([...picked.keys()], kind))); });
  const showSelection = () => {
    bar.hidden = !picked.size;
    bar.replaceChildren(h("b", {}, texts.list.selected(picked.size)),
      button(texts.list.compare, () => compareProperties([...picked.values()], columns), { class: "primary", disabled: picked.size < 2 || picked.size > MAX_COMPARED, title: texts.list.compareHint(MAX_COMPARED) }),
      button(texts.list.asExcel, exportAs("xlsx")), button(texts.list.asCsv, exportAs("csv")), button(texts.list.clear, () => { picked.clear(); grid?.redraw(["pick"]); showSelection(); }));
  };

  const update = async (next, force = false) => {
    const before = values;
    values = next;
    const isOtherView = gridView !== view() || force;
    if (document.activeElement !== search) search.value = values.search ?? "";
    const key = JSON.stringify([view(), filter()]), isOtherFilter = key !== shownFilter || force;
    const keepView = Boolean(filter().box) || (shownFilter !== null && JSON.stringify([before.view, before.filter, before.search]) === JSON.stringify([values.view, values.filter, values.search]));
    shownFilter = key;
    reset.disabled = !Object.keys(filter()).length;
    try {
      if (isOtherView) { if (!force) { picked.clear(); showSelection(); } await build(); } else {
        grid?.setSort(values.sort || null, values.desc === "1");
        if (isOtherFilter && grid) grid.reload();
      }
    } catch (error) { if (!isClosed) showError(error); return; }
    if (isClosed) return;
    if (isOtherFilter || isOtherView) summarize(keepView);
    showPanel();
  };
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const isTyping = event.target.closest("input:not([type='checkbox']), textarea, select");
    if (event.key === "/" && !isTyping) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && panel && !event.defaultPrevented) { event.preventDefault(); closeProperty(); }
    const isInPanel = propertyBox.contains(event.target) || event.target === document.body || event.target === main;
    if (panel && isInPanel && !isTyping && !event.target.closest("[role='region']") && ["ArrowDown", "ArrowUp"].includes(event.key)) { event.preventDefault(); turn(event.key === "ArrowDown" ? 1 : -1); }
  };
  const onNarrow = () => update(read().values, true);
  document.addEventListener("keydown", onKey);
  narrow.addEventListener("change", onNarrow);
  const forget = onState((state, previous) => {
    known = { ...known, ...state.views };
    showTabs();
    if (state.workspace?.run !== previous?.workspace?.run) { panel?.close(); panel = null; update(values, true); }
  });
  showTabs();
  update(values);
  return { update, close() { isClosed = true; document.removeEventListener("keydown", onKey); narrow.removeEventListener("change", onNarrow); forget(); panel?.close(); controller?.abort(); map.close(); grid?.destroy(); byId("main").classList.remove("with-property"); } };
};
