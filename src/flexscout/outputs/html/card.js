  // A property's card, and properties side by side.
  const closeDialogs = () => document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  const openDialog = (dialog, label, ...content) => {
    dialog.setAttribute("aria-label", label);
    dialog.replaceChildren(...content.filter(Boolean));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  };
  const [card, comparison] = ["card", "comparison"].map((id) => h("dialog", { id, tabindex: "-1" }));
  document.body.append(card, comparison);
  [card, comparison].forEach((dialog) => dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); }));
  // The address of the page names the open card; a preview in a mail program may not allow it.
  const setAddress = (address) => { try { history.replaceState(null, "", address); } catch { /* without an address */ } };
  card.addEventListener("close", () => setAddress(location.pathname + location.search));
  const printCard = () => {
    root.classList.add("one-property");
    addEventListener("afterprint", () => root.classList.remove("one-property"), { once: true });
    print();
  };
  const closeButton = (dialog) => h("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => dialog.close() }, "✕");
  const part = (heading, ...content) => content.flat().some(Boolean) ? h("section", {}, h("h3", {}, heading), content) : null;
  const pairs = (entries) => entries.length ? h("dl", {}, entries.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text)))) : null;
  const bullets = (texts, tag = "ul") => texts.length ? h(tag, {}, texts.map((text) => h("li", {}, text))) : null;
  const FACT_LABELS = { "Building SqFt": "Building", "Lot Size Acres": "Lot", "Total Parcel Value": "Parcel value", "Sold Price": "Last sale price", "Sold Price/SqFt": "Last sale $/SF", "Sale Date": "Last sale", "Owner Name": "Owner", "Zoning Code": "Zoning" };
  const IN_TITLE = new Set(["Address", "City", "State", "Zip Code", "Unit", "Property Name", "Lot Size SqFt"]);
  const IN_HEADLINE = new Set(["Asking Price", "Building SqFt", "Lot Size Acres", "Year Built", "Occupancy"]);
  const facts = (row) => data.facts.filter((name) => !IN_TITLE.has(name) && !IN_HEADLINE.has(name) && value(name, row) !== null).map((name) => [FACT_LABELS[name] ?? name, name === "Owner Name" ? owner(row) : show(name, row)]);
  const headline = (row) => {
    const shown = price(row);
    return [
      shown && [shown.sold ? `Price (${shown.sold})` : "Asking price", shown.text], shown?.note && ["Price per sq ft", shown.note],
      value("Building SqFt", row) !== null && ["Building", show("Building SqFt", row)], value("Lot Size Acres", row) !== null && ["Lot", show("Lot Size Acres", row)],
      value("Year Built", row) !== null && ["Built", show("Year Built", row)], value("Occupancy", row) !== null && ["Occupied", show("Occupancy", row)],
    ].filter(Boolean);
  };
  const changeLine = (change) => {
    const at = [change["Old Value"], change["New Value"]].map((text) => change.Column ? text === null ? "none" : formatAs(change.Column, /^-?\d+(\.\d+)?$/.test(text) ? +text : text) : null);
    const details = change.Column ? `${change.Column} ${at[0]} → ${at[1]}` : change.Source ? `on ${change.Source}` : change["Old Score"] !== null && change["New Score"] !== null ? `score ${change["Old Score"]} → ${change["New Score"]}` : "";
    return [describeChange(change), details].filter(Boolean).join(": ");
  };
  const describePlace = (file, sheet, number) => [file, sheet, number === null || number === undefined ? null : `row ${number}`].filter(Boolean).join(", ");
  const mergeTable = (row) => {
    const merged = merges.get(row) ?? [];
    const size = (number) => number === null || number === undefined ? "" : grouped(number, 0);
    const line = (at, cells) => h("tr", {}, h("th", { scope: "row" }, at || "unknown file"), cells.map((text) => h("td", {}, text ?? "")));
    const own = line(describePlace(value("Source File", row), value("Source Sheet", row), value("Source Row", row)), [title(row), value("Property Name", row), value("APN", row), size(value("Building SqFt", row)), "the row that is kept"]);
    const others = merged.map((merge) => line(describePlace(merge["Removed File"], merge["Removed Sheet"], merge["Removed Row"]),
      [merge["Removed Address"], merge["Removed Property Name"], merge["Removed APN"], size(merge["Removed Building SqFt"]), merge.Evidence]));
    const differences = merged.flatMap((merge) => [
      merge["Fields That Differ"] && `Differs in ${merge["Removed File"]}: ${merge["Fields That Differ"]}`, merge["Filled Cells"] && `Filled from ${merge["Removed File"]}: ${merge["Filled Cells"]}`,
    ]).filter(Boolean);
    return [
      h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Rows of this property" }, h("table", { class: "small" },
        h("thead", {}, h("tr", {}, ["Row", "Address", "Name", "APN", "Sq ft", "Evidence"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, own, others))),
      sourceRows.has(row) ? null : bullets(differences),
      pairs([["Sources", value("Sources", row)], ["First seen", show("First Seen", row)], ["Last seen", show("Last Seen", row)], ["No longer in", value("Missing From", row)], ["Values from other rows", value("Values From", row)]].filter(([, text]) => text)),
    ];
  };
  // Every value of every source beside the one on the list.
  const valueTable = (row) => {
    const found = (sourceRows.get(row) ?? []).map((source) => ({ ...source, own: readOwnValues(source) }));
    if (!found.length) return null;
    const cell = (name) => ({ own }) => {
      const shown = own.has(name) ? own.get(name) : value(name, row);
      return h("td", { class: own.has(name) && shown !== null ? "other" : null }, shown === null ? "" : formatAs(name, shown));
    };
    const lines = data.facts.filter((name) => value(name, row) !== null || found.some(({ own }) => (own.get(name) ?? null) !== null));
    return h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Values of each source" }, h("table", { class: "small sources" },
      h("thead", {}, h("tr", {}, ["Value", "On the list", ...found.map((source) => describePlace(source["Source File"], source["Source Sheet"], source["Source Row"]))].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, lines.map((name) => h("tr", {}, h("th", { scope: "row" }, FACT_LABELS[name] ?? name), h("td", {}, show(name, row)), found.map(cell(name)))))));
  };
  const ownerPart = (row) => {
    const others = portfolio(row).filter((other) => other !== row);
    return part(`${others.length} more of this owner on the list`, others.length > 0 && h("ul", {}, others.slice(0, 12).map((other) => h("li", {},
      h("button", { type: "button", class: "link", onclick: () => openCard(other) }, title(other)), ` ${place(other)} · score ${showScore(score(other))}${price(other) ? ` · ${price(other).text}` : ""}`))));
  };
  const openCard = (row) => {
    const at = list.rows.indexOf(row), turn = (step, label) => h("button", { type: "button", disabled: at < 0 || list.rows[at + step] === undefined, onclick: () => openCard(list.rows[at + step]) }, label);
    const links = [["Map", mapUrl(row)], ["Listing", value("Property Link", row)]].filter(([, url]) => url).map(([text, url]) => h("a", { href: url }, text));
    const missing = value("Missing Factors", row), position = value("Price Position", row), median = value("Median Asking/SqFt", row);
    const picked = h("button", { type: "button", onclick: () => { toggleCompared(row); openCard(row); } }, chosen.includes(row) ? "Remove from comparison" : "Compare");
    const name = value("Property Name", row), further = data.further.filter((column) => value(column, row) !== null).map((column) => [column, show(column, row)]);
    openDialog(card, title(row),
      h("header", {}, h("div", { class: "score" }, badge(row), h("span", {}, className(value("Flex Classification", row)))),
        h("div", {}, h("h2", {}, title(row), value("Unit", row) && `, unit ${value("Unit", row)}`), h("p", {}, [place(row), name !== title(row) && name].filter(Boolean).join(" · ")), h("p", { class: "links" }, `#${row + 1} of ${grouped(data.total)} `, links)),
        closeButton(card)),
      h("div", { class: "actions" }, turn(-1, "Previous"), turn(1, "Next"), picked, h("button", { type: "button", onclick: printCard }, "Print this property")),
      pairs(headline(row)),
      h("div", { class: "two" },
        h("div", {},
          part("Why this score", bullets(why[row] ?? []), missing && h("p", { class: "missing" }, `Not in the data: ${missing}.`)),
          part("Price position", position && h("p", {}, `${position}${median !== null ? `: median ${show("Median Asking/SqFt", row)}/SF` : ""}.`)),
          part("What changed", bullets((changes.get(row) ?? []).map(changeLine))),
          ownerPart(row)),
        h("div", {}, part("Facts", pairs(facts(row))))),
      part("Sources", ...mergeTable(row)),
      part("What each source says", valueTable(row)),
      further.length > 0 && h("details", {}, h("summary", {}, "More from the exports"), pairs(further)),
      data.precision[row] ? h("p", { class: "missing" }, `On the map at the ${precisions[data.precision[row]]}: the exports have no coordinates.`) : "");
    if (value("Property ID", row)) setAddress(`#${value("Property ID", row)}`);
  };

  // Compare.
  const toggleCompared = (row) => {
    const at = chosen.indexOf(row);
    if (at >= 0) chosen.splice(at, 1);
    else if (chosen.length < MAX_COMPARED) chosen.push(row);
    updateCompared();
  };
  const updateCompared = () => {
    const bar = byId("compare-bar");
    bar.hidden = !chosen.length;
    bar.replaceChildren(h("span", {}, chosen.length < 2 ? "Choose one more property to compare." : `${chosen.length} properties${chosen.length === MAX_COMPARED ? ", the most that fit" : ""}`),
      ...chosen.map((row) => h("button", { type: "button", "aria-label": `Remove ${title(row)}`, onclick: () => toggleCompared(row) }, `${title(row)} ✕`)),
      h("button", { type: "button", class: "primary", disabled: chosen.length < 2, onclick: openComparison }, "Compare"));
    document.querySelectorAll("#list .pick input").forEach((box) => {
      const row = +box.closest("tr").dataset.row;
      box.checked = chosen.includes(row);
      box.disabled = !box.checked && chosen.length >= MAX_COMPARED;
    });
  };
  const openComparison = () => {
    const lines = [
      ["Score", (row) => [badge(row), " ", className(value("Flex Classification", row))]], ["Rank", (row) => `#${row + 1}`],
      ...data.points.map((name) => [name, (row) => show(name, row)]),
      ["Asking price", (row) => show("Asking Price", row)], ["Asking $/SF", (row) => show("Asking Price/SqFt", row)], ["Price position", (row) => value("Price Position", row) ?? ""],
      ["Reasons", (row) => bullets(shortReasons(row)) ?? ""], ["Not in the data", (row) => value("Missing Factors", row) ?? ""],
      ["Property type", (row) => value("Property Type", row) ?? ""],
      ...data.facts.filter((name) => !IN_TITLE.has(name) && !["Asking Price", "Property Type", "APN"].includes(name)).map((name) => [FACT_LABELS[name] ?? name, (row) => show(name, row)]),
      ["Of this owner on the list", (row) => ownerKey(row) ? `${portfolio(row).length}` : ""], ["Sources", (row) => (sources[row] ?? []).join(", ")], ["Changes", (row) => news(row).map(describeChange).join(", ")],
    ].map(([label, shown]) => [label, chosen.map(shown)]).filter(([, cells]) => cells.some((cell) => cell !== "" && cell !== null));
    openDialog(comparison, "Comparison", h("header", {}, h("h2", {}, `${chosen.length} properties side by side`), closeButton(comparison)),
      h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Comparison" }, h("table", {},
        h("thead", {}, h("tr", {}, h("td"), chosen.map((row) => h("th", { scope: "col" }, h("button", { type: "button", class: "name", onclick: () => { comparison.close(); openCard(row); } }, title(row)), h("span", {}, place(row)))))),
        h("tbody", {}, lines.map(([label, cells]) => h("tr", {}, h("th", { scope: "row" }, label), cells.map((cell) => h("td", {}, cell))))))));
  };
