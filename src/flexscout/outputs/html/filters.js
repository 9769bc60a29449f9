  // The filters: words, ranges with two sliders, lists of values, changes, and a given set of candidates.
  const RANGES = [["Asking Price", "Price"], ["Sold Price", "Last sale price"], ["Asking Price/SqFt", "$/SF"], ["Building SqFt", "Size"], ["Lot Size Acres", "Lot"], ["Year Built", "Year"], ["Flex Score", "Score"]];
  const FACETS = [["city", "City"], ["Property Type", "Type"], ["Flex Classification", "Class"], ["source", "Source"], ["My Status", "Status"], ["Building Status", "Building status"]];
  const MAX_STEPS = 120, MAX_VALUES = 60;
  const filters = { words: [], ranges: new Map(), facets: new Map(), change: "", only: null, inView: false };
  const searchTexts = data ? Array.from({ length: data.rows }, (_, row) => ["Address", "City", "State", "Zip Code", "County", "Property Name", "Property Type", "Owner Name", "Owner Group", "APN", "Property ID"].map((name) => value(name, row) ?? "").join(" ").toLowerCase()) : [];
  const cityOf = (row) => [value("City", row), value("State", row)].filter(Boolean).join(", ") || null;
  const facetValues = (name, row) => name === "source" ? sources[row] ?? [] : [name === "city" ? cityOf(row) : value(name, row)].filter((text) => text !== null);

  // Round down to two digits, and to half points.
  const roundDown = (name, number) => {
    if (units.get(name) === "year") return number;
    if (name === "Flex Score") return Math.floor(number * 2) / 2;
    const unit = 10 ** (Math.floor(Math.log10(Math.max(number, 1e-9))) - 1);
    return +(Math.floor(number / unit + 1e-9) * unit).toPrecision(6);
  };
  const findSteps = (name) => {
    const all = (columns.get(name) ?? []).filter((number) => number !== null).sort((a, b) => a - b);
    const steps = [...new Set(all.map((number) => roundDown(name, number)))].sort((a, b) => a - b);
    if (!steps.length || steps.length < 2) return null;
    const thinned = steps.length <= MAX_STEPS ? steps : Array.from({ length: MAX_STEPS }, (_, i) => steps[Math.round(i * (steps.length - 1) / (MAX_STEPS - 1))]);
    if (thinned.at(-1) < all.at(-1)) thinned.push(Math.ceil(all.at(-1) * 100) / 100);
    return { steps: thinned, missing: data.rows - all.length };
  };
  const shortFormat = (name, number) => units.get(name) === "USD" ? shortMoney(number) : formatAs(name, number);
  const bare = (name, number) => /USD|year/.test(units.get(name) ?? "") ? shortFormat(name, number) : grouped(number);
  const buildRange = ([name, label]) => {
    const found = findSteps(name);
    if (!found) return null;
    const { steps, missing } = found, last = steps.length - 1;
    const output = h("output", { class: "bounds" }), summary = h("summary", {}, label), track = h("div", { class: "track" });
    const side = (text, at) => h("input", { type: "range", min: 0, max: last, value: at, "aria-label": `${text} ${label.toLowerCase()}`, oninput: () => update() });
    const low = side("Minimum", 0), high = side("Maximum", last);
    const update = (isSilent) => {
      if (+low.value > +high.value) (document.activeElement === high ? low : high).value = document.activeElement === high ? high.value : low.value;
      const [from, to] = [+low.value, +high.value], isWhole = from === 0 && to === last;
      [low, high].forEach((input) => input.setAttribute("aria-valuetext", shortFormat(name, steps[+input.value])));
      track.style.left = `${100 * from / last}%`;
      track.style.right = `${100 - 100 * to / last}%`;
      output.textContent = `${shortFormat(name, steps[from])} to ${shortFormat(name, steps[to])}`;
      summary.textContent = isWhole ? label : `${label}: ${bare(name, steps[from])}–${bare(name, steps[to])}`;
      summary.classList.toggle("active", !isWhole);
      if (isWhole) filters.ranges.delete(name);
      else filters.ranges.set(name, [from === 0 ? -Infinity : steps[from], to === last ? Infinity : steps[to]]);
      if (isSilent !== true) applyFilters();
    };
    const panel = h("details", { class: "filter", name: "filter" }, summary, h("div", { class: "panel" }, h("b", {}, label), output,
      h("div", { class: "slider" }, track, low, high), missing > 0 && h("small", {}, `${grouped(missing)} without a value are hidden while this filter is set.`)));
    panel.addEventListener("reset-filter", () => { [low.value, high.value] = [0, last]; update(true); });
    update(true);
    return panel;
  };
  const facetCounts = new Map();
  const buildFacet = ([name, label]) => {
    const counts = new Map();
    for (let row = 0; row < data.rows; row++) facetValues(name, row).forEach((text) => counts.set(text, (counts.get(text) ?? 0) + 1));
    if (counts.size < 2) return null;
    const values = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MAX_VALUES).map(([text]) => text);
    const summary = h("summary", {}, label), shown = new Map();
    facetCounts.set(name, shown);
    const boxes = values.map((text) => {
      const count = h("span", { class: "count" }, grouped(counts.get(text)));
      shown.set(text, count);
      const box = h("input", { type: "checkbox", onchange: () => update() });
      box.facet = text;
      return [box, h("label", {}, box, h("span", {}, name === "Flex Classification" ? className(text) : text), count)];
    });
    const update = (isSilent) => {
      const picked = boxes.map(([box]) => box).filter((box) => box.checked).map((box) => box.facet);
      summary.textContent = picked.length ? `${label}: ${picked.length === 1 ? (name === "Flex Classification" ? className(picked[0]) : picked[0]) : picked.length}` : label;
      summary.classList.toggle("active", picked.length > 0);
      if (picked.length) filters.facets.set(name, new Set(picked));
      else filters.facets.delete(name);
      if (isSilent !== true) applyFilters();
    };
    const panel = h("details", { class: "filter", name: "filter" }, summary, h("div", { class: "panel values", role: "group", "aria-label": label }, boxes.map(([, line]) => line)));
    panel.addEventListener("reset-filter", () => { boxes.forEach(([box]) => { box.checked = false; }); update(true); });
    return panel;
  };
  const matchesFacet = (name, picked, row) => facetValues(name, row).some((text) => picked.has(text));
  const buildTests = () => {
    const tests = new Map();
    if (filters.words.length) tests.set("words", (row) => filters.words.every((word) => searchTexts[row].includes(word)));
    filters.ranges.forEach(([from, to], name) => tests.set(name, (row) => { const number = value(name, row); return number !== null && number >= from && number <= to; }));
    filters.facets.forEach((picked, name) => tests.set(name, (row) => matchesFacet(name, picked, row)));
    if (filters.change) tests.set("change", (row) => news(row).some((change) => change.Change === filters.change));
    if (filters.only) tests.set("only", (row) => filters.only.rows.has(row));
    if (filters.inView) tests.set("inView", map.isInView);
    return tests;
  };
  const applyFilters = () => {
    const tests = buildTests(), all = Array.from({ length: data.rows }, (_, row) => row);
    list.rows = all.filter((row) => [...tests.values()].every((test) => test(row))).sort(compareRows(list.sort, list.isDescending));
    list.page = 0;
    renderList();
    map.show(list.rows);
    byId("found").textContent = `${grouped(list.rows.length)} of ${grouped(data.rows)}${data.total > data.rows ? ` (best of ${grouped(data.total)})` : ""}`;
    byId("reset").disabled = !tests.size;
    // A value's count is of the candidates that the other filters let through.
    facetCounts.forEach((shown, name) => {
      const others = [...tests].filter(([key]) => key !== name).map(([, test]) => test), counts = new Map();
      all.forEach((row) => { if (others.every((test) => test(row))) facetValues(name, row).forEach((text) => counts.set(text, (counts.get(text) ?? 0) + 1)); });
      shown.forEach((element, text) => { element.textContent = grouped(counts.get(text) ?? 0); });
    });
    document.querySelectorAll("[data-change]").forEach((link) => link.toggleAttribute("data-on", Boolean(filters.change) && link.dataset.change === filters.change));
    const only = byId("only");
    only.hidden = !filters.only;
    only.textContent = filters.only ? `${filters.only.label} ✕` : "";
  };
  const showOnly = (label, rows) => { closeDialogs(); filters.only = { label, rows: new Set(rows) }; applyFilters(); };
  const resetFilters = () => {
    Object.assign(filters, { words: [], change: "", only: null, inView: false });
    byId("find").value = "";
    byId("in-view").checked = false;
    document.querySelectorAll(".filter").forEach((panel) => panel.dispatchEvent(new Event("reset-filter")));
    applyFilters();
  };
  const buildFilters = () => {
    const find = h("input", { type: "search", id: "find", placeholder: "Address, city, owner, APN ...", autocomplete: "off", spellcheck: "false", "aria-label": "Search",
      oninput: () => { filters.words = find.value.toLowerCase().split(/\s+/).filter(Boolean); applyFilters(); } });
    const ranges = RANGES.filter(([name]) => name !== "Sold Price" || !columns.has("Asking Price")).map(buildRange);
    const by = h("select", { id: "by", onchange: () => sortBy(by.value, startsDescending(by.value)) }, ORDERS.map(([name, label]) => h("option", { value: name }, label)));
    const form = byId("filters");
    form.append(find, h("details", { class: "all", open: innerWidth >= 740 }, h("summary", {}, "Filters"), h("div", {}, ranges, FACETS.map(buildFacet))),
      h("button", { type: "button", id: "only", class: "active", hidden: true, onclick: () => { filters.only = null; applyFilters(); } }),
      h("button", { type: "button", id: "reset", onclick: () => resetFilters() }, "Reset"), h("output", { id: "found", "aria-live": "polite" }), h("label", { class: "by" }, "Sort", by));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    document.querySelectorAll("[data-change]").forEach((link) => link.addEventListener("click", (event) => {
      if (!link.dataset.change || !(data.changes.row ?? []).length) return;
      event.preventDefault();
      filters.change = filters.change === link.dataset.change ? "" : link.dataset.change;
      applyFilters();
    }));
    document.querySelectorAll("[data-owner]").forEach((link) => link.addEventListener("click", () => {
      const row = link.dataset.owner - 1;
      if (row < data.rows) showOnly(`Owner: ${owner(row)}`, portfolio(row));
    }));
    addEventListener("click", (event) => {
      document.querySelectorAll(".filter[open]").forEach((panel) => { if (!panel.contains(event.target)) panel.open = false; });
    });
    addEventListener("keydown", (event) => {
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && !document.querySelector("dialog[open]")) { event.preventDefault(); find.focus(); }
      if (event.key === "Escape") document.querySelectorAll(".filter[open]").forEach((panel) => { panel.open = false; panel.firstChild.focus(); });
    });
  };
