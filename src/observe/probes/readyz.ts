import { isKubeError } from '../../kube/errors.ts';
import type { Probe } from './probe.ts';

/** What stands for a failing check whose name is not in the part of the answer that an error keeps. */
export const unnamed = 'one that the beginning of the answer does not name';

/** Asks the API server about its own health; answers with the names of the checks that fail, such as `etcd`. */
export const readyz: Probe<readonly string[]> = {
  rules: [{ nonResourceURLs: ['/readyz'], verbs: ['get'] }],
  ask: async ({ transport, signal }) => {
    try {
      await transport.text({ path: '/readyz', query: { verbose: true }, accept: 'text/plain', signal });
      return [];
    } catch (error) {
      if (!isKubeError(error) || error.code !== 500 || !/^\[[+-]\]/m.test(error.message)) throw error;
      const failing = [...error.message.matchAll(/^\[-\](\S+)/gm)].map(([, name = '']) => name);
      return failing.length > 0 ? failing : [unnamed];
    }
  },
};
