// Which examples are shown, in which order: a function of what the person chose.
"use strict";

const ONLY = {
  all: { title: "all", keeps: () => true },
  remarks: { title: "suspicious", keeps: example => Boolean(example.remarks) },
  marked: { title: "left out", keeps: example => isMarked(example.name) },
};

const byName = new Intl.Collator("en", { numeric: true }).compare;

const SORTS = {
  name: { title: "name", compare: () => 0 },
  share: {
    title: "share of the chosen classes",
    compare: (a, b, chosen) => chosenShare(b, chosen) - chosenShare(a, chosen),
  },
  confidence: {
    title: "confidence, lowest first",
    compare: (a, b) => (a.confidence ?? Infinity) - (b.confidence ?? Infinity) || 0,
  },
};

/** Share of an example's pixels that are of one of the chosen classes. */
function chosenShare(example, chosen) {
  return example.shares.reduce((sum, [label, share]) => sum + (chosen.has(label) ? share : 0), 0);
}

/** The examples to show: those that pass every filter, sorted; equal ones stay in natural order. */
function select(examples, choice) {
  const words = choice.search.toLowerCase().split(/\s+/).filter(Boolean);
  const passes = example => {
    const name = example.name.toLowerCase();
    if (!words.every(word => name.includes(word))) return false;
    if (!ONLY[choice.only].keeps(example)) return false;
    if (choice.chosen.size === 0) return true;
    const held = example.shares.filter(([label]) => choice.chosen.has(label)).length;
    return choice.mode === "all" ? held === choice.chosen.size : held > 0;
  };
  const { compare } = SORTS[choice.sort];
  return examples.filter(passes).sort((a, b) => compare(a, b, choice.chosen));
}
