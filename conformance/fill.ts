import { HarnessError } from './outcome.ts';
import { isObject, type Json } from './wire/json.ts';
import { type EccpWorld, GUESTS } from './world.ts';

/**
 * Replaces the placeholders of a scenario's text:
 * `{{Alice}}` user id, `{{Alice.token}}`, `{{Alice.device}}`, `{{Alice.username}}`, `{{Alice.password}}`,
 * `{{room}}` or `{{room den}}` room id, `{{event hello}}` event id, `{{saved x}}` what a step saved, `{{node}}` the node's name,
 * `{{peer}}` or `{{peer two}}` the name of a fake node,
 * `{{unique}}` a text of its own for each scenario.
 */
export async function fill(world: EccpWorld, text: string): Promise<string> {
  const parts = text.split(/\{\{([^{}]+)\}\}/);
  for (let i = 1; i < parts.length; i += 2) parts[i] = await resolve(world, parts[i] ?? '');
  return parts.join('');
}

/** A doc string as JSON, placeholders replaced. @throws HarnessError when it is none. */
export async function fillJson(world: EccpWorld, text: string): Promise<Json> {
  const filled = await fill(world, text);
  try {
    return JSON.parse(filled) as Json;
  } catch {
    throw new HarnessError(`the scenario's JSON is none: ${filled}`);
  }
}

async function resolve(world: EccpWorld, name: string): Promise<string> {
  if (name === 'node') return world.run.facts.node;
  if (name === 'unique') return uniqueOf(world);
  const [kind = '', ...rest] = name.split(' ');
  const alias = rest.join(' ');
  if (kind === 'room') return world.room(alias || 'room').id;
  if (kind === 'event') return world.event(alias);
  if (kind === 'saved') return savedText(world, alias);
  if (kind === 'peer') return (await world.peer(alias || 'peer')).name;
  if (GUESTS[name]) return await world.userId(name);
  const [, actor = '', member = 'user'] = /^(.*?)(?:\.(\w+))?$/.exec(name) ?? [];
  if (!/^[A-Z]/.test(actor)) throw new HarnessError(`unknown placeholder {{${name}}}`);
  const { account, deviceId, token } = await world.actor(actor);
  const members: Record<string, string> = {
    user: account.userId,
    username: account.username,
    password: account.password,
    device: deviceId,
    token,
  };
  const value = members[member];
  if (value === undefined) throw new HarnessError(`unknown placeholder {{${name}}}`);
  return value;
}

function uniqueOf(world: EccpWorld): string {
  const known = world.saved.get('unique');
  if (typeof known === 'string') return known;
  const made = world.unique();
  world.saved.set('unique', made);
  return made;
}

function savedText(world: EccpWorld, name: string): string {
  const value = world.saved.get(name);
  if (value === undefined) throw new HarnessError(`no step has saved "${name}"`);
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
