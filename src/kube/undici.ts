/**
 * What of undici speaks HTTP/1.1, and no more: its index loads its fetch, WebSockets, caches and mocks too, 3 MB and 30 ms for nothing
 * (docs/decisions/0031-parts-of-undici.md). The files are named here and nowhere else; the version is fixed in package.json.
 */
import type { buildConnector as BuildConnector, Dispatcher, Agent as UndiciAgent } from 'undici';
// @ts-expect-error undici has types for its index alone.
import requestOf from 'undici/lib/api/api-request.js';
// @ts-expect-error the same
import buildConnectorOf from 'undici/lib/core/connect.js';
// @ts-expect-error the same
import AgentOf from 'undici/lib/dispatcher/agent.js';

export type { BuildConnector, Dispatcher };
export type Agent = UndiciAgent;
export const Agent = AgentOf as typeof UndiciAgent;
export const buildConnector = buildConnectorOf as typeof BuildConnector;

export type RequestOptions = Omit<Dispatcher.RequestOptions, 'origin' | 'path'>;

/** As undici's own `request`, by an agent. Throws where the URL cannot be read. */
export function request(agent: Agent, url: string, options: RequestOptions): Promise<Dispatcher.ResponseData> {
  const { origin, pathname, search } = new URL(url);
  return requestOf.call(agent, { ...options, origin, path: pathname + search });
}
