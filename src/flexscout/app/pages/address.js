// The state of the window in the address: `#/SCREEN?name=value`, so that reload, links and the back button work.
export const read = () => {
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const values = Object.fromEntries(new URLSearchParams(search));
  return { screen: path || "", values };
};

export const write = (screen, values = {}) => {
  const search = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  return `#/${screen}${`${search}` ? `?${search}` : ""}`;
};

const listeners = new Set();
export const onChange = (listener) => { listeners.add(listener); };
const tell = () => listeners.forEach((listener) => listener(read()));
addEventListener("popstate", () => { if (location.hash.startsWith("#code=")) location.reload(); else tell(); });  // a new start may reach a tab that is open

// `replace`: without a step of the back button.
export const go = (screen, values = {}, replace = false) => {
  const to = write(screen, values);
  if (to === location.hash) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  tell();
};
// Change some values of this screen.
export const change = (values, replace = false) => {
  const now = read();
  go(now.screen, { ...now.values, ...values }, replace);
};
