// Reads the normative sentences out of the specification's chapters, and refuses what breaks the form that spec/README.md describes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Chapter {
  /** Path from the repository's root, such as `spec/04-errors.md`. */
  file: string;
  text: string;
}

export interface Requirement {
  id: string;
  /** The chapter's name, such as `04-errors`. */
  chapter: string;
  level: 'MUST' | 'SHOULD' | 'MAY';
  /** The specification version that brought it. */
  since: string;
  /** The optional capability it depends on. */
  capability?: string;
  /** The sentence, Markdown on one line. */
  text: string;
  file: string;
  line: number;
}

/** The prefixes of a chapter's ids; ids with one prefix ascend. */
const PREFIXES: { [chapter: string]: string[] } = {
  '01': ['CONF'],
  '02': ['JSON'],
  '03': ['ID'],
  '04': ['ERR'],
  '05': ['ACC'],
  '06': ['DEV'],
  '07': ['LOG'],
  '08': ['ROOM'],
  '09': ['RULE'],
  '10': ['HIST'],
  '11': ['SYNC'],
  '12': ['DISC'],
  '13': ['KEY'],
  '14': ['PEER'],
  '15': ['AUTH'],
  '16': ['FED'],
  '17': ['HOST'],
  '18': ['PULL'],
  '19': ['POL', 'AUD'],
  '20': ['MAN'],
  '21': ['PRE'],
  '22': ['TDM'],
  '23': ['HAND'],
  '24': ['RAT'],
  '25': ['CHN'],
  '26': ['ATT'],
  '27': ['REC'],
  '28': ['MED'],
  '29': ['ENC'],
};
const ITEM = /^- \*\*([A-Z]+-\d{3})\*\* \((\d+\.\d+)(?:, ([a-z][a-z0-9_-]*))?\) (\S.*)$/;
const LOOKS_LIKE_ITEM = /^\s*[-*+] \*\*[A-Z]+-\d+\*\*/;
const KEYWORD = /\b(MUST NOT|SHOULD NOT|MUST|SHOULD|MAY)\b/g;
const OTHER_KEYWORD = /\b(SHALL|REQUIRED|RECOMMENDED|OPTIONAL)\b/;

/** The chapters `NN-name.md` of a spec folder, in order. spec/README.md is about the specification, not a part of it. */
export function readChapters(folder: string): Chapter[] {
  const names = readdirSync(folder)
    .filter((name) => /^\d\d-[a-z0-9-]+\.md$/.test(name))
    .sort();
  return names.map((name) => ({ file: `spec/${name}`, text: readFileSync(join(folder, name), 'utf8') }));
}

/**
 * Every requirement, in the order of the text.
 * @throws Error with one line for each fault, `file:line: what`
 */
export function requirementsOf(chapters: readonly Chapter[]): Requirement[] {
  const faults: string[] = [];
  const requirements = chapters.flatMap((chapter) => readChapter(chapter, faults));
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return requirements;
}

function readChapter({ file, text }: Chapter, faults: string[]): Requirement[] {
  const chapter = file.replace(/^spec\//, '').replace(/\.md$/, '');
  const prefixes = PREFIXES[chapter.slice(0, 2)] ?? [];
  const lines = text.split('\n');
  const found: Requirement[] = [];
  let quotesKeywords = false;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const place = `${file}:${index + 1}`;
    const fault = (what: string) => faults.push(`${place}: ${what}`);
    if (/^<!-- \/?keywords -->$/.test(line)) quotesKeywords = !line.includes('/');
    if (quotesKeywords) continue;
    const item = ITEM.exec(line);
    if (!item) {
      if (LOOKS_LIKE_ITEM.test(line)) fault('not of the form "- **ABC-001** (0.1) sentence"');
      if (keywordsIn(line).length > 0) fault('a keyword outside a requirement');
    } else {
      const [, id = '', since = '', capability, first = ''] = item;
      const start = index;
      const sentence = [first];
      while (/^ {2}\S/.test(lines[index + 1] ?? '')) sentence.push((lines[++index] ?? '').trim());
      const whole = sentence.join(' ');
      const [keyword, ...others] = keywordsIn(whole);
      if (!keyword || others.length > 0) fault(`${id} has ${others.length + (keyword ? 1 : 0)} keywords, not 1`);
      const prefix = id.split('-')[0] ?? '';
      if (!prefixes.includes(prefix)) fault(`${id}: this chapter's prefix is ${prefixes.join(' or ') || 'not known'}`);
      const before = found.findLast((other) => other.id.startsWith(`${prefix}-`));
      if (before && before.id >= id) fault(`${id} does not come after ${before.id}`);
      const level = keyword?.split(' ')[0] as Requirement['level'];
      found.push({
        id,
        chapter,
        level,
        since,
        ...(capability ? { capability } : {}),
        text: whole,
        file,
        line: start + 1,
      });
    }
  }
  if (quotesKeywords) faults.push(`${file}: <!-- keywords --> is never closed`);
  return found;
}

function keywordsIn(text: string): string[] {
  const known = text.match(KEYWORD) ?? [];
  const other = OTHER_KEYWORD.exec(text);
  return other ? [...known, other[0]] : known;
}
