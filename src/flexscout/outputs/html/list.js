  // The list: one page of the matching candidates at a time.
  const list = { rows: [], page: 0, size: innerWidth < 740 ? 20 : 50, sort: "rank", isDescending: false };
  const chosen = [];  // rows to compare
  const MAX_COMPARED = 4;
  const ORDERS = [
    ["rank", "Rank"], ["Asking Price", "Asking price"], ["Asking Price/SqFt", "Asking $/SF"], ["Building SqFt", "Size"], ["Lot Size Acres", "Lot"],
    ["Year Built", "Year built"], ["Owner Name", "Owner"], ["Address", "Address"], ["City", "City"], ["Sold Price", "Last sale price"],
    ["Completeness", "Completeness"], ...(data?.points ?? []).map((name) => [name, name]),
  ].filter(([name]) => name === "rank" || columns.has(name));
  const isText = (name) => ["Owner Name", "Address", "City"].includes(name);
  const priceColumn = columns.has("Asking Price") ? "Asking Price" : "Sold Price";
  const HEADS = [["rank", "Score"], ["Address", "Property"], [priceColumn, "Price"], ["Building SqFt", "Sq ft"], ["Lot Size Acres", "Acres"], ["Year Built", "Built"], ["Owner Name", "Owner"]].filter(([name]) => name !== "Owner Name" || columns.has(name));

  const compareRows = (name, isDescending) => {
    if (name === "rank") return (a, b) => isDescending ? b - a : a - b;
    const all = columns.get(name) ?? [];
    return (a, b) => {
      const one = all[a] ?? null, two = all[b] ?? null;
      if (one === two) return a - b;
      if (one === null) return 1;  // missing values come last in both directions
      if (two === null) return -1;
      const sign = isText(name) ? `${one}`.localeCompare(`${two}`, "en", { numeric: true }) : one - two;
      return (isDescending ? -sign : sign) || a - b;
    };
  };
  const priceCell = (row) => {
    const shown = price(row);
    if (!shown) return h("td", { class: "price none", "data-label": "Price" }, "–");
    return h("td", { class: "price", "data-label": "Price" }, h("b", {}, shown.text), h("span", {}, [shown.note && `${shown.note}/SF`, shown.sold].filter(Boolean).join(" · ")),
      pricePosition(row) && h("span", { class: pricePosition(row).includes("below") ? "below" : null }, pricePosition(row)));
  };
  const numberCell = (name, row, unit) => h("td", { class: "num", "data-unit": unit }, value(name, row) === null ? "–" : units.get(name) === "year" ? show(name, row) : grouped(value(name, row)));
  const ownerCell = (row) => {
    const others = portfolio(row).length - 1;
    return h("td", { class: "owner" }, h("span", {}, owner(row) ?? "–"),
      others > 0 && h("button", { type: "button", class: "link", onclick: () => showOnly(`Owner: ${owner(row)}`, portfolio(row)) }, `${others} more here`));
  };
  const buildRow = (row) => {
    const tags = news(row).slice(0, 2).map((change) => h("i", { class: `tag ${change.Change.split(" ")[0]}` }, describeChange(change)));
    const status = value("My Status", row);
    const facts = [place(row), value("Property Type", row)].filter(Boolean).join(" · ");
    return h("tr", { "data-row": row, onmouseenter: () => map.point(row), onmouseleave: () => map.point(-1) },
      h("td", { class: "score" }, badge(row), h("span", {}, `#${row + 1}`)),
      h("td", { class: "what" },
        h("button", { type: "button", class: "name", onclick: () => openCard(row) }, title(row)), tags, status && h("i", { class: "tag status" }, status),
        h("span", {}, facts), h("span", { class: "why", title: shortReasons(row).join(" · ") }, shortReasons(row).join(" · "))),
      priceCell(row),
      numberCell("Building SqFt", row, "sq ft"), numberCell("Lot Size Acres", row, "acres"), numberCell("Year Built", row, "built"),
      columns.has("Owner Name") && ownerCell(row),
      h("td", { class: "pick" }, h("input", { type: "checkbox", "aria-label": `Compare ${title(row)}`, title: "Compare", checked: chosen.includes(row), onchange: () => toggleCompared(row) })));
  };
  const shortReasons = (row) => reasons[row] ?? (why[row] ?? []).slice(0, 3).map((text) => text.replace(/ \([\d.]+ of [\d.]+\)$/, ""));
  const headCell = ([name, label]) => h("th", { scope: "col", class: ["Building SqFt", "Lot Size Acres", "Year Built"].includes(name) ? "num" : null, "data-sort": name },
    columns.has(name) || name === "rank" ? h("button", { type: "button", onclick: () => sortBy(name, list.sort === name ? !list.isDescending : startsDescending(name)) }, label) : label);
  // Numbers start with the largest, except the rank and prices; texts with the first.
  const startsDescending = (name) => !(name === "rank" || isText(name) || (units.get(name) ?? "").startsWith("USD"));
  const sortBy = (name, isDescending) => {
    Object.assign(list, { sort: name, isDescending, page: 0 });
    byId("by").value = name;
    document.querySelectorAll("#list th[data-sort]").forEach((head) => {
      if (head.dataset.sort === name) head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    list.rows.sort(compareRows(name, isDescending));
    renderList();
  };
  const renderList = () => {
    const last = Math.max(0, Math.ceil(list.rows.length / list.size) - 1);
    list.page = Math.min(list.page, last);
    const start = list.page * list.size, rows = list.rows.slice(start, start + list.size);
    byId("list").tBodies[0].replaceChildren(...rows.map(buildRow));
    byId("list").hidden = !rows.length;
    byId("none").hidden = rows.length > 0;
    byId("pager").hidden = last === 0;
    byId("previous").disabled = list.page === 0;
    byId("next").disabled = list.page === last;
    byId("shown").textContent = rows.length ? `${grouped(start + 1)}–${grouped(start + rows.length)} of ${grouped(list.rows.length)}` : "";
  };
  const turnPage = (step) => { list.page += step; renderList(); byId("list").scrollIntoView({ block: "start" }); };
  const buildList = () => {
    const table = h("table", { id: "list" }, h("caption", { class: "hidden" }, "Candidates, best first"),
      h("thead", {}, h("tr", {}, HEADS.map(headCell), h("th", { scope: "col", class: "pick" }, h("span", { class: "hidden" }, "Compare")))), h("tbody"));
    byId("list-pane").append(table, h("p", { id: "none", hidden: true }, "No candidates match. ", h("button", { type: "button", onclick: () => resetFilters() }, "Reset")),
      h("p", { id: "pager" }, h("button", { type: "button", id: "previous", onclick: () => turnPage(-1) }, "Previous"), h("span", { id: "shown" }), h("button", { type: "button", id: "next", onclick: () => turnPage(1) }, "Next")));
  };
  // Show the list's page with this row, and mark it.
  const showRow = (row) => {
    if (!list.rows.includes(row)) resetFilters();
    list.page = Math.floor(list.rows.indexOf(row) / list.size);
    renderList();
    const element = document.querySelector(`#list tr[data-row="${row}"]`);
    element.classList.add("marked");
    element.scrollIntoView({ block: "center" });
  };
  const printedCell = (name, row) => {
    if (name === "property") return h("td", { class: "what" }, h("b", {}, title(row)), h("span", {}, place(row)));
    if (name === "why") return h("td", {}, shortReasons(row).join(" · "));
    const number = (content) => h("td", { class: "num" }, content);
    if (name === "rank") return number(`${row + 1}`);
    if (name === "Flex Score") return number(badge(row));
    if (["Building SqFt", "Lot Size Acres"].includes(name)) return number(value(name, row) === null ? "" : grouped(value(name, row)));
    return units.has(name) ? number(show(name, row)) : h("td", {}, value(name, row));
  };
  // The printed table has the candidates that match, in their order on the screen.
  const MAX_PRINTED = 100;
  let written = null;  // the table as it was written, while it shows other candidates
  addEventListener("beforeprint", () => {
    if (!data) return;
    const table = byId("ranking");
    if (written) { table.replaceWith(written); written = null; }
    if (list.rows.length === data.rows && list.sort === "rank" && !list.isDescending) return;
    const rows = list.rows.slice(0, MAX_PRINTED), shown = rows.length < list.rows.length ? `The first ${rows.length} of ` : "";
    const printed = byId("ranking").cloneNode(true), names = [...printed.tHead.rows[0].cells].map((head) => head.dataset.column);
    printed.caption.textContent = `${shown}${grouped(list.rows.length)} candidates that match the filters of the page.`;
    printed.tBodies[0].replaceChildren(...rows.map((row) => h("tr", {}, names.map((name) => printedCell(name, row)))));
    written = byId("ranking");
    written.replaceWith(printed);
  });
