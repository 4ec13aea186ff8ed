/**
 * A value with one bit of its JSON text flipped, or undefined where that leaves no JSON or the same value.
 *
 * @param bit counted from the first byte, and again from there past the last.
 */
export function flipBit(value: unknown, bit: number): unknown {
  const text = Buffer.from(JSON.stringify(value));
  const at = (bit >> 3) % text.length;
  text[at] = (text[at] ?? 0) ^ (1 << (bit & 7));
  try {
    const altered: unknown = JSON.parse(text.toString('utf8'));
    return JSON.stringify(altered) === JSON.stringify(value) ? undefined : altered;
  } catch {
    return undefined;
  }
}
