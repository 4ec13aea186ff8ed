/** The forms in which a text can stand in a request and be read by anybody: as it is, as JSON escapes it, as hex and base64, at each offset. */
export function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const escaped = JSON.stringify(text).slice(1, -1);
  // What stands before and after has a share in the first and the last character: these are left out.
  const shifted = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64url')
      .slice(offset === 0 ? 0 : offset + 1, -2);
    return [encoded, encoded.replaceAll('-', '+').replaceAll('_', '/')];
  });
  return [text, escaped, bytes.toString('hex'), ...shifted];
}
