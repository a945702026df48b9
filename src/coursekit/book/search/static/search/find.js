/* Finding in the book: TDSearch.find(entries, query) gives the best entries first.  No page, so that tests run it. */
globalThis.TDSearch = (() => {
  "use strict";
  const KINDS = { concept: 12, section: 4, claim: 2, question: 1 };
  const SHARES = { concept: 1, section: 1, claim: 0.5, question: 0.8 };  // a reader wants the place that explains
  const WEIGHTS = { title: 20, id: 16, page: 5, text: 1 };
  const GREEK = { alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", eta: "η", theta: "θ", kappa: "κ", lambda: "λ", mu: "μ",
                  nu: "ν", xi: "ξ", pi: "π", rho: "ρ", sigma: "σ", tau: "τ", phi: "φ", psi: "ψ", omega: "ω" };
  const SMALL = new Set(("a an and any are as at be but by can do does for from happen happens has have how i if in is it its me my of on or"
    + " our s should so than that the their there these they this to use was we what when where which while who why will with you").split(" "));
  const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

  /** Lower case, no accents, one kind of hyphen and of Greek letter, digits on the line. */
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/[₀-₉]/g, (c) => SUBSCRIPTS.indexOf(c)).replaceAll("ϵ", "ε").replaceAll("ϕ", "φ").replace(/[‐‑–—-]+/g, " ").replace(/isation/g, "ization").replace(/ise(?=[sdr]?\b)/g, "ize");

  /** The words of a query; those that every page has only where there are no others. */
  function words(query) {
    const all = plain(query).split(/[\s,;:!?"“”()$\\{}]+/).map((w) => w.replace(/^\.+|\.+$/g, "")).filter(Boolean);
    const telling = all.filter((word) => !SMALL.has(word));
    return telling.length ? telling : all;
  }

  /** The beginnings that stand for a word: itself, its Greek letter, and its stem where it is long. */
  function stems(word) {
    const found = [word];
    if (GREEK[word]) found.push(GREEK[word]);
    const stem = word.replace(/(ization|ations?|ing|ies|es|ed|s|y|e)$/, "");
    if (word.length > 4 && stem.length > 3) found.push(stem);
    return found;
  }

  const letter = /[\p{L}\p{N}]/u;

  /** How often a word begins with one of the stems; a single letter must be a word of its own. */
  function count(text, stem) {
    let hits = 0;
    for (let at = text.indexOf(stem); at >= 0 && hits < 9; at = text.indexOf(stem, at + stem.length)) {
      const fresh = at === 0 || !letter.test(text[at - 1]) || !letter.test(stem[0]);
      const whole = stem.length > 1 || !letter.test(text[at + stem.length] ?? " ");
      if (fresh && whole) hits += 1;
    }
    return hits;
  }

  function prepared(entry) {
    entry.seen ??= Object.fromEntries(Object.keys(WEIGHTS).map((key) => [key, plain(entry[key] ?? "")]));
    if (entry.id && !entry.spread) {
      entry.spread = true;
      entry.seen.id += ` ${entry.seen.id.replace(/[._]/g, " ")}`;
    }
    return entry.seen;
  }

  /** How telling each word is: a word that few places have counts more. */
  function weights(entries, wanted) {
    const has = (entry, word) => stems(word).some((stem) => Object.keys(WEIGHTS).some((field) => count(prepared(entry)[field], stem)));
    return wanted.map((word) => Math.log2(1 + entries.length / (1 + entries.filter((entry) => has(entry, word)).length)));
  }

  function score(entry, wanted, phrase, telling) {
    const seen = prepared(entry);
    let total = 0;
    let missing = 0;
    let covered = 0;
    for (const [at, word] of wanted.entries()) {
      let best = 0;
      for (const stem of stems(word)) {
        let sum = 0;
        for (const [field, weight] of Object.entries(WEIGHTS)) sum += weight * Math.log2(1 + count(seen[field], stem));
        best = Math.max(best, stem === word ? sum : 0.7 * sum);
      }
      if (best) {
        total += telling[at] * best;
        covered += telling[at];
      } else missing += 1;
    }
    if (!total) return null;
    const all = telling.reduce((sum, one) => sum + one, 0);
    total *= (wanted.length / all) * (covered / all) ** 2;
    if (phrase.includes(" ")) {
      if (seen.text.includes(phrase)) total += 12;
      if (seen.title.includes(phrase)) total += 25;
    }
    const named = seen.title === phrase || seen.id.split(" · ").includes(phrase) || seen.id.startsWith(`${phrase} `);
    if (named) total += 60;
    const asked = named || /[._]/.test(phrase);  // for a claim by its name
    return { entry, missing, total: SHARES[asked ? "concept" : entry.kind] * (total + KINDS[entry.kind]) };
  }

  /** At most `most` entries, best first, and how many words the fullest of them lacks: a place pays for what it lacks. */
  function find(entries, query, most = 40) {
    const wanted = words(query);
    const phrase = plain(query).trim();
    if (!wanted.length) return { found: [], missing: 0 };
    const telling = weights(entries, wanted);
    const scored = entries.map((entry) => score(entry, wanted, phrase, telling)).filter(Boolean);
    const missing = scored.reduce((least, one) => Math.min(least, one.missing), wanted.length);
    const found = scored.sort((one, other) => other.total - one.total);
    return { found: found.slice(0, most).map((one) => one.entry), missing };
  }

  /** A piece of the text around the first of the words, as [text, is it a word that was asked for] pairs. */
  function excerpt(entry, query, length = 220) {
    const text = entry.text ?? "";
    const all = words(query).flatMap(stems).filter((stem) => stem.length > 1 || GREEK[stem] || !/[a-z]/.test(stem));
    if (!all.length) return [[text.slice(0, length), false]];
    const escaped = [...new Set(all)].sort((a, b) => b.length - a.length).map((stem) => stem.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join("|")})[\\p{L}\\p{N}]*`, "giu");
    const first = text.search(pattern);
    const from = first > length / 3 ? text.indexOf(" ", first - length / 3) + 1 : 0;
    const to = from + length < text.length ? text.lastIndexOf(" ", from + length) : text.length;
    const piece = text.slice(from, Math.max(to, from));
    const parts = [[from > 0 ? "… " : "", false]];
    let at = 0;
    for (const match of piece.matchAll(pattern)) {
      parts.push([piece.slice(at, match.index), false], [match[0], true]);
      at = match.index + match[0].length;
    }
    return [...parts, [piece.slice(at) + (to < text.length ? " …" : ""), false]].filter(([part]) => part);
  }

  return { find, excerpt, words };
})();
