// What to do about an error or a message, by its code: a sentence without commands, and a link to the screen where it is done.
import { write } from "./address.js";
import { h } from "./dom.js";
import { app } from "./state.js";
import { texts } from "./texts.js";

const SCREEN_BY_CODE = {
  password_protected: "settings", wrong_password: "settings", timeout: "settings", worker_died: "settings", out_of_memory: "settings",
  too_large: "settings", pattern: "settings", pattern_table: "settings", different_apns: "settings", memory: "settings", possible_duplicates: "duplicates",
};

// The next step of an error without a code: commands and their options are for the command line. `kind`: the class of the error.
export const stepWithoutCommands = (step = "", kind = "") => (/`flexscout |(^|\s)--[a-z]/.test(step) ? texts.steps.byKind[kind] ?? "" : step);

// `text`: what the server says, unless the catalog has a sentence for the code.
export const buildStep = (code, text = "") => {
  const screen = SCREEN_BY_CODE[code], step = texts.steps.byCode[code] ?? text;
  return [step, screen && app.screens.includes(screen) ? [step && " ", h("a", { href: write(screen) }, texts.steps.open[screen])] : ""];
};
