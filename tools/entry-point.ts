import { readFileSync } from 'node:fs';

const dockerfile = () => readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8');

/** The image's own command without `node`: flags of Node and the built program. Throws where the Dockerfile starts something else. */
export function entryPoint(): string[] {
  const [program, ...args] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile())?.[1] ?? '[]') as string[];
  if (program !== 'node') throw new Error('the Dockerfile has no ENTRYPOINT that starts node');
  return args;
}

/** Node's flags in it. What V8 compiled with other flags it does not read. */
export const nodeFlags = (): string[] => entryPoint().filter((arg) => arg.startsWith('--'));

/** How the image has glibc allocate. */
export const mallocSettings = (): Record<string, string> =>
  Object.fromEntries([...dockerfile().matchAll(/\b(MALLOC_\w+)=(\d+)/g)].map(([, name = '', value = '']) => [name, value]));
