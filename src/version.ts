import { readFileSync } from 'node:fs';

/** The release's version, from package.json: the one place where it is written (both src/ and dist/ lie beside it). */
export const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
