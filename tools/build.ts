import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { entryPoint } from './entry-point.ts';

/**
 * `make build`: one program with all that it needs at start in few files, and what V8 compiled of it. Loading several hundred modules one
 * by one is half a second of CPU and 15 MB more. What is loaded only on demand (client-node for credential plugins) stays apart.
 */

process.chdir(new URL('..', import.meta.url).pathname);
rmSync('dist', { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node26',
  // Packages in CommonJS ask for built-in modules with require, which ES modules do not have.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  legalComments: 'external',
  // V8 keeps the source for as long as the program runs, with two bytes a character where one of them needs it: comments have such. Names stay,
  // so a stack trace says what was called, and short lines say where.
  minifyWhitespace: true,
  lineLimit: 120,
  logLevel: 'warning',
});
// Written when the program ends; the image has it read-only. V8 seeds its hashes by it: the same source gives the same files.
const environment = { ...process.env, NODE_COMPILE_CACHE: 'dist/compile-cache' };
execFileSync('node', ['--random-seed=1', ...entryPoint(), '--version'], { stdio: 'ignore', env: environment });
// Node writes it for its own user only.
for (const path of globSync('dist/compile-cache/**')) chmodSync(path, 0o755);
