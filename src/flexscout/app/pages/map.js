// The map: outlines and a dot per property on a canvas, smooth at 50,000 dots.
import { get } from "./api.js";
import { button, h } from "./dom.js";
import { band, showScore } from "./format.js";
import { texts } from "./texts.js";

const RADIUS = { 8: 5.5, 6: 4.5, 4: 3.5, 2: 3.2, 0: 3 }, FINE = { 8: 4, 6: 3.2, 4: 2.4, 2: 2.2, 0: 2 };
const MANY = 800, HIT = 12, MIN_WIDTH = 30, SETTLE = 90, COUNTY_WIDTH = 2600, BUTTONS = 48;
const BANDS = [8, 6, 4, 2, 0], MILE = 5280, SCALES = [25, 50, 100, 200, 500, 1000, MILE / 2, MILE, 2 * MILE, 5 * MILE, 10 * MILE, 25 * MILE, 100 * MILE, 500 * MILE], SCALE_PIXELS = 110;

let outlines = null;
const loadOutlines = async () => {
  outlines ??= get("outlines").then((found) => ({ ...found, paths: Object.fromEntries(["land", "lakes", "rivers", "county_borders", "state_borders"].map((name) => [name, new Path2D(found[name])])) }));
  return outlines;
};

/** options: describe(at) -> Promise of [title, line, ...]; onOpen(at); onView(box or null); isCloseup: a few places, with a scale, without legend */
export const buildMap = (box, options) => {
  const canvas = h("canvas", { tabindex: "0", role: "application", "aria-label": options.label ?? texts.map.label });
  const tip = h("div", { class: "tip", "aria-live": "polite", hidden: true }), legend = h("ul", { class: "legend" });
  const inView = h("input", { type: "checkbox", onchange: () => tellView() });
  const zoomBox = h("div", { class: "zoom" }, button("+", () => zoom(1 / 1.6), { "aria-label": texts.map.zoomIn }), button("−", () => zoom(1.6), { "aria-label": texts.map.zoomOut }),
    button("⤢", () => { fit(); changed(); }, { "aria-label": texts.map.fit }), button(texts.map.countryShort, () => { view = { x: width / 2, y: height / 2, scale: size.w / width }; changed(); }, { "aria-label": texts.map.country }));
  box.append(h("div", { class: "map" }, canvas, zoomBox, tip), ...(options.isCloseup ? [] : [legend, h("label", { class: "in-view" }, inView, texts.map.inView)]));
  const context = canvas.getContext("2d"), scene = document.createElement("canvas"), scenePen = scene.getContext("2d");
  let land = null, width = 9750, height = 6100, size = { w: 1, h: 1, ratio: 1 }, view = null, sceneView = null, isFitted = false, isSized = false;
  let points = { n: 0, at: [], x: [], y: [], band: [], precision: [] }, selected = -1, open = -1, colors = {}, sprites = {}, frame = 0, settle = 0;

  const readColors = () => {
    const style = getComputedStyle(document.documentElement), color = (name) => style.getPropertyValue(`--${name}`).trim();
    colors = Object.fromEntries(["land", "water", "river", "county", "state", "soft", "ink", "accent", "d8", "d6", "d4", "d2", "d0"].map((name) => [name, color(name)]));
    sprites = {};
  };
  const sprite = (level, isAbout, isFine) => {
    const key = `${level} ${isAbout} ${isFine}`;
    if (sprites[key]) return sprites[key];
    const radius = (isFine ? FINE : RADIUS)[level] + (isAbout ? 0.6 : 0), edge = Math.ceil((radius + 2) * 2), image = document.createElement("canvas"), pen = image.getContext("2d");
    image.width = image.height = Math.ceil(edge * size.ratio);
    pen.scale(size.ratio, size.ratio);
    pen.beginPath();
    pen.arc(edge / 2, edge / 2, radius + 1, 0, 7);
    pen.fillStyle = colors.land;
    pen.fill();
    pen.beginPath();
    pen.arc(edge / 2, edge / 2, isAbout ? radius - 0.8 : radius, 0, 7);
    [pen.fillStyle, pen.strokeStyle, pen.lineWidth] = [colors[`d${level}`], colors[`d${level}`], 1.8];
    if (isAbout) pen.stroke(); else pen.fill();
    sprites[key] = { image, edge };
    return sprites[key];
  };
  const toX = (x) => (x - view.x) * view.scale + size.w / 2, toY = (y) => (y - view.y) * view.scale + size.h / 2;
  const fromX = (x) => (x - size.w / 2) / view.scale + view.x, fromY = (y) => (y - size.h / 2) / view.scale + view.y;

  const drawScene = () => {
    if (!land || !view || !isSized) return;
    [scene.width, scene.height] = [canvas.width, canvas.height];
    const pen = scenePen, scale = view.scale * size.ratio, { paths } = land;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = colors.water;
    pen.fillRect(0, 0, scene.width, scene.height);
    pen.setTransform(scale, 0, 0, scale, (size.w / 2) * size.ratio - view.x * scale, (size.h / 2) * size.ratio - view.y * scale);
    const line = (path, color, pixels) => { pen.strokeStyle = color; pen.lineWidth = pixels / view.scale; pen.stroke(path); };
    pen.lineJoin = pen.lineCap = "round";
    pen.fillStyle = colors.land;
    pen.fill(paths.land);
    if (size.w / view.scale < COUNTY_WIDTH) line(paths.county_borders, colors.county, 0.7);
    line(paths.rivers, colors.river, 1.2);
    pen.fillStyle = colors.water;
    pen.fill(paths.lakes);
    line(paths.state_borders, colors.state, 1);
    pen.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    pen.fillStyle = colors.soft;
    [pen.font, pen.textAlign, pen.textBaseline] = ["600 12px system-ui, sans-serif", "center", "middle"];
    Object.entries(land.states ?? {}).forEach(([code, [name, x, y]]) => {
      const isLarge = size.w / view.scale < 3500;
      if (view.scale > 0.035) pen.fillText(isLarge ? name : code, toX(x), toY(y));
    });
    drawDots(pen);
    if (options.isCloseup) drawScale(pen);
    sceneView = { ...view };
  };
  // Best dots on top; of those in one place only the best is drawn, so that 50,000 take as long as some thousands.
  const drawDots = (pen) => {
    const isFine = points.n > MANY, cell = isFine ? 4 : 1, across = Math.ceil(size.w / cell) + 5, down = Math.ceil(size.h / cell) + 5, taken = new Uint8Array(across * down), drawn = [];
    for (let i = 0; i < points.n; i += 1) {
      const column = Math.floor(toX(points.x[i]) / cell) + 2, line = Math.floor(toY(points.y[i]) / cell) + 2;
      if (column < 0 || line < 0 || column >= across || line >= down) continue;
      if (isFine && taken[line * across + column]) continue;
      taken[line * across + column] = 1;
      drawn.push(i);
    }
    for (const i of drawn.reverse()) {
      const { image, edge } = sprite(points.band[i], points.precision[i] > 0, isFine);
      pen.drawImage(image, toX(points.x[i]) - edge / 2, toY(points.y[i]) - edge / 2, edge, edge);
    }
  };
  const drawScale = (pen) => {
    const feet = SCALES.findLast((one) => (one / land.unit_feet) * view.scale <= SCALE_PIXELS) ?? SCALES[0], pixels = (feet / land.unit_feet) * view.scale;
    [pen.strokeStyle, pen.fillStyle, pen.lineWidth] = [colors.ink, colors.ink, 1.5];
    [pen.textAlign, pen.textBaseline] = ["left", "bottom"];
    pen.beginPath();
    [[12, -16], [12, -10], [12 + pixels, -10], [12 + pixels, -16]].forEach(([x, y], i) => pen[i ? "lineTo" : "moveTo"](x, size.h + y));
    pen.stroke();
    pen.fillText(texts.map.length(feet), 12, size.h - 18);
  };
  const paint = () => {
    frame = 0;
    if (!view) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = colors.water;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (sceneView) {
      const by = view.scale / sceneView.scale, left = (toX(sceneView.x) - (size.w / 2) * by) * size.ratio, top = (toY(sceneView.y) - (size.h / 2) * by) * size.ratio;
      context.drawImage(scene, left, top, scene.width * by, scene.height * by);
    }
    context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    [open, selected].filter((i) => i >= 0).forEach((i) => {
      context.beginPath();
      context.arc(toX(points.x[i]), toY(points.y[i]), 8, 0, 7);
      [context.fillStyle, context.strokeStyle, context.lineWidth] = [colors.accent, colors.land, 3];
      context.fill();
      context.stroke();
      context.beginPath();
      context.arc(toX(points.x[i]), toY(points.y[i]), 9.5, 0, 7);
      [context.strokeStyle, context.lineWidth] = [colors.ink, 1.5];
      context.stroke();
    });
    if (!tip.hidden) placeTip();
  };
  const repaint = () => { frame ||= requestAnimationFrame(paint); };
  const changed = () => {
    repaint();
    clearTimeout(settle);
    settle = setTimeout(() => { drawScene(); repaint(); tellView(); }, SETTLE);
  };
  let sent = null;
  const tellView = () => {
    const shown = inView.checked ? [fromX(0), fromY(0), fromX(size.w), fromY(size.h)].map((side) => Math.round(side)) : null;
    if (`${shown}` === `${sent}`) return;
    sent = shown;
    options.onView(shown);
  };
  const resize = () => {
    const { clientWidth: w, clientHeight: tall } = canvas;
    if (!w || !tall) return;
    size = { w, h: tall, ratio: Math.min(devicePixelRatio || 1, 2) };
    if (!isSized) view = null;  // fitted to a map without a size
    isSized = true;
    [canvas.width, canvas.height] = [Math.round(w * size.ratio), Math.round(tall * size.ratio)];
    sprites = {};
    if (!view) fit();
    drawScene();
    repaint();
  };
  const fit = () => {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < points.n; i += 1) {
      [left, right] = [Math.min(left, points.x[i]), Math.max(right, points.x[i])];
      [top, bottom] = [Math.min(top, points.y[i]), Math.max(bottom, points.y[i])];
    }
    const [margin, least] = options.isCloseup ? [2, 1] : [1.2, 260];
    if (!points.n) [left, top, right, bottom] = [0, 0, width, height];
    const [w, tall] = [Math.max((right - left) * margin, least), Math.max((bottom - top) * margin, least)];
    const scale = Math.min((size.w - BUTTONS) / w, size.h / tall);
    view = { x: (left + right) / 2 + BUTTONS / 2 / scale, y: (top + bottom) / 2, scale };
  };
  const zoom = (factor, px = size.w / 2, py = size.h / 2) => {
    if (!view) return;
    const [x, y] = [fromX(px), fromY(py)], scale = Math.max(size.w / (width * 1.3), Math.min(size.w / (options.isCloseup ? 0.5 : MIN_WIDTH), view.scale / factor));
    view = { scale, x: x - (px - size.w / 2) / scale, y: y - (py - size.h / 2) / scale };
    changed();
  };
  const nearest = (px, py) => {
    let best = -1, least = HIT * HIT;
    for (let i = 0; i < points.n; i += 1) {
      const gap = (toX(points.x[i]) - px) ** 2 + (toY(points.y[i]) - py) ** 2;
      if (gap < least) [best, least] = [i, gap];
    }
    return best;
  };
  const placeTip = () => {
    const x = toX(points.x[selected]), y = toY(points.y[selected]);
    const left = x + 14 + tip.offsetWidth > size.w ? x - 14 - tip.offsetWidth : x + 14;
    tip.style.left = `${Math.max(4, Math.min(left, size.w - tip.offsetWidth - 4))}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 10, size.h - tip.offsetHeight - 4))}px`;
  };
  const select = async (i) => {
    if (i === selected) return;
    selected = i;
    canvas.style.cursor = i < 0 ? "grab" : "pointer";
    tip.hidden = true;
    repaint();
    if (i < 0) return;
    const [title, ...lines] = await options.describe(points.at[i]).catch(() => [texts.map.scoreTitle(showScore(points.score[i]))]);
    if (selected !== i) return;
    const about = points.precision[i] && !options.isCloseup ? [texts.map.aboutPlace(texts.map.precisions[points.precision[i]])] : [];
    tip.replaceChildren(h("b", {}, title), ...[...lines, ...about].filter(Boolean).map((line) => h("span", {}, line)));
    tip.hidden = false;
    placeTip();
  };

  const pointers = new Map();
  let moved = 0, gap = 0;
  const spot = (event) => { const frameBox = canvas.getBoundingClientRect(); return [event.clientX - frameBox.left, event.clientY - frameBox.top]; };
  const spread = () => { const [one, two] = [...pointers.values()]; return Math.hypot(one[0] - two[0], one[1] - two[1]); };
  canvas.addEventListener("pointerdown", (event) => { pointers.set(event.pointerId, spot(event)); moved = 0; if (pointers.size === 2) gap = spread(); });
  canvas.addEventListener("pointermove", (event) => {
    if (!view) return;
    const [x, y] = spot(event), from = pointers.get(event.pointerId);
    if (!from) { if (event.pointerType === "mouse") select(nearest(x, y)); return; }
    moved += Math.hypot(x - from[0], y - from[1]);
    pointers.set(event.pointerId, [x, y]);
    if (pointers.size === 2) { const now = spread(); zoom(gap / now, x, y); gap = now; return; }
    if (moved < 4) return;
    canvas.setPointerCapture(event.pointerId);
    view = { ...view, x: view.x - (x - from[0]) / view.scale, y: view.y - (y - from[1]) / view.scale };
    changed();
  });
  const release = (event) => {
    if (!pointers.delete(event.pointerId) || event.type === "pointercancel" || moved > 4) return;
    const hit = nearest(...spot(event)), isSame = hit === selected;
    select(hit);
    if (hit >= 0 && (event.pointerType === "mouse" || isSame)) options.onOpen(points.at[hit]);
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && !pointers.size) select(-1); });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 200), ...spot(event)); }, { passive: false });
  const step = (by) => {
    if (!points.n) return;
    const to = (selected + by + points.n) % points.n;
    const [x, y] = [toX(points.x[to]), toY(points.y[to])];
    if (x < 0 || y < 0 || x > size.w || y > size.h) { view = { ...view, x: points.x[to], y: points.y[to] }; changed(); }
    select(to);
  };
  const KEYS = { ArrowRight: () => step(1), ArrowDown: () => step(1), ArrowLeft: () => step(selected < 0 ? 0 : -1), ArrowUp: () => step(selected < 0 ? 0 : -1), "+": () => zoom(1 / 1.6), "=": () => zoom(1 / 1.6), "-": () => zoom(1.6),
    Home: () => { fit(); changed(); }, Escape: () => select(-1), Enter: () => { if (selected >= 0) options.onOpen(points.at[selected]); } };
  canvas.addEventListener("keydown", (event) => {
    if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  });

  const onTheme = () => { readColors(); drawScene(); repaint(); };
  addEventListener("themechange", onTheme);
  const observer = new ResizeObserver(resize);
  observer.observe(canvas);
  readColors();
  loadOutlines().then((found) => { land = found; [width, height] = [found.width ?? width, found.height ?? height]; drawScene(); repaint(); }).catch(options.onError);
  return {
    update: (found, more, isInView, keepView) => {
      const sorted = found, kept = points.at[selected];
      points = { n: sorted.length, at: sorted.map((point) => point[0]), x: Float64Array.from(sorted, (point) => point[1]), y: Float64Array.from(sorted, (point) => point[2]),
        score: sorted.map((point) => point[3]), band: Uint8Array.from(sorted, (point) => band(point[3] ?? 0)), precision: Uint8Array.from(sorted, (point) => point[4] ?? 0) };
      [selected, open] = [-1, -1];
      tip.hidden = true;
      inView.checked = isInView;
      if (!isFitted || (!keepView && !isInView)) { isFitted = sorted.length > 0; fit(); }
      const shown = new Set(points.band), abouts = points.precision.some(Boolean);
      legend.replaceChildren(...BANDS.filter((level) => shown.has(level)).map((level) => h("li", {}, h("i", { class: `s${level}` }), texts.map.score(texts.map.bands[level]))), abouts ? h("li", {}, h("i", { class: "about" }), texts.map.about) : "", more ? h("li", {}, texts.map.more(more)) : "");
      canvas.setAttribute("aria-description", texts.map.onMap(points.n));
      drawScene();
      repaint();
      select(points.at.indexOf(kept));
    },
    mark: (at) => { open = at === null ? -1 : points.at.indexOf(at); repaint(); },
    close: () => { observer.disconnect(); removeEventListener("themechange", onTheme); clearTimeout(settle); cancelAnimationFrame(frame); },
  };
};
