// The reader's locale, as the server wrote the page: Latin digits and the Gregorian calendar, as ids and hosts have them.
const tag = document.documentElement.dataset.locale ?? "en";

/** For Intl. */
export const locale = `${tag}-u-ca-gregory-nu-latn`;

/** The hours of plain English are 0 to 23; every other locale has its own. */
export const hours = tag === "en" ? { hour: "2-digit", hourCycle: "h23" } : { hour: "numeric" };

const whole = new Intl.NumberFormat(locale);

/** A number, grouped. */
export function number(value) { return whole.format(value); }
