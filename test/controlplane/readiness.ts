/** Waits until a started process answers its readiness endpoint, or says why it did not. */
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { type Processes, tail } from './processes.ts';
import { waitFor } from './wait.ts';

export interface HttpAnswer {
  status: number;
  body: string;
}

const requestTimeoutMs = 5000;

/** One GET on loopback. Certificates are not verified: the components make their own, and only this harness talks to them here. */
export function httpGet(url: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const options = { headers, timeout: requestTimeoutMs, agent: false as const };
    const sent = url.startsWith('https:') ? secureRequest(url, { ...options, rejectUnauthorized: false }) : request(url, options);
    sent.once('timeout', () => sent.destroy(new Error(`${url} did not answer within ${requestTimeoutMs} ms`)));
    sent.once('error', reject);
    sent.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.end();
  });
}

export interface ReadinessTarget {
  name: string;
  log: string;
  url: string;
  headers?: Record<string, string>;
}

/**
 * @throws Error with the end of the process's log when it exits, or is not ready when the deadline passes.
 */
export async function waitUntilReady(processes: Processes, target: ReadinessTarget, deadlineMs: number): Promise<void> {
  const result = await waitFor(
    `${target.name} to be ready`,
    async (see) => {
      const ending = processes.ending(target.name);
      if (processes.pid(target.name) === undefined) return { ended: ending ?? 'it was never started' };
      const answer = see(await httpGet(target.url, target.headers));
      return answer.status === 200 ? { ended: undefined } : undefined;
    },
    { deadlineMs, intervalMs: 50 },
  ).catch((error: Error) => {
    throw new Error(`${error.message}\nThe end of ${target.log}:\n${tail(target.log)}`);
  });
  if (result.ended !== undefined) {
    throw new Error(`${target.name} ended while starting (${result.ended}). The end of ${target.log}:\n${tail(target.log)}`);
  }
}
