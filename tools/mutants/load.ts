// node --import of this file: loads sources with the patches in ECCP_PATCHES, JSON as base64url.
import { registerHooks } from 'node:module';
import { type Patch, patched } from './mutant.ts';

const root = new URL('../../', import.meta.url);
const patches: Patch[] = JSON.parse(Buffer.from(process.env.ECCP_PATCHES ?? '', 'base64url').toString());

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const own = patches.filter(({ file }) => new URL(file, root).href === url);
    return own.length === 0 ? loaded : { ...loaded, source: patched(String(loaded.source), own) };
  },
});
