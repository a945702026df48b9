/* The state of explorables in the page's address, so that what a reader has set can be sent on or kept as a bookmark. */
(() => {
  "use strict";
  const AFTER = 400;   // milliseconds of rest: browsers refuse hundreds of changes of the address in a row
  const address = () => new URL(location.href);
  let waiting;

  /** The settings of one explorable, `name`.  Only what differs from the beginning stands in the address. */
  Explorable.Address = class Address {
    constructor(name) {
      this.name = name;
      this.kept = new Map();
    }

    /** Keep a setting: `read()` is its text now; `write(text)` takes one over, and throws a RangeError if it is none. */
    keep(label, read, write) {
      let key = `${this.name}.${label}`;
      while (this.kept.has(key)) key += "'";
      this.kept.set(key, { read, first: read() });
      const told = address().searchParams.get(key);
      if (told === null) return;
      try {
        write(told);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;   // an address may say anything: what is no setting is left out
      }
    }

    /** A number between two ends.  Throws a RangeError for what is no number. */
    static number(text, low = -Infinity, high = Infinity) {
      const value = text.trim() === "" ? NaN : Number(text);
      if (!Number.isFinite(value)) throw new RangeError(`${text} is not a number`);
      return Explorable.clamp(value, low, high);
    }

    /** Write the settings into the address once they rest. */
    changed() {
      clearTimeout(waiting);
      Address.open.add(this);
      waiting = setTimeout(write, AFTER);
    }
  };
  const { Address } = Explorable;
  Address.open = new Set();   // those with something to write

  function write() {
    const url = address();
    for (const { kept } of Address.open) {
      for (const [key, { read, first }] of kept) {
        if (read() === first) url.searchParams.delete(key);
        else url.searchParams.set(key, read());
      }
    }
    Address.open.clear();
    if (url.href === location.href) return;
    try {
      history.replaceState(history.state, "", url);
    } catch (error) {
      if (error.name !== "SecurityError") throw error;   // a page in a frame or from a file may have no address of its own
    }
  }
})();
