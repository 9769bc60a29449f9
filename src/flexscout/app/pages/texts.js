// The texts of the window's screens, a section for each. A translation is another version of this file.
import { capitalize, count, grouped } from "./format.js";

const files = (number) => count(number, "file");
const rows = (number) => count(number, "row");
const candidates = (number) => count(number, "candidate");
const properties = (number) => count(number, "property", "properties");

export const texts = {
  screens: { start: "Start", files: "Files and run", list: "List", problems: "Problems" },
  frame: {
    light: "Light", dark: "Dark", running: "A run is going", skip: "Skip to content", screens: "Screens", close: "Close", closeMessage: "Close the message", cancel: "Cancel", save: "Save",
    requestFailed: "The request failed.", tryAgain: "Try again.",
    noAccess: ["This tab has no access to the window yet.", "Run flexscout app again: it opens the running window in a new tab."],
    unreachable: ["The window's program isn't running any more.", "Start it again with flexscout app; nothing is lost."],
  },
  start: {
    title: "Rank the flex-industrial properties in your exports",
    lead: "Add exports from Crexi, CoStar, county parcels or brokers. You get one list without duplicates, best first, with the reason for each score. Your files stay on this computer.",
    showList: "Show the list", showFiles: "Files and run",
    open: "Open a folder", aboutFolder: "A workspace is a folder with your exports. The settings are saved in it, so the command line works on it too.", choose: "Choose a folder", recent: "Recent",
    chooseExports: "Choose a folder with exports", openThis: "Open this folder",
    chooseWorkspace: "Choose the folder for your workspace", useThis: "Use this folder", noWorkspace: "No files were copied: choose a folder for the workspace first.",
    add: "Add exports", samples: "Try with samples", aboutSamples: "Made-up exports of two weeks: price cuts, duplicates and withdrawn listings included. Takes a few seconds.",
  },
  drop: {
    title: "Drop files or folders here", lead: "Excel, CSV and OpenDocument exports; copied to the folder inbox of the workspace", chooseFiles: "Choose files", chooseFolder: "Choose a folder",
    copying: (name, size, number, all) => `Copying ${name} (${size}), ${number} of ${all}`,
    copied: (number) => `${files(number)} copied to the folder inbox of this workspace. The originals stay where they are.`,
  },
  folders: {
    path: "Path of the folder", places: "Places", folders: "Folders", folder: "Folder", show: "Show", up: "↑ Up one folder", none: "No exports directly in this folder.",
    exports: (shown, more) => `Exports here: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
  },
  files: {
    title: "Files and run", run: "Run", runAgain: "Run again", stop: "Stop", lookAgain: "Look again", list: "Files", add: "Add exports", caption: "Files of this workspace", filesRead: "Files read",
    columns: { file: "File", state: "State", rows: "Rows", exported: "Exported", size: "Size" },
    states: { ready: "Ready", needs_columns: "Needs columns", password: "Needs a password", damaged: "Damaged", skipped: "Skipped" },
    missing: (columns) => `Missing: ${columns.join(", ")}`,
    none: "No exports in this workspace yet. Add some here, or put them into its folder and look again.",
    others: "Other files", count: files, newest: (day) => `newest ${day}`,
    downloads: "Downloads", aboutDownloads: "The same files are in the results folder of the workspace.", downloaded: (name) => `${name} was downloaded.`,
    kinds: { workbook: "Excel workbook", csv: "CSV", parquet: "Parquet", page: "Web page", memo: "PDF memo" },
    stages: { scan: "Looking at the files", read: "Reading the files", match: "Matching properties", merge: "Merging the rows of each property", compare: "Comparing with the previous list", write: "Writing the results" },
    stage: (title, position, all) => (all ? `${title} (step ${position} of ${all})` : title),
    starting: "Starting", reading: "Reading", readingAll: "Reading the files", readingFile: (name) => `Reading ${name}`, readSoFar: (number, all) => `${grouped(number, 0)} of about ${rows(all)}`,
    read: (isReused, found, number) => `${isReused ? "Unchanged" : "Done"} · ${candidates(found)} in ${rows(number)}`, failed: "Failed",
    done: (run, time) => `Run ${run} is done${time ? ` after ${time}` : ""}.`, announceDone: "The run is done.",
    found: (found, number, from) => `${candidates(found)} on the list${number ? `, from ${rows(number)} in ${files(from)}` : ""}.`,
    isRepeat: "Nothing has changed since that run.", notes: (number) => `${count(number, "note")} about this run`, unused: (number) => `${files(number)} could not be used.`, seeWhatToDo: "See what to do", showList: "Show the list",
    lastRun: (run, day) => `The last run was run ${run}${day ? `, on ${day}` : ""}.`, badSettings: "The settings of this workspace have an error.",
    runFailed: "The run failed.", stopped: "The run was stopped.", listUnchanged: "The previous list is unchanged.", nothingWritten: "Nothing was written.",
  },
  list: {
    title: "List", views: { candidates: "Candidates", to_verify: "To Verify", rejected: "Rejected" }, viewsLabel: "Views",
    search: "Search", searchHint: "Address, city, owner, APN …", reset: "Reset", resetFilters: "Reset the filters", map: "Map", side: "Map and histogram", property: "Property", selection: "Selection",
    noRun: "No list yet", runFirst: "Run the files of this workspace first; the list appears here.", showFiles: "Files and run",
    found: (number, all) => (number === all ? properties(number) : `${grouped(number, 0)} of ${properties(all)}`), properties,
    noMatch: "No property matches the filters.", none: "Nothing here: no property of this kind in the last run.",
    select: (title) => `Select ${title}`, announceSelected: (number) => `${properties(number)} selected.`, selected: (number) => `${grouped(number, 0)} selected`,
    compare: "Compare", compareHint: (most) => `Select 2 to ${most} properties to compare them`, asExcel: "Export as Excel", asCsv: "Export as CSV", clear: "Clear", downloaded: (name) => `${name} was downloaded.`,
    columns: "Columns", findColumn: "Find a column", done: "Done", resetColumns: "Reset columns",
    score: (text) => `score ${text}`, distribution: "Distribution", histogramOf: "Histogram of", andMore: (text) => `${text} and more`,
  },
  cells: {
    noAddress: "(no address)", sold: (year) => (year ? `sold ${year}` : "last sale"), perSquareFoot: (price) => `${price}/SF`, othersOfOwner: (number) => `${number} more here`,
    position: (percent) => (percent === 0 ? "at the median" : `${Math.abs(percent)}% ${percent < 0 ? "below" : "above"} median`),
    titles: { "Flex Score": "Score", Address: "Property", "Asking Price": "Price", "Building SqFt": "Sq ft", "Lot Size Acres": "Acres", "Year Built": "Built", "Owner Name": "Owner", "My Status": "My status", "Flex Classification": "Class" },
    whyRejected: "Why it was rejected", whatToVerify: "What to verify", pick: "Pick",
  },
  filters: {
    titles: { "Asking Price": "Price", "Asking Price/SqFt": "$/SF", "Building SqFt": "Size", "Lot Size Acres": "Lot", "Year Built": "Year", "Flex Score": "Score", "Sold Price": "Last sale price", "Property Type": "Type", "Flex Classification": "Class", "My Status": "Status", "Source File": "File" },
    minimum: (name) => `Minimum ${name}`, maximum: (name) => `Maximum ${name}`, exactFrom: (name) => `From ${name}, exact`, exactTo: (name) => `To ${name}, exact`,
    range: (from, to) => `${from} to ${to}`, to: "to", clear: "Clear", chosen: (name, value) => `${name}: ${value}`, find: (name) => `Find ${name}`, blank: "(blank)",
  },
  map: {
    label: "Map of the properties. Arrow keys move between properties, plus and minus zoom, Enter opens a property.", zoomIn: "Zoom in", zoomOut: "Zoom out", fit: "Show all properties on the map", country: "Show the United States", countryShort: "US",
    inView: "List only what the map shows", onMap: (number) => `${properties(number)} on the map.`, scoreTitle: (text) => `Score ${text}`, score: (text) => `score ${text}`, bands: { 8: "8 to 10", 6: "6 to 8", 4: "4 to 6", 2: "2 to 4", 0: "below 2" },
    about: "approximate place", aboutPlace: (place) => `approximate place: ${place}`, precisions: ["", "center of its ZIP Code", "center of its city", "center of its county", "center of its state"],
  },
  compare: { title: "Comparison", sideBySide: "Properties side by side", value: "Value", score: "Score", rank: "Rank", price: "Price" },
  property: {
    label: (title) => `Property ${title}`, announce: (title, score) => `${title}, score ${score}`, close: "Close", closeProperty: "Close the property", previous: "Previous", next: "Next", print: "Print",
    rank: (rank, all) => `#${grouped(rank, 0)} of ${grouped(all, 0)}`, notListed: "Not on the list", map: "Map", listing: "Listing", row: (number) => `row ${number}`,
    facts: { price: "Asking price", priceOf: (sale) => `Price (${sale})`, perSquareFoot: "Price per sq ft", building: "Building", lot: "Lot", built: "Built", occupied: "Occupied" },
    whyNotListed: "Why it isn't listed", belowMinimum: (score) => `Its score is below the minimum of ${score}.`,
    whyScore: "Why this score", points: (points, best) => `${grouped(points)} of ${grouped(best)}`, bonus: "Bonus", ceiling: (score, best) => `Score ${score}, up to ${best} with all data.`,
    improvements: "What would raise it", improved: (text, score) => `${text} (score ${score})`,
    position: "Price position", withMedian: (position, median) => `${position}: median ${median}.`, noMedian: (position) => `${position}.`,
    duplicates: "Possible duplicates", decisions: { same: "Same", different: "Different", later: "Later" }, decide: (title, other) => `${title}: ${other}`, match: (percent) => `match ${percent}%`,
    announceDecision: (title) => `Saved: ${title}. It counts from the next run.`, decided: "Saved; counts from the next run.",
    sources: "Values of each source", value: "Value", onList: "On the list", aboutMark: "✓ marks the value on the list. The small text is its cell.",
    correct: "Correct", correctName: (name) => `Correct ${name}`, correctedTo: (value) => `corrected to ${value}; counts from the next run`, undo: "Undo", undoName: (name) => `Undo the correction of ${name}`,
    announceCorrected: "The correction was saved. It counts from the next run.", announceUndone: "The correction was removed.",
    merged: "Merged rows", differs: (fields) => `Differs: ${fields}`, history: "History", run: (run) => `Run ${run}`, change: (name, what) => [capitalize(name), what].filter(Boolean).join(": "), changed: (column, old, now) => `${column} ${old ?? "none"} → ${now ?? "none"}`,
    more: "More values", notes: "My notes", statuses: ["To call", "Called", "Visited", "Offer made", "Passed"], saving: "Saving …", saved: "Saved", notSaved: "Not saved yet: your text is still here.",
  },
  problems: {
    title: "Problems", some: "What could not be used in the last run, and what to do about it.", none: "No problems in the last run.", tryAgain: "Try again", unused: (number) => `${files(number)} could not be used`,
    issues: "Issues with values", reason: "Reason", allReasons: "All reasons", file: "File", allFiles: "All files", option: (text, number) => `${text} (${grouped(number)})`,
    shown: (number, listed, all) => `${count(number, "issue")}${all > listed ? ` of the first ${grouped(listed)}; all ${grouped(all)} are in the workbook and in the issues file` : ""}`,
    columns: { text: "Issue", value: "Value", column: "Column", file: "File", sheet: "Sheet", row: "Row" },
  },
};
