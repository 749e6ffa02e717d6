import { DatabaseSync } from 'node:sqlite';
import { waitFor } from './wait.ts';

const firstBuildMs = 60 * 60 * 1000;
const reminderMs = 20_000;

/** SQLite's result code for a database that another process has locked. */
const sqliteBusy = 5;

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return false;
    throw error;
  }
}

/**
 * Runs `work` while no other process does so with the same file. The lock is that of an SQLite database, since Node has no other file lock
 * that the operating system releases when its holder dies.
 *
 * @param say told when it has to wait, and every 20 seconds while it does
 */
export async function withBuildLock<T>(file: string, say: (text: string) => void, work: () => Promise<T>): Promise<T> {
  const database = new DatabaseSync(file);
  try {
    let told = Number.NEGATIVE_INFINITY;
    await waitFor(
      `another build to end (it holds ${file})`,
      () => {
        if (tryLock(database)) return true;
        if (performance.now() - told >= reminderMs) {
          say('another build is running; waiting for it …');
          told = performance.now();
        }
        return false;
      },
      { deadlineMs: firstBuildMs, intervalMs: 250 },
    );
    return await work();
  } finally {
    database.close();
  }
}
