import { type KubeConfig, loadKubeConfig } from '../kube/kubeconfig.ts';
import { createTransport } from '../kube/transport.ts';
import { oneLine } from './words.ts';
import { CommandError, type Session, type Target } from './world.ts';

/** Where the chart puts coverages. */
const defaultNamespace = 'platform-support';

/** The API server and namespace of the flags, or else of the kubeconfig's context. Throws CommandError. */
export async function connect(target: Target): Promise<Session> {
  const config = chosen(target);
  const context = config['current-context'];
  const current = config.contexts?.find(({ name }) => name === context)?.context;
  return {
    transport: createTransport({ kubeConfig: config }),
    namespace: target.namespace ?? current?.namespace ?? defaultNamespace,
    ...(context === undefined ? {} : { context }),
  };
}

function chosen({ kubeconfig, context }: Target): KubeConfig {
  const config = load(kubeconfig);
  if (context === undefined) return config;
  const known = (config.contexts ?? []).map(({ name }) => name);
  if (!known.includes(context)) throw new CommandError(`the kubeconfig has no context ${context}; it has ${known.join(', ') || 'none'}`);
  return { ...config, 'current-context': context };
}

function load(file: string | undefined): KubeConfig {
  try {
    return loadKubeConfig(file);
  } catch (error) {
    throw new CommandError(`the kubeconfig cannot be read: ${oneLine(error)}`);
  }
}
