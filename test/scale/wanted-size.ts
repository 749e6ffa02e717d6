/**
 * Runs with the size that SIZE names, `s` where it is absent. A size that is none of these is said on stderr, and the process ends with 2.
 * SIGINT and SIGTERM end the process, and with it its children and the control plane.
 */
export async function forWantedSize<S extends { name: string }>(sizes: readonly S[], run: (size: S) => Promise<void>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const wanted = process.env.SIZE || 's';
  const size = sizes.find(({ name }) => name === wanted);
  if (size) return run(size);
  console.error(`SIZE=${wanted} is none of ${sizes.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
}
