// The server's clock as this page knows it: the browser's own may be wrong.
let ahead = 0; // ms that the server's clock is ahead of the browser's

/** Take the server's time (UTC ms) from a message that has just arrived. */
export function set(serverNow) { ahead = serverNow - Date.now(); }

/** The server's present time, UTC ms. */
export function now() { return Date.now() + ahead; }
