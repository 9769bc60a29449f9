  let map = { show: () => {}, isInView: () => true, point: () => {} };
  if (data) {
    buildList();
    buildFilters();
    document.body.append(h("div", { id: "compare-bar", role: "region", "aria-label": "Comparison", hidden: true }));
    byId("map-pane").append(h("label", { class: "in-view" }, h("input", { type: "checkbox", id: "in-view", onchange: (event) => { filters.inView = event.target.checked; applyFilters(); } }), " List only what the map shows"));
    map = buildMap();
    sortBy("rank", false);
    applyFilters();
    const openLinked = () => {
      const row = (columns.get("Property ID") ?? []).indexOf(location.hash.slice(1));
      if (location.hash.length > 1 && row >= 0) openCard(row);
    };
    addEventListener("hashchange", openLinked);
    openLinked();
  }
