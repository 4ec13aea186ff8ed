// What somebody may have meant who wrote a name that there is not.

/** The name among `names` that takes the fewest changes to become `name`, or `undefined` where none is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const [best] = nearestOf(name, names, 1);
  return best;
}

/** As `nearest`, but the `most` nearest ones, the nearest first. */
export function nearestOf(name: string, names: Iterable<string>, most: number): string[] {
  const wanted = name.toLowerCase();
  const bound = Math.max(2, Math.floor(wanted.length / 3));
  return [...names]
    .map((candidate) => ({ candidate, changes: changes(wanted, candidate.toLowerCase()) }))
    .filter(({ changes }) => changes <= bound)
    .sort((a, b) => a.changes - b.changes)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** How many letters have to be put in, left out or replaced (Levenshtein's distance). */
function changes(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}
