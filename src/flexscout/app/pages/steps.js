// What to do about an error or a message, by its code: a sentence without commands, and a link to the screen where it is done.
import { write } from "./address.js";
import { h } from "./dom.js";
import { app } from "./state.js";
import { texts } from "./texts.js";

const SCREEN_BY_CODE = {
  timeout: "settings", worker_died: "settings", out_of_memory: "settings",
  too_large: "settings", pattern: "settings", pattern_table: "settings", different_apns: "settings", memory: "settings", possible_duplicates: "duplicates",
};
const SETTING_BY_CODE = { password_protected: "password", wrong_password: "password" };

// The next step of an error without a code: commands and their options are for the command line. `kind`: the class of the error.
export const stepWithoutCommands = (step = "", kind = "") => (/`flexscout |(^|\s)--[a-z]/.test(step) ? texts.steps.byKind[kind] ?? "" : step);

// `text`: what the server says, unless the catalog has a sentence for the code.
export const buildStep = (code, text = "") => {
  const setting = SETTING_BY_CODE[code], screen = setting ? "settings" : SCREEN_BY_CODE[code], step = texts.steps.byCode[code] ?? text;
  return [step, screen && app.screens.includes(screen) ? [step && " ", h("a", { href: write(screen, { setting }) }, texts.steps.open[setting ?? screen])] : ""];
};
