// The server's clock as this page knows it: the browser's own may be wrong.
const AHEAD_MS = 10000; // how far past its last word the server's time is guessed

let ahead = 0; // ms that the server's clock is ahead of the browser's
let heard = Date.now(); // the server's time when it was last heard

/** Take the server's time (UTC ms) from a message that has just arrived. */
export function set(serverNow) {
  ahead = serverNow - Date.now();
  heard = serverNow;
}

/** The server's time when it was last heard, UTC ms. */
export function heardAt() { return heard; }

/** The server's present time, UTC ms; it stops soon when the server is silent: what isn't known doesn't grow older. */
export function now() { return Math.min(Date.now() + ahead, heard + AHEAD_MS); }
