/* What was typed, kept in this browser under the course, the assignment and the question. */
globalThis.TDLive = globalThis.TDLive || {};
TDLive.Drafts = class {
  constructor(course, topic, store) {
    this.prefix = `td-answer:${course}:${topic}:`;
    try { this.store = store ?? globalThis.localStorage; } catch { this.store = null; }   // some browsers keep nothing
  }

  read(id) {
    try { return this.store?.getItem(this.prefix + id) ?? null; } catch { return null; }
  }

  /* Whether it is kept; null takes a draft away. */
  write(id, text) {
    try {
      if (text === null) this.store.removeItem(this.prefix + id);
      else this.store.setItem(this.prefix + id, text);
      return true;
    } catch { return false; }
  }
};
