"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  document.documentElement.classList.add("js");

  // Use the system's color scheme until the button is clicked.
  const theme = byId("theme"), root = document.documentElement;
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const updateLabel = () => { theme.textContent = dark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; updateLabel(); });
  updateLabel();

  // Open web links in a new tab.
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href^=http]");
    if (link) [link.target, link.rel] = ["_blank", "noopener noreferrer"];
  });

  // The table.
  const table = byId("ranking");
  let showRow = () => {};
  if (table) {
    const body = table.tBodies[0], rows = [...body.rows], headers = [...table.tHead.rows[1].cells];
    const tools = byId("tools"), find = byId("find"), state = byId("state"), type = byId("type"), band = byId("band"), by = byId("by");
    const page = innerWidth < 740 ? 15 : 50;
    let limit = page, order = 0, isDescending = false, matches = rows;
    const texts = rows.map((row) => {
      const cell = row.cells[2];
      return [cell.children[0].textContent, cell.children[1].textContent, row.cells[3].textContent].join(" ").toLowerCase();
    });
    const number = new Map(rows.map((row, i) => [row, i]));
    const values = headers.map(() => null);
    const value = (column) => values[column] ??= rows.map((row) => {
      const text = column === 2 ? row.cells[2].children[0].textContent : row.cells[column].textContent;
      if (column === 2 || column === 3) return text.toLowerCase();
      const figure = parseFloat(text.replace(/[,%]/g, ""));
      return Number.isNaN(figure) ? null : figure;
    });
    const compare = (column, descending) => {
      const all = value(column);
      return (a, b) => {
        const one = all[number.get(a)], two = all[number.get(b)];
        if (one === two) return number.get(a) - number.get(b);
        if (one === null || one === "") return 1;  // missing values come last in both directions
        if (two === null || two === "") return -1;
        const sign = typeof one === "string" ? one.localeCompare(two) : one - two;
        return descending ? -sign : sign;
      };
    };
    const show = () => {
      rows.forEach((row) => { row.hidden = true; });
      matches.slice(0, limit).forEach((row) => { row.hidden = false; });
      const remaining = matches.length - limit;
      byId("more").hidden = remaining <= 0;
      byId("next").textContent = `Show ${Math.min(page, remaining)} more`;
      byId("every").textContent = `Show all ${matches.length.toLocaleString("en-US")}`;
      byId("none").hidden = matches.length > 0;
      byId("found").textContent = `${matches.length.toLocaleString("en-US")} of ${rows.length.toLocaleString("en-US")}`;
    };
    const filter = () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      matches = rows.filter((row, i) => words.every((word) => texts[i].includes(word))
        && (!state.value || row.dataset.s === state.value)
        && (!type.value || row.dataset.t === type.value)
        && (!band.value || row.cells[1].firstChild.className === band.value));
      matches.sort(compare(order, isDescending));
      show();
    };
    const sort = (column, descending) => {
      [order, isDescending] = [column, descending];
      headers.forEach((head, i) => {
        if (i === column) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      by.value = column;
      const sorted = [...rows].sort(compare(column, descending));
      body.append(...sorted);
      filter();
    };
    // Numbers start with the largest, except the rank; texts with the first.
    const startsDescending = (column) => ![0, 2, 3].includes(column);
    headers.forEach((head, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.dataset.name = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => sort(i, order === i ? !isDescending : startsDescending(i)));
    });
    find.addEventListener("input", () => { limit = page; filter(); });
    [state, type, band].forEach((choice) => choice.addEventListener("change", () => { limit = page; filter(); }));
    by.addEventListener("change", () => sort(+by.value, startsDescending(+by.value)));
    tools.addEventListener("submit", (event) => event.preventDefault());
    const clear = () => { find.value = state.value = type.value = band.value = ""; };
    tools.addEventListener("reset", (event) => { event.preventDefault(); clear(); limit = page; sort(0, false); });
    byId("next").addEventListener("click", () => { limit += page; show(); });
    byId("every").addEventListener("click", () => { limit = Infinity; show(); });
    addEventListener("keydown", (event) => {
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); find.focus(); }
    });
    tools.hidden = false;
    filter();
    showRow = (rank) => {
      const row = rows[rank - 1];
      if (!row) return;
      if (!matches.includes(row)) { clear(); matches = [...rows].sort(compare(order, isDescending)); }
      limit = Math.max(limit, matches.indexOf(row) + 1);
      show();
      document.querySelectorAll("tr.marked").forEach((other) => other.classList.remove("marked"));
      row.classList.add("marked");
      row.scrollIntoView({ block: "center" });
    };
  }

  // The map.
  const box = byId("map-box");
  if (!box) return;
  const svg = byId("map-svg"), tip = byId("map-tip"), mark = byId("map-mark"), names = byId("map-names"), counties = byId("map-counties");
  const { view: fit, whole, points, sums } = JSON.parse(byId("map-data").textContent);
  const pointCount = points.x ? points.x.length : 0, discCount = sums.x ? sums.x.length : 0;
  let view = [...fit], selected = -1;
  const units = () => 1 / svg.getScreenCTM().a;  // map units per pixel
  const draw = () => {
    svg.setAttribute("viewBox", view.map((side) => side.toFixed(1)).join(" "));
    names.setAttribute("font-size", (12 * units()).toFixed(1));
    counties.setAttribute("font-size", (10 * units()).toFixed(1));
    counties.toggleAttribute("hidden", units() > 1.7);
    names.toggleAttribute("hidden", view[2] < 1000);
    if (selected >= 0) placeTip(selected);
  };
  const zoom = (factor, x = view[0] + view[2] / 2, y = view[1] + view[3] / 2) => {
    const width = Math.min(Math.max(view[2] * factor, 60), whole[2] * 1.1), real = width / view[2];
    view = [x - (x - view[0]) * real, y - (y - view[1]) * real, width, view[3] * real];
    draw();
  };
  const toMap = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const formatNumber = (figure, unit) => figure === null ? [] : [`${figure.toLocaleString("en-US")} ${unit}`];
  const element = (kind, text) => { const part = document.createElement(kind); part.textContent = text; return part; };
  const describe = (i) => {
    if (i >= pointCount) {
      const j = i - pointCount, count = sums.count[j];
      return [element("b", sums.label[j]), element("span", `${count.toLocaleString("en-US")} ${count === 1 ? "candidate" : "candidates"}`),
        element("span", `average score ${sums.mean[j]}, best ${sums.best[j]}`)];
    }
    const place = [points.city[i], points.state[i]].filter(Boolean).join(", ");
    const facts = [...(points.type[i] ? [points.type[i]] : []), ...formatNumber(points.sqft[i], "sq ft"), ...formatNumber(points.acres[i], "acres"),
      ...(points.year[i] === null ? [] : [`built ${points.year[i]}`])];
    return [element("b", `${points.address[i] || points.name[i] || "(no address)"}`), element("span", place),
      element("span", `#${points.rank[i]} · score ${points.score[i]}`), element("span", facts.join(" · "))];
  };
  const x = (i) => i < pointCount ? points.x[i] : sums.x[i - pointCount];
  const y = (i) => i < pointCount ? points.y[i] : sums.y[i - pointCount];
  const placeTip = (i) => {
    const point = new DOMPoint(x(i), y(i)).matrixTransform(svg.getScreenCTM()), frame = box.getBoundingClientRect();
    const left = point.x - frame.left, top = point.y - frame.top;
    if (left < 0 || top < 0 || left > frame.width || top > frame.height) { tip.hidden = true; return; }
    tip.hidden = false;
    const tipLeft = left + 14 + tip.offsetWidth > frame.width ? left - 14 - tip.offsetWidth : left + 14;
    tip.style.left = `${Math.max(4, Math.min(tipLeft, frame.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${Math.max(4, Math.min(top + 12, frame.height - tip.offsetHeight - 4))}px`;
  };
  const select = (i) => {
    if (i === selected) { if (i >= 0) placeTip(i); return; }
    selected = i;
    mark.replaceChildren();
    if (i < 0) { tip.hidden = true; return; }
    if (i < pointCount) {
      for (let ring = 0; ring < 3; ring++) {
        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        path.setAttribute("d", `M${x(i)} ${y(i)}h0`);
        mark.append(path);
      }
    }
    tip.replaceChildren(...describe(i).filter((part) => part.textContent));
    placeTip(i);
  };
  const nearest = (event) => {
    const point = toMap(event), unit = units();
    let best = -1, minimum = 14 * unit;
    for (let i = 0; i < pointCount; i++) {
      const gap = Math.hypot(points.x[i] - point.x, points.y[i] - point.y);
      if (gap < minimum) [best, minimum] = [i, gap];
    }
    if (best >= 0) return best;
    for (let i = discCount - 1; i >= 0; i--) {
      if (Math.hypot(sums.x[i] - point.x, sums.y[i] - point.y) <= Math.max(10, sums.size[i] / 2) * unit) return pointCount + i;
    }
    return -1;
  };
  const pointers = new Map();
  let moved = 0, distance = 0;
  const measureDistance = () => { const [a, b] = [...pointers.values()]; return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY); };
  svg.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, event);
    moved = 0;
    if (pointers.size === 2) distance = measureDistance();
  });
  svg.addEventListener("pointermove", (event) => {
    const previous = pointers.get(event.pointerId);
    if (!previous) { if (event.pointerType === "mouse") select(nearest(event)); return; }
    const to = toMap(event), from = toMap(previous);
    pointers.set(event.pointerId, event);
    moved += Math.hypot(event.clientX - previous.clientX, event.clientY - previous.clientY);
    if (pointers.size === 2) {
      const newDistance = measureDistance();
      zoom(distance / newDistance, to.x, to.y);
      distance = newDistance;
    } else if (moved > 4) {
      svg.setPointerCapture(event.pointerId);
      view[0] -= to.x - from.x;
      view[1] -= to.y - from.y;
      draw();
    }
  });
  const release = (event) => {
    const wasDown = pointers.delete(event.pointerId);
    if (!wasDown || event.type === "pointercancel" || moved > 4) return;
    const hit = nearest(event), isSame = hit === selected;
    select(hit);
    // On a touch screen the first tap shows a candidate, the second goes to its row.
    if (hit >= 0 && hit < pointCount && (event.pointerType === "mouse" || isSame)) showRow(points.rank[hit]);
  };
  svg.addEventListener("pointerup", release);
  svg.addEventListener("pointercancel", release);
  svg.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && !pointers.size) select(-1); });
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !svg.matches(":focus")) return;  // without focus, the wheel scrolls the page
    event.preventDefault();
    const point = toMap(event);
    zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 200), point.x, point.y);
  }, { passive: false });
  const center = () => selected < 0 ? [] : [x(selected), y(selected)];
  const go = { in: () => zoom(1 / 1.6, ...center()), out: () => zoom(1.6, ...center()), fit: () => { view = [...fit]; draw(); }, all: () => { view = [...whole]; draw(); } };
  document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => go[button.dataset.zoom]()));
  const last = pointCount + discCount - 1;
  const step = (i) => {
    const [left, top, width, height] = view;
    if (x(i) < left || y(i) < top || x(i) > left + width || y(i) > top + height) {
      view = [x(i) - width / 2, y(i) - height / 2, width, height];
      draw();
    }
    select(i);
  };
  const keys = { ArrowRight: () => step(selected >= last ? 0 : selected + 1), ArrowLeft: () => step(selected <= 0 ? last : selected - 1),
    "+": go.in, "=": go.in, "-": go.out, Home: go.fit, Escape: () => select(-1),
    Enter: () => { if (selected >= 0 && selected < pointCount) showRow(points.rank[selected]); } };
  svg.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  addEventListener("resize", draw);
  draw();
})();
