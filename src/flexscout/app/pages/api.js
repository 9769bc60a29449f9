// Requests to the server of this window.
import { app } from "./state.js";
import { stepWithoutCommands } from "./steps.js";
import { texts } from "./texts.js";

const KEY = "flexscout-token", SESSION = "/api/session";
const OF_ANY_WORKSPACE = [SESSION, "/api/state", "/api/workspaces", "/api/folders"];  // the others ask about the one that this tab shows

export class Refusal extends Error {
  constructor(text, nextStep = "", status = 0) { super(text); this.nextStep = nextStep; this.status = status; }
}

const UNREACHABLE = () => new Refusal(...texts.frame.unreachable);

const send = async (method, path, content, signal, isRepeated = false) => {
  let body = content;
  const headers = { "X-Flexscout-Token": sessionStorage.getItem(KEY) ?? "" };
  if (body !== undefined && !(body instanceof Blob)) { headers["Content-Type"] = "application/json"; body = JSON.stringify(body); }
  if (app.state && !OF_ANY_WORKSPACE.includes(path.split("?")[0])) headers["X-Flexscout-Opened"] = `${app.state.opened}`;
  let answer;
  try { answer = await fetch(path, { method, headers, body, signal, credentials: "omit" }); } catch (error) {
    if (error.name === "AbortError") throw error;
    throw UNREACHABLE();
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401) {
    sessionStorage.removeItem(KEY);  // of an earlier start at the same port: not for other tabs either
    if (!isRepeated && path !== SESSION) await askOtherTabs();  // a tab of the new start
    if (sessionStorage.getItem(KEY)) return send(method, path, content, signal, true);
    throw new Refusal(...texts.frame.noAccess, 401);
  }
  if (told.error_kind === "OtherWorkspaceError") app.refresh();
  throw new Refusal(told.error ?? texts.frame.requestFailed, stepWithoutCommands(told.next_step, told.error_kind) || (told.error ? "" : texts.frame.tryAgain), answer.status);
};

// Exchange the one-time code of the address for a token, and remove it from the address.
export const openSession = async () => {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) {
    history.replaceState(null, "", location.pathname);
    const answer = await send("POST", SESSION, { code });
    sessionStorage.setItem(KEY, (await answer.json()).token);
  }
  if (!sessionStorage.getItem(KEY)) await askOtherTabs();
  if (!sessionStorage.getItem(KEY)) throw new Refusal(...texts.frame.noAccess, 401);
  tabs.addEventListener("message", ({ data }) => { if (data === "token?") tabs.postMessage({ token: sessionStorage.getItem(KEY) }); });
};

// A link that is opened in a new tab gets the token from a tab of the same origin.
const tabs = new BroadcastChannel("flexscout");
const askOtherTabs = () => new Promise((resolve) => {
  const answer = ({ data }) => {
    if (!data.token) return;
    sessionStorage.setItem(KEY, data.token);
    tabs.removeEventListener("message", answer);
    resolve();
  };
  tabs.addEventListener("message", answer);
  tabs.postMessage("token?");
  setTimeout(resolve, 400);
});

const query = (values) => {
  const parts = new URLSearchParams();
  Object.entries(values).forEach(([name, value]) => {
    if (value !== null && value !== undefined && value !== "") parts.set(name, typeof value === "object" ? JSON.stringify(value) : value);
  });
  return `${parts}` ? `?${parts}` : "";
};
export const get = async (path, values = {}, signal = undefined) => (await send("GET", `/api/${path}${query(values)}`, undefined, signal)).json();
export const post = async (path, body = {}) => (await send("POST", `/api/${path}`, body)).json();
export const put = async (path, body) => (await send("PUT", `/api/${path}`, body)).json();
export const upload = async (name, file) => (await send("POST", `/api/uploads${query({ name })}`, file)).json();

// Call `onEvent` for each line of a stream, until it ends.
export const stream = async (path, onEvent, signal) => {
  const reader = (await send("GET", `/api/${path}`, undefined, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch((error) => { if (error.name === "AbortError") throw error; throw UNREACHABLE(); });
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    lines.filter(Boolean).forEach((line) => onEvent(JSON.parse(line)));
  }
};

// Save an answer as a file: a link can't send the token.
const save = async (answer) => {
  const name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "flexscout";
  const address = URL.createObjectURL(await answer.blob());
  const anchor = Object.assign(document.createElement("a"), { href: address, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return name;
};
export const download = async (name) => save(await send("GET", `/api/downloads/${name}`));
export const downloadSheet = async (id) => save(await send("GET", `/api/sheets/${encodeURIComponent(id)}`));
export const exportSelection = async (ids, format) => save(await send("POST", "/api/export", { ids, format }));
export const downloadMail = async (choice) => save(await send("POST", "/api/mail", choice));
