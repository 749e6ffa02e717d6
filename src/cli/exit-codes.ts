/** What a command tells the shell. Each command's --help says which it gives; docs/cli.md has the table. */
export const exitCodes = {
  /** Healthy; no difference; no problem; done. */
  ok: 0,
  /** Not healthy; differences; problems. */
  findings: 1,
  /** It cannot be told: what is not known is never taken for good. */
  unknown: 2,
  /** The command could not do what it was asked. */
  error: 3,
} as const;
