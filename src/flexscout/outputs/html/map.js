  // The map. Dots are lines of length zero with round ends, so that they keep their size in any zoom.
  const buildMap = () => {
    const box = byId("map-box"), picture = byId("map-svg"), tip = byId("map-tip"), mark = byId("map-mark"), names = byId("map-names"), counties = byId("map-counties"), cities = byId("map-cities"), dots = byId("map-dots");
    const { view: fit, whole, cities: places } = data.map;
    // A spot is a candidate at its coordinates, or all candidates at the center of a place.
    let spots = [], view = [...fit], selected = -1;
    const units = () => 1 / picture.getScreenCTM().a;  // map units per pixel
    const labels = (places.name ?? []).map((name, i) => ({ x: places.x[i], y: places.y[i], element: cities.appendChild(svg("text", { x: places.x[i], y: places.y[i] })), name }));
    labels.forEach((label) => { label.element.textContent = label.name; });
    const drawLabels = () => {
      const unit = units(), size = 12 * unit, drawn = [];
      cities.setAttribute("font-size", size.toFixed(1));
      labels.forEach(({ x, y, element, name }) => {
        const [width, height] = [(name.length * 7.4 + 8) * unit, 18 * unit];
        const isFree = drawn.every(([left, top, other]) => Math.abs(left - x) > (width + other) / 2 || Math.abs(top - y) > height);
        element.toggleAttribute("hidden", !isFree);
        element.setAttribute("y", y - 11 * unit);
        if (isFree) drawn.push([x, y, width]);
      });
    };
    const draw = () => {
      picture.setAttribute("viewBox", view.map((side) => side.toFixed(1)).join(" "));
      const unit = units();
      names.setAttribute("font-size", (13 * unit).toFixed(1));
      counties.setAttribute("font-size", (10 * unit).toFixed(1));
      counties.toggleAttribute("hidden", unit > 1.7);
      names.toggleAttribute("hidden", unit < 0.8);
      drawLabels();
      if (selected >= 0) placeTip(selected);
      if (filters.inView) applyFilters();
    };
    const drawDots = () => {
      const paths = new Map();
      [...spots].reverse().forEach((spot) => {
        const key = `s${band(score(spot.rows[0]))}${spot.precision ? " about" : ""}${spot.rows.length > 1 ? " many" : ""}`;
        paths.set(key, `${paths.get(key) ?? ""}M${spot.x} ${spot.y}h0`);
      });
      dots.replaceChildren(...[...paths.keys()].sort((one, two) => two.includes("many") - one.includes("many") || (one < two ? -1 : 1)).map((key) => {
        const group = svg("g", { class: key });
        group.append(...["halo", "dot", "hole"].map((kind) => svg("path", { class: kind, d: paths.get(key) })));
        return group;
      }));
    };
    const showRows = (rows) => {
      const centers = new Map(), kept = selected < 0 ? -1 : spots[selected].rows[0];
      spots = [];
      rows.forEach((row) => {
        const [x, y, precision] = [data.x[row], data.y[row], data.precision[row]];
        if (x === null) return;
        const key = precision ? `${x} ${y} ${precision}` : row;
        if (centers.has(key)) { centers.get(key).rows.push(row); return; }
        const spot = { x, y, precision, rows: [row] };
        centers.set(key, spot);
        spots.push(spot);
      });
      select(-1);
      select(spots.findIndex((spot) => spot.rows.includes(kept)));
      drawDots();
    };
    const corner = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    const isInView = (row) => {
      const frame = picture.getBoundingClientRect(), one = corner({ clientX: frame.left, clientY: frame.top }), two = corner({ clientX: frame.right, clientY: frame.bottom });
      return data.x[row] !== null && data.x[row] >= one.x && data.x[row] <= two.x && data.y[row] >= one.y && data.y[row] <= two.y;
    };
    const zoom = (factor, x = view[0] + view[2] / 2, y = view[1] + view[3] / 2) => {
      const width = Math.min(Math.max(view[2] * factor, 30), whole[2] * 1.1), real = width / view[2];
      view = [x - (x - view[0]) * real, y - (y - view[1]) * real, width, view[3] * real];
      draw();
    };
    const describe = (spot) => {
      const [row] = spot.rows, about = precisions[spot.precision ?? 0];
      if (spot.rows.length > 1) return [h("b", {}, `${grouped(spot.rows.length)} candidates`), h("span", {}, `approximate place: ${about}, ${cityOf(row) ?? ""}`), h("span", {}, `best score ${showScore(score(row))}`)];
      const shown = price(row), facts = [value("Property Type", row), show("Building SqFt", row), show("Lot Size Acres", row)].filter(Boolean).join(" · ");
      return [h("b", {}, title(row)), h("span", {}, place(row)), h("span", {}, `#${row + 1} · score ${showScore(score(row))}`),
        shown && h("span", {}, [shown.text, shown.note && `${shown.note}/SF`, shown.sold].filter(Boolean).join(" · ")), h("span", {}, facts), about && h("span", {}, `approximate place: ${about}`)];
    };
    const placeTip = (i) => {
      const point = new DOMPoint(spots[i].x, spots[i].y).matrixTransform(picture.getScreenCTM()), frame = box.getBoundingClientRect();
      const left = point.x - frame.left, top = point.y - frame.top;
      tip.hidden = left < 0 || top < 0 || left > frame.width || top > frame.height;
      if (tip.hidden) return;
      const tipLeft = left + 14 + tip.offsetWidth > frame.width ? left - 14 - tip.offsetWidth : left + 14;
      tip.style.left = `${Math.max(4, Math.min(tipLeft, frame.width - tip.offsetWidth - 4))}px`;
      tip.style.top = `${Math.max(4, Math.min(top + 12, frame.height - tip.offsetHeight - 4))}px`;
    };
    const select = (i) => {
      if (i === selected) { if (i >= 0) placeTip(i); return; }
      selected = i;
      mark.replaceChildren();
      tip.hidden = i < 0;
      if (i < 0) return;
      mark.append(...[1, 2, 3].map(() => svg("path", { d: `M${spots[i].x} ${spots[i].y}h0` })));
      tip.replaceChildren(...describe(spots[i]).filter(Boolean));
      placeTip(i);
    };
    const open = (spot) => spot.rows.length > 1 ? showOnly(`Near ${cityOf(spot.rows[0]) ?? "one place"}`, spot.rows) : showRow(spot.rows[0]);
    const nearest = (event) => {
      const point = corner(event), unit = units();
      let best = -1, minimum = 14 * unit;
      spots.forEach((spot, i) => {
        const gap = Math.hypot(spot.x - point.x, spot.y - point.y);
        if (gap < minimum) [best, minimum] = [i, gap];
      });
      return best;
    };
    const pointers = new Map();
    let moved = 0, distance = 0;
    const measureDistance = () => { const [a, b] = [...pointers.values()]; return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY); };
    picture.addEventListener("pointerdown", (event) => {
      pointers.set(event.pointerId, event);
      moved = 0;
      if (pointers.size === 2) distance = measureDistance();
    });
    picture.addEventListener("pointermove", (event) => {
      const previous = pointers.get(event.pointerId);
      if (!previous) { if (event.pointerType === "mouse") select(nearest(event)); return; }
      const to = corner(event), from = corner(previous);
      pointers.set(event.pointerId, event);
      moved += Math.hypot(event.clientX - previous.clientX, event.clientY - previous.clientY);
      if (pointers.size === 2) {
        const newDistance = measureDistance();
        zoom(distance / newDistance, to.x, to.y);
        distance = newDistance;
      } else if (moved > 4) {
        picture.setPointerCapture(event.pointerId);
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
      if (hit >= 0 && (event.pointerType === "mouse" || isSame)) open(spots[hit]);
    };
    picture.addEventListener("pointerup", release);
    picture.addEventListener("pointercancel", release);
    picture.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && !pointers.size) select(-1); });
    picture.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !picture.matches(":focus")) return;  // without focus, the wheel scrolls the page
      event.preventDefault();
      const point = corner(event);
      zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 200), point.x, point.y);
    }, { passive: false });
    const center = () => selected < 0 ? [] : [spots[selected].x, spots[selected].y];
    const go = { in: () => zoom(1 / 1.6, ...center()), out: () => zoom(1.6, ...center()), fit: () => { view = [...fit]; draw(); }, all: () => { view = [...whole]; draw(); } };
    document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => go[button.dataset.zoom]()));
    const step = (i) => {
      if (!spots.length) return;
      const to = (i + spots.length) % spots.length, { x, y } = spots[to], [left, top, width, height] = view;
      if (x < left || y < top || x > left + width || y > top + height) {
        view = [x - width / 2, y - height / 2, width, height];
        draw();
      }
      select(to);
    };
    const keys = { ArrowRight: () => step(selected + 1), ArrowLeft: () => step(selected < 0 ? -1 : selected - 1),
      "+": go.in, "=": go.in, "-": go.out, Home: go.fit, Escape: () => select(-1), Enter: () => { if (selected >= 0) open(spots[selected]); } };
    picture.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    });
    addEventListener("resize", draw);
    draw();
    return { show: showRows, isInView, point: (row) => select(row < 0 ? -1 : spots.findIndex((spot) => spot.rows.includes(row))) };
  };
