"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  root.classList.add("js");

  // Build an element; texts become text nodes, never markup. `onclick` and the like are listeners.
  const h = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(2).filter((child) => child || child === 0));
    return element;
  };
  const svg = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  // Use the system's color scheme until the button is clicked.
  const theme = byId("theme");
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const updateLabel = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; updateLabel(); });
  updateLabel();
  byId("print").hidden = false;
  byId("print").addEventListener("click", () => print());

  // Open web links in a new tab, and the part of the page that a link leads to.
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link) return;
    if (link.href.startsWith("http")) [link.target, link.rel] = ["_blank", "noopener noreferrer"];
    const hash = link.getAttribute("href");
    const part = hash.startsWith("#") && byId(hash.slice(1))?.closest("details");
    if (part) part.open = true;
  });
