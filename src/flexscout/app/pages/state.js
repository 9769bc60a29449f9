// What the server last told about itself, shared by the screens.
export const app = { state: null, screens: [], lastAddress: {}, openWorkspace: null, refresh: null };
const listeners = new Set();
export const onState = (listener) => { listeners.add(listener); return () => listeners.delete(listener); };
export const setState = (state) => { const previous = app.state; app.state = state; listeners.forEach((listener) => listener(state, previous)); };
