// What a run is told by flags, environment and file, and what is said of what it cannot be told.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ConfigurationError } from '../../conformance/outcome.ts';
import schema from '../../conformance/settings/config.schema.json' with { type: 'json' };
import { type Flags, resolveSettings } from '../../conformance/settings/resolve.ts';
import { type RunSettings, SETTINGS } from '../../conformance/settings/table.ts';

const cwd = mkdtempSync(join(tmpdir(), 'eccp-settings-'));
after(() => rmSync(cwd, { recursive: true }));

/** What a run is told where a file says `yaml`. */
function told(yaml: string, env: Record<string, string> = {}, flags: Flags = {}): RunSettings {
  writeFileSync(join(cwd, 'eccp-conformance.yaml'), yaml);
  return resolveSettings(flags, { cwd, env });
}

function refused(says: RegExp, ...given: Parameters<typeof told>): void {
  assert.throws(
    () => told(...given),
    (error) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, says);
      assert.ok(!error.message.includes('\n'), error.message);
      return true;
    },
  );
}

describe('a run', () => {
  test('is told by flags before the environment, by that before the file, by that before what goes without saying', () => {
    const yaml = 'url: http://file\nadvertise: file\ntags: "@file"\n';
    const env = { ECCP_CONFORMANCE_URL: 'http://env', ECCP_CONFORMANCE_ADVERTISE: 'env' };
    const { url, advertise, tags, peerListen, ...rest } = told(yaml, env, { url: 'http://flag' });
    assert.deepEqual([url, advertise, tags, peerListen], ['http://flag', 'env', '@file', '127.0.0.1']);
    assert.equal(rest.out, join(cwd, 'report'));
    assert.equal(rest.strict, false);
    for (const absent of ['peer', 'ca', 'adminToken']) assert.ok(!(absent in rest), absent);
  });

  test('takes paths from where they are written', () => {
    mkdirSync(join(cwd, 'ci'));
    writeFileSync(join(cwd, 'ci/other.yaml'), 'url: http://a\nout: results\nca: /etc/ca\n');
    const settings = told('', {}, { config: 'ci/other.yaml' });
    assert.deepEqual([settings.out, settings.ca], [join(cwd, 'ci/results'), '/etc/ca']);
    assert.equal(told('', { ECCP_CONFORMANCE_CONFIG: 'ci/other.yaml' }, { out: 'here' }).out, join(cwd, 'here'));
  });

  test('is told switches in each way, and off as well', () => {
    const yaml = 'url: http://a\nstrict: true\n';
    assert.equal(told(yaml).strict, true);
    assert.equal(told(yaml, {}, { strict: false }).strict, false);
    assert.equal(told(yaml, { ECCP_CONFORMANCE_STRICT: '0' }).strict, false);
    assert.equal(told('url: http://a', { ECCP_CONFORMANCE_STRICT: 'yes' }).strict, true);
    refused(/STRICT is on or off: .* not "maybe"/, yaml, { ECCP_CONFORMANCE_STRICT: 'maybe' });
  });

  test('takes secrets from the environment, and an empty variable for none', () => {
    const { adminToken, registrationToken, peer } = told('url: http://a', {
      ECCP_CONFORMANCE_ADMIN_TOKEN: 'secret',
      ECCP_CONFORMANCE_REGISTRATION_TOKEN: '',
      ECCP_CONFORMANCE_PEER: '',
    });
    assert.deepEqual([adminToken, registrationToken, peer], ['secret', undefined, undefined]);
  });
});

describe('one line says what is wrong with', () => {
  test('a file that is not there', () => {
    refused(/there is no none\.yaml: .*eccp-conformance init/, '', {}, { config: 'none.yaml' });
  });
  test('a file that is no YAML, or no settings', () => {
    refused(/eccp-conformance\.yaml cannot be read: .*line 1/, 'url: [');
    refused(/has to hold lines such as/, '- url');
  });
  test('a key that there is not, with the nearest one', () => {
    refused(/there is no setting adverise; did you mean advertise\?/, 'adverise: x');
    refused(/there is no setting zzzzzzzz; it knows url, peer,/, 'zzzzzzzz: x');
  });
  test('a token in the file', () => {
    refused(/may not hold admin-token, which is secret: set ECCP_CONFORMANCE_ADMIN_TOKEN/, 'admin-token: x');
  });
  test('a value of another kind', () => {
    refused(/eccp-conformance\.yaml: strict must be boolean/, 'strict: often');
  });
  test('a variable that there is not', () => {
    refused(/sets ECCP_CONFORMANCE_ULR, .* did you mean ECCP_CONFORMANCE_URL\?/, '', { ECCP_CONFORMANCE_ULR: 'x' });
  });
  test('no URL at all', () => {
    refused(/there is no URL: pass .*--url/, '');
  });
});

test('the schema of the file has all settings that are not secret, and no other', () => {
  const open = SETTINGS.filter(({ secret }) => !secret).map(({ name }) => name);
  assert.deepEqual(Object.keys(schema.properties).sort(), open.sort());
  for (const { name, kind } of SETTINGS) {
    const { type } = (schema.properties as Record<string, { type?: string }>)[name] ?? {};
    const wanted = kind === 'switch' ? 'boolean' : kind === 'number' ? 'integer' : 'string';
    if (open.includes(name)) assert.ok(type === undefined || type === wanted, name);
  }
});
