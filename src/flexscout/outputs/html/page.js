"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  document.documentElement.classList.add("js");

  // Light or dark: the system's choice, until the button is used.
  const theme = at("theme"), root = document.documentElement;
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const named = () => { theme.textContent = dark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; named(); });
  named();

  // Links to the web leave this page where it is.
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href^=http]");
    if (link) [link.target, link.rel] = ["_blank", "noopener noreferrer"];
  });

  // The table.
  const table = at("ranking");
  let showRow = () => {};
  if (table) {
    const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[1].cells];
    const tools = at("tools"), find = at("find"), state = at("state"), type = at("type"), scored = at("band"), by = at("by");
    const page = innerWidth < 740 ? 15 : 50;
    let limit = page, order = 0, down = false, fitting = rows;
    const texts = rows.map((row) => {
      const what = row.cells[2];
      return [what.children[0].textContent, what.children[1].textContent, row.cells[3].textContent].join(" ").toLowerCase();
    });
    const number = new Map(rows.map((row, i) => [row, i]));
    const values = heads.map(() => null);
    const value = (column) => values[column] ??= rows.map((row) => {
      const text = column === 2 ? row.cells[2].children[0].textContent : row.cells[column].textContent;
      if (column === 2 || column === 3) return text.toLowerCase();
      const figure = parseFloat(text.replace(/[,%]/g, ""));
      return Number.isNaN(figure) ? null : figure;
    });
    const compare = (column, turned) => {
      const all = value(column);
      return (a, b) => {
        const one = all[number.get(a)], two = all[number.get(b)];
        if (one === two) return number.get(a) - number.get(b);
        if (one === null || one === "") return 1;  // what is missing comes last, whichever way
        if (two === null || two === "") return -1;
        const sign = typeof one === "string" ? one.localeCompare(two) : one - two;
        return turned ? -sign : sign;
      };
    };
    const show = () => {
      rows.forEach((row) => { row.hidden = true; });
      fitting.slice(0, limit).forEach((row) => { row.hidden = false; });
      const left = fitting.length - limit;
      at("more").hidden = left <= 0;
      at("next").textContent = `Show ${Math.min(page, left)} more`;
      at("every").textContent = `Show all ${fitting.length.toLocaleString("en-US")}`;
      at("none").hidden = fitting.length > 0;
      at("found").textContent = `${fitting.length.toLocaleString("en-US")} of ${rows.length.toLocaleString("en-US")}`;
    };
    const filter = () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      fitting = rows.filter((row, i) => words.every((word) => texts[i].includes(word))
        && (!state.value || row.dataset.s === state.value)
        && (!type.value || row.dataset.t === type.value)
        && (!scored.value || row.cells[1].firstChild.className === scored.value));
      fitting.sort(compare(order, down));
      show();
    };
    const sort = (column, turned) => {
      [order, down] = [column, turned];
      heads.forEach((head, i) => {
        if (i === column) head.setAttribute("aria-sort", turned ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      by.value = column;
      const sorted = [...rows].sort(compare(column, turned));
      body.append(...sorted);
      filter();
    };
    // Numbers start with the largest, but for the rank; texts with the first.
    const first = (column) => ![0, 2, 3].includes(column);
    heads.forEach((head, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.dataset.name = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => sort(i, order === i ? !down : first(i)));
    });
    find.addEventListener("input", () => { limit = page; filter(); });
    [state, type, scored].forEach((choice) => choice.addEventListener("change", () => { limit = page; filter(); }));
    by.addEventListener("change", () => sort(+by.value, first(+by.value)));
    tools.addEventListener("submit", (event) => event.preventDefault());
    const clear = () => { find.value = state.value = type.value = scored.value = ""; };
    tools.addEventListener("reset", (event) => { event.preventDefault(); clear(); limit = page; sort(0, false); });
    at("next").addEventListener("click", () => { limit += page; show(); });
    at("every").addEventListener("click", () => { limit = Infinity; show(); });
    addEventListener("keydown", (event) => {
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); find.focus(); }
    });
    tools.hidden = false;
    filter();
    showRow = (rank) => {
      const row = rows[rank - 1];
      if (!row) return;
      if (!fitting.includes(row)) { clear(); fitting = [...rows].sort(compare(order, down)); }
      limit = Math.max(limit, fitting.indexOf(row) + 1);
      show();
      document.querySelectorAll("tr.marked").forEach((other) => other.classList.remove("marked"));
      row.classList.add("marked");
      row.scrollIntoView({ block: "center" });
    };
  }

  // The map.
  const box = at("map-box");
  if (!box) return;
  const svg = at("map-svg"), tip = at("map-tip"), mark = at("map-mark"), names = at("map-names"), counties = at("map-counties");
  const { view: fit, whole, points, sums } = JSON.parse(at("map-data").textContent);
  const many = points.x ? points.x.length : 0, discs = sums.x ? sums.x.length : 0;
  let view = [...fit], chosen = -1;
  const units = () => 1 / svg.getScreenCTM().a;  // of the map, to a pixel
  const draw = () => {
    svg.setAttribute("viewBox", view.map((side) => side.toFixed(1)).join(" "));
    names.setAttribute("font-size", (12 * units()).toFixed(1));
    counties.setAttribute("font-size", (10 * units()).toFixed(1));
    counties.toggleAttribute("hidden", units() > 1.7);
    names.toggleAttribute("hidden", view[2] < 1000);
    if (chosen >= 0) place(chosen);
  };
  const zoom = (factor, x = view[0] + view[2] / 2, y = view[1] + view[3] / 2) => {
    const width = Math.min(Math.max(view[2] * factor, 60), whole[2] * 1.1), real = width / view[2];
    view = [x - (x - view[0]) * real, y - (y - view[1]) * real, width, view[3] * real];
    draw();
  };
  const inside = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const grouped = (figure, unit) => figure === null ? [] : [`${figure.toLocaleString("en-US")} ${unit}`];
  const line = (kind, text) => { const part = document.createElement(kind); part.textContent = text; return part; };
  const told = (i) => {
    if (i >= many) {
      const j = i - many, count = sums.count[j];
      return [line("b", sums.label[j]), line("span", `${count.toLocaleString("en-US")} ${count === 1 ? "candidate" : "candidates"}`),
        line("span", `average score ${sums.mean[j]}, best ${sums.best[j]}`)];
    }
    const place = [points.city[i], points.state[i]].filter(Boolean).join(", ");
    const facts = [...(points.type[i] ? [points.type[i]] : []), ...grouped(points.sqft[i], "sq ft"), ...grouped(points.acres[i], "acres"),
      ...(points.year[i] === null ? [] : [`built ${points.year[i]}`])];
    return [line("b", `${points.address[i] || points.name[i] || "(no address)"}`), line("span", place),
      line("span", `#${points.rank[i]} · score ${points.score[i]}`), line("span", facts.join(" · "))];
  };
  const x = (i) => i < many ? points.x[i] : sums.x[i - many];
  const y = (i) => i < many ? points.y[i] : sums.y[i - many];
  const place = (i) => {
    const spot = new DOMPoint(x(i), y(i)).matrixTransform(svg.getScreenCTM()), frame = box.getBoundingClientRect();
    const left = spot.x - frame.left, top = spot.y - frame.top;
    if (left < 0 || top < 0 || left > frame.width || top > frame.height) { tip.hidden = true; return; }
    tip.hidden = false;
    const beside = left + 14 + tip.offsetWidth > frame.width ? left - 14 - tip.offsetWidth : left + 14;
    tip.style.left = `${Math.max(4, Math.min(beside, frame.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${Math.max(4, Math.min(top + 12, frame.height - tip.offsetHeight - 4))}px`;
  };
  const choose = (i) => {
    if (i === chosen) { if (i >= 0) place(i); return; }
    chosen = i;
    mark.replaceChildren();
    if (i < 0) { tip.hidden = true; return; }
    if (i < many) {
      for (let ring = 0; ring < 3; ring++) {
        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        path.setAttribute("d", `M${x(i)} ${y(i)}h0`);
        mark.append(path);
      }
    }
    tip.replaceChildren(...told(i).filter((part) => part.textContent));
    place(i);
  };
  const nearest = (event) => {
    const spot = inside(event), unit = units();
    let best = -1, least = 14 * unit;
    for (let i = 0; i < many; i++) {
      const far = Math.hypot(points.x[i] - spot.x, points.y[i] - spot.y);
      if (far < least) [best, least] = [i, far];
    }
    if (best >= 0) return best;
    for (let i = discs - 1; i >= 0; i--) {
      if (Math.hypot(sums.x[i] - spot.x, sums.y[i] - spot.y) <= Math.max(10, sums.size[i] / 2) * unit) return many + i;
    }
    return -1;
  };
  const fingers = new Map();
  let moved = 0, apart = 0;
  const spread = () => { const [a, b] = [...fingers.values()]; return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY); };
  svg.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, event);
    moved = 0;
    if (fingers.size === 2) apart = spread();
  });
  svg.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) { if (event.pointerType === "mouse") choose(nearest(event)); return; }
    const now = inside(event), then = inside(before);
    fingers.set(event.pointerId, event);
    moved += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
    if (fingers.size === 2) {
      const wide = spread();
      zoom(apart / wide, now.x, now.y);
      apart = wide;
    } else if (moved > 4) {
      svg.setPointerCapture(event.pointerId);
      view[0] -= now.x - then.x;
      view[1] -= now.y - then.y;
      draw();
    }
  });
  const lift = (event) => {
    const was = fingers.delete(event.pointerId);
    if (!was || event.type === "pointercancel" || moved > 4) return;
    const hit = nearest(event), again = hit === chosen;
    choose(hit);
    // A finger first shows what it touches, then goes there.
    if (hit >= 0 && hit < many && (event.pointerType === "mouse" || again)) showRow(points.rank[hit]);
  };
  svg.addEventListener("pointerup", lift);
  svg.addEventListener("pointercancel", lift);
  svg.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && !fingers.size) choose(-1); });
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !svg.matches(":focus")) return;  // the wheel scrolls the page, until the map is chosen
    event.preventDefault();
    const spot = inside(event);
    zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 200), spot.x, spot.y);
  }, { passive: false });
  const center = () => chosen < 0 ? [] : [x(chosen), y(chosen)];
  const go = { in: () => zoom(1 / 1.6, ...center()), out: () => zoom(1.6, ...center()), fit: () => { view = [...fit]; draw(); }, all: () => { view = [...whole]; draw(); } };
  document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => go[button.dataset.zoom]()));
  const last = many + discs - 1;
  const step = (i) => {
    const [left, top, width, height] = view;
    if (x(i) < left || y(i) < top || x(i) > left + width || y(i) > top + height) {
      view = [x(i) - width / 2, y(i) - height / 2, width, height];
      draw();
    }
    choose(i);
  };
  const keys = { ArrowRight: () => step(chosen >= last ? 0 : chosen + 1), ArrowLeft: () => step(chosen <= 0 ? last : chosen - 1),
    "+": go.in, "=": go.in, "-": go.out, Home: go.fit, Escape: () => choose(-1),
    Enter: () => { if (chosen >= 0 && chosen < many) showRow(points.rank[chosen]); } };
  svg.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  addEventListener("resize", draw);
  draw();
})();
