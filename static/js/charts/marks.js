// What happened, drawn into every chart: an upright line for each mark of the page, in the mark's colour.
const WIDTH = 1;

/** The marks that the page has: times (UTC ms) and colours. */
export function marks() {
  return [...document.querySelectorAll("#marks [data-at]")].map((mark) => ({
    at: Number(mark.dataset.at),
    colour: getComputedStyle(mark).color,
  }));
}

export function drawMarks(u, found) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = WIDTH * window.devicePixelRatio;
  ctx.setLineDash([4 * window.devicePixelRatio, 3 * window.devicePixelRatio]);
  for (const { at, colour } of found) {
    const x = Math.round(u.valToPos(at, "x", true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = colour;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
