// The texts of the window's screens, a section for each. A translation is another version of this file.
export const texts = {
  screens: { start: "Start", files: "Files and run", list: "List", problems: "Problems" },
  frame: { light: "Light", dark: "Dark", running: "A run is going" },
};
