import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { main } from '../../conformance/cli.ts';
import { CLIENT_FILES, fault, OTHER_FILES, questionOf } from '../../conformance/vectors/question.ts';
import type { JsonObject } from '../../conformance/wire/json.ts';
import { load } from '../vectors/load.ts';

const program = `${process.execPath} ${join(import.meta.dirname, 'vectors-program.ts')}`;

async function vectors(...argv: string[]): Promise<{ code: number; out: string; error: string }> {
  const ran = { out: '', error: '' };
  const console = {
    out: (text: string) => {
      ran.out += text;
    },
    error: (text: string) => {
      ran.error += text;
    },
    tty: false,
    colour: false,
  };
  return { code: await main(['vectors', ...argv], console), ...ran };
}

describe('eccp-conformance vectors', () => {
  test('finds nothing wrong with the library', async () => {
    const { code, out, error } = await vectors('--exec', program);
    assert.equal(error, '');
    const right = CLIENT_FILES.map((file) => String.raw`${file.replace('.', String.raw`\.`)} +(\d+)\/\d+\n`).join('');
    assert.match(out, new RegExp(String.raw`^${right}(\d+)/\d+ vectors: all right\n$`));
    assert.equal(code, 0);
  });

  test('names what a program gets wrong that accepts everything', async () => {
    const { code, out } = await vectors('--exec', `${program} accepts`, 'recovery.json');
    assert.equal(code, 1);
    assert.match(
      out,
      /^wrong {2}recovery\.json: the version 0\n {2}HAND-004 {2}A client MUST refuse .*\n {2}expected {2}expected "malformed"\n {2}came {6}"ok"$/m,
    );
    assert.match(out, /vectors: \d+ wrong\n$/);
    assert.doesNotMatch(out, /^wrong {2}recovery\.json: a bundle$/m);
  });

  test('has no verdict on a program that does not answer', async () => {
    for (const [manner, what] of [
      ['dies', /ended without an answer/],
      ['talks', /something else than a line of JSON: Hello/],
    ] as const) {
      const { code, error } = await vectors('--exec', `${program} ${manner}`, 'recovery.json');
      assert.equal(code, 2);
      assert.match(error, what);
    }
    assert.equal((await vectors('--exec', '/there/is/no/such/program', 'recovery.json')).code, 2);
    assert.match(
      (await vectors('--exec', program, 'none.json')).error,
      /there are no vectors none\.json; there are account-keys\.json, attachments\.json, /,
    );
  });
});

describe('a question', () => {
  for (const file of [...CLIENT_FILES, ...OTHER_FILES]) {
    test(`of ${file} leaves out something to find out, and takes no other answer`, () => {
      for (const vector of load<JsonObject>(file).vectors) {
        const { given, answer } = questionOf(file, vector as unknown as JsonObject);
        assert.ok(Object.keys(answer).length > 0, vector.name);
        for (const member of Object.keys(answer)) {
          if (member !== 'steps') assert.ok(!(member in given), `${vector.name}: ${member} is given away`);
        }
        assert.equal(fault(answer, answer), undefined);
        assert.notEqual(fault({}, answer), undefined, vector.name);
      }
    });
  }
});
