  // The frame of the page: color scheme, print and links.
  const root = document.documentElement;
  root.classList.add("js");

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
