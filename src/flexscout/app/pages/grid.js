// The one module that knows AG Grid: rows come from the server in windows of a hundred, or from an array.
import { AllCommunityModule, ModuleRegistry, createGrid, themeQuartz } from "./vendor/ag-grid-community.js";

ModuleRegistry.registerModules([AllCommunityModule]);
const WINDOW = 100;
const MAX_WINDOWS = 20;
const MAX_SHORT = 10;  // rows of a grid that is as high as its rows
const theme = themeQuartz.withParams({
  accentColor: "var(--accent)", backgroundColor: "var(--sheet)", foregroundColor: "var(--ink)", textColor: "var(--ink)",
  borderColor: "var(--rule)", headerBackgroundColor: "var(--sheet)", headerTextColor: "var(--soft)", rowHoverColor: "var(--hover)",
  fontFamily: "inherit", fontSize: 13.5, headerFontSize: 12.8, headerHeight: 34, wrapperBorderRadius: 12, cellHorizontalPadding: 10, browserColorScheme: "inherit",
});
const nonce = document.documentElement.nonce || document.documentElement.dataset.nonce;
delete document.documentElement.dataset.nonce;

const COMMON = {
  theme, styleNonce: nonce, suppressMovableColumns: false, suppressDragLeaveHidesColumns: true, suppressCellFocus: false, animateRows: false,
  suppressFieldDotNotation: true, suppressColumnVirtualisation: false, enableCellTextSelection: true, ensureDomOrder: true, suppressMultiSort: true,
  defaultColDef: { sortable: true, resizable: true, suppressHeaderMenuButton: true, minWidth: 60, sortingOrder: ["asc", "desc", null] },
};

// Columns are numbered inside the grid: it would read dots in names as nesting.
const toDefinition = (column) => ({ colId: column.name, headerName: column.title, ...column.grid });

/**
 * @param box      The element to fill.
 * @param options  columns: [{name, title, grid}], load(start, count, sort, descending) -> {total, rows: [{id, ...}]},
 *                 onOpen(row, index), onFocus(row, index), onPick(row), onSort(name, descending), rowHeight, label
 */
export const buildGrid = (box, options) => {
  let openId = null, isQuiet = false, failures = 0, isGone = false;
  const datasource = { getRows: async ({ startRow, endRow, sortModel, successCallback, failCallback }) => {
    const [sort] = sortModel;
    try {
      const { total, rows } = await options.load(startRow, endRow - startRow, sort?.colId ?? null, sort?.sort === "desc");
      if (isGone) return;
      successCallback(rows, total);
      if (total) api.hideOverlay(); else api.showNoRowsOverlay();
      failures = 0;
    } catch (error) {
      if (isGone) return;
      failCallback();
      failures += 1;
      if (failures === 1) options.onError(error);
    }
  } };
  const api = createGrid(box, {
    ...COMMON, columnDefs: options.columns.map(toDefinition), rowHeight: options.rowHeight, overlayNoRowsTemplate: `<span class="no-rows"></span>`,
    rowModelType: "infinite", cacheBlockSize: WINDOW, maxBlocksInCache: MAX_WINDOWS, infiniteInitialRowCount: 1, blockLoadDebounceMillis: 30, datasource,
    getRowId: ({ data }) => data.id, rowClassRules: { "is-open": ({ data }) => Boolean(data) && data.id === openId },
    onSortChanged: () => {
      if (isQuiet) return;
      const sorted = api.getColumnState().find((column) => column.sort);
      options.onSort(sorted?.colId ?? null, sorted?.sort === "desc");
    },
    onRowClicked: ({ data, rowIndex, event }) => { if (data && !event.target.closest("input, a")) options.onOpen(data, rowIndex); },
    onCellKeyDown: ({ data, rowIndex, event }) => {
      if (!data || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter") options.onOpen(data, rowIndex);
      if (event.key === " ") { event.preventDefault(); options.onPick(data); }
    },
    onCellFocused: ({ rowIndex, rowPinned }) => {
      if (rowIndex === null || rowIndex === undefined || rowPinned) return;
      const row = api.getDisplayedRowAtIndex(rowIndex)?.data;
      if (row) options.onFocus(row, rowIndex);
    },
    onColumnVisible: () => options.onColumns(), onColumnMoved: ({ finished }) => { if (finished) options.onColumns(); }, onColumnResized: ({ finished, source }) => { if (finished && source === "uiColumnResized") options.onColumns(); },
  });
  box.querySelector("[role='grid'], [role='treegrid']")?.setAttribute("aria-label", options.label);
  return {
    reload: () => { failures = 0; api.setGridOption("datasource", datasource); api.ensureIndexVisible(0, "top"); },
    refresh: () => api.refreshInfiniteCache(),
    redraw: (names) => api.refreshCells({ force: true, columns: names }),
    setOpen: (id) => {
      openId = id;
      box.querySelectorAll(".ag-row").forEach((row) => row.classList.toggle("is-open", id !== null && row.getAttribute("row-id") === id));
    },
    indexOf: (id) => api.getRowNode(id)?.rowIndex ?? -1,
    rowAt: (index) => api.getDisplayedRowAtIndex(index)?.data ?? null,
    total: () => api.getDisplayedRowCount(),
    focus: (index) => {
      api.ensureIndexVisible(index);
      const column = api.getFocusedCell()?.column ?? api.getAllDisplayedColumns().find((one) => one.getColId() !== "pick");
      if (column) api.setFocusedCell(index, column);
    },
    reveal: (index) => api.ensureIndexVisible(index),
    setSort: (name, isDescending) => {
      const sorted = api.getColumnState().find((column) => column.sort);
      if ((sorted?.colId ?? null) === name && (!name || (sorted.sort === "desc") === isDescending)) return;
      isQuiet = true;
      api.applyColumnState({ state: name ? [{ colId: name, sort: isDescending ? "desc" : "asc" }] : [], defaultState: { sort: null } });
      isQuiet = false;
    },
    columnState: () => api.getColumnState().map(({ colId, hide, width }) => ({ colId, hide, width })),
    setVisible: (name, isVisible) => api.setColumnsVisible([name], isVisible),
    destroy: () => { isGone = true; api.destroy(); },
  };
};

// A grid of rows that are all here, with the grid's own sorting.
export const buildLocalGrid = (box, { columns, rows, label }) => {
  const isShort = rows.length <= MAX_SHORT;
  box.classList.toggle("short", isShort);
  const api = createGrid(box, {
    ...COMMON, domLayout: isShort ? "autoHeight" : "normal", columnDefs: columns.map((column) => ({ ...toDefinition(column), valueGetter: ({ data }) => data[column.name] })), rowData: rows, rowHeight: 34, overlayNoRowsTemplate: `<span class="no-rows"></span>`,
  });
  box.querySelector("[role='grid'], [role='treegrid']")?.setAttribute("aria-label", label);
  return { setRows: (kept) => api.setGridOption("rowData", kept), destroy: () => api.destroy() };
};
