import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Tier, tiers } from './api/v1alpha1/fields.ts';
import { correctable } from './api/v1alpha1/supportcoverage.ts';
import { type Feature, featureNames } from './observe/features.ts';
import { parseRange } from './runtime/addresses.ts';
import { parseBindAddress } from './runtime/health-server.ts';
import { type LogLevel, logLevels } from './runtime/logger.ts';
import { version } from './version.ts';

export interface Options {
  kubeconfig: string | undefined;
  namespace: string;
  coverageNamespaces: string[];
  metricsBindAddress: string;
  metricsAuth: boolean;
  healthProbeBindAddress: string;
  leaderElect: boolean;
  features: Feature[];
  allowAddresses: string[];
  /** Checks and facts whose corrections may be made, whatever coverages say. */
  correctionsAllow: string[];
  /** Globs over the namespaces in which, and of which, corrections may be made. */
  correctionsNamespaces: string[];
  /** The highest tier whose checks run. */
  tier: Tier;
  logLevel: LogLevel;
}

/** One row a flag: from it come the flag, its environment variable, `--help` and the table in docs/configuration.md, which a test compares. */
export interface OptionRow {
  flag: string;
  environment: string;
  default: string;
  description: string;
  choices?: readonly string[];
}

const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

export const optionRows: readonly OptionRow[] = [
  {
    flag: '--kubeconfig <file>',
    environment: 'KUBECONFIG',
    default: '',
    description: 'Kubeconfig of the cluster. Default: the Pod the operator runs in, else ~/.kube/config.',
  },
  {
    flag: '--namespace <name>',
    environment: 'POD_NAMESPACE',
    default: '',
    description: "The operator's own namespace, where its Lease and ConfigMaps are. Default: the Pod's, else platform-support.",
  },
  {
    flag: '--coverage-namespaces <names>',
    environment: 'COVERAGE_NAMESPACES',
    default: '',
    description: 'Namespaces, separated by commas, whose SupportCoverages are obeyed. Default: the value of --namespace.',
  },
  {
    flag: '--metrics-bind-address <address>',
    environment: 'METRICS_BIND_ADDRESS',
    default: ':8080',
    description: 'Where /metrics is served, host:port; 0 switches it off.',
  },
  {
    flag: '--metrics-auth <switch>',
    environment: 'METRICS_AUTH',
    default: 'true',
    choices: ['true', 'false'],
    description: 'Whether a scrape needs a bearer token of somebody who may get /metrics.',
  },
  {
    flag: '--health-probe-bind-address <address>',
    environment: 'HEALTH_PROBE_BIND_ADDRESS',
    default: ':8081',
    description: 'Where /healthz, /livez and /readyz are served, host:port; 0 switches them off.',
  },
  {
    flag: '--leader-elect [switch]',
    environment: 'LEADER_ELECT',
    default: 'false',
    choices: ['true', 'false'],
    description: 'Whether only the holder of a Lease works. Needed with more than one replica.',
  },
  {
    flag: '--features <names>',
    environment: 'FEATURES',
    default: '',
    description: `What is read only where somebody has said so, separated by commas: ${featureNames.join(', ')}. The chart sets it with the permissions that belong to it.`,
  },
  {
    flag: '--allow-addresses <cidrs>',
    environment: 'ALLOW_ADDRESSES',
    default: '',
    description:
      "Ranges of IP addresses, separated by commas, that addresses in a SupportCoverage may lead to although they are loopback, link-local or the API server's own.",
  },
  {
    flag: '--corrections-allow <ids>',
    environment: 'CORRECTIONS_ALLOW',
    default: '',
    description: `Checks and facts, separated by commas, whose corrections the operator makes where a coverage applies them: ${correctable.join(', ')}. Default: none, whatever coverages say. The chart sets it with the permissions that belong to it.`,
  },
  {
    flag: '--corrections-namespaces <globs>',
    environment: 'CORRECTIONS_NAMESPACES',
    default: '',
    description:
      'Namespaces, separated by commas, in which and of which corrections are made; * stands for any characters. What is in no namespace needs none. Default: none.',
  },
  {
    flag: '--tier <tier>',
    environment: 'TIER',
    default: 'Level3',
    choices: tiers,
    description:
      'The highest tier whose checks run, and for which the cluster is read. A coverage of a higher one says that it is not fully covered.',
  },
  {
    flag: '--log-level <level>',
    environment: 'LOG_LEVEL',
    default: 'info',
    choices: logLevels,
    description: 'Least urgent level that is logged. SIGUSR2 switches between it and debug while running.',
  },
];

/** The command line; `run` gets the options once they are read. */
export function createProgram(run: (options: Options) => Promise<void>): Command {
  const program = new Command('support-coverage-operator')
    .description('Makes a platform support agreement real in a Kubernetes cluster.')
    .version(version);
  for (const row of optionRows) {
    const option = new Option(row.flag, row.description).env(row.environment);
    if (row.choices) option.choices([...row.choices]);
    if (row.default !== '') option.default(row.default);
    if (row.flag.startsWith('--leader-elect')) option.preset('true');
    program.addOption(option);
  }
  program.addHelpText(
    'after',
    '\nThe environment variable beside a flag is read where the flag is not given.\nA first word is a command for people, such as status; `help` lists them.\nDocumentation: docs/ in the source repository.',
  );
  return program.action(() => run(accepted(program)));
}

/** The options, or the end of the program with one line that says what cannot be. */
function accepted(program: Command): Options {
  try {
    return optionsOf(program.opts());
  } catch (error) {
    if (error instanceof InvalidArgumentError) program.error(`error: ${error.message}`);
    throw error;
  }
}

function optionsOf(raw: Record<string, string | undefined>): Options {
  const [namespace = ''] = namespacesIn(raw.namespace || podNamespace() || 'platform-support', '--namespace');
  return {
    kubeconfig: raw.kubeconfig || undefined,
    namespace,
    coverageNamespaces: namespacesIn(raw.coverageNamespaces || namespace, '--coverage-namespaces'),
    metricsBindAddress: bindAddressIn(raw.metricsBindAddress ?? '', '--metrics-bind-address'),
    metricsAuth: raw.metricsAuth !== 'false',
    healthProbeBindAddress: bindAddressIn(raw.healthProbeBindAddress ?? '', '--health-probe-bind-address'),
    leaderElect: raw.leaderElect === 'true',
    allowAddresses: rangesIn(raw.allowAddresses ?? ''),
    features: knownIn(raw.features ?? '', '--features', featureNames),
    correctionsAllow: knownIn(raw.correctionsAllow ?? '', '--corrections-allow', correctable),
    correctionsNamespaces: namesIn(raw.correctionsNamespaces ?? ''),
    tier: tiers.find((tier) => tier === raw.tier) ?? 'Level3',
    logLevel: logLevels.find((level) => level === raw.logLevel) ?? 'info',
  };
}

function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function namespacesIn(list: string, flag: string): string[] {
  const names = namesIn(list);
  const wrong = names.find((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`${flag}: ${JSON.stringify(wrong)} is no name of a namespace; write lower case letters, digits and '-'`);
  return names;
}

function bindAddressIn(text: string, flag: string): string {
  return judged(flag, () => {
    parseBindAddress(text);
    return text;
  });
}

function knownIn<T extends string>(list: string, flag: string, known: readonly T[]): T[] {
  return namesIn(list).map((name) => {
    const found = known.find((candidate) => candidate === name);
    if (!found) throw new InvalidArgumentError(`${flag}: there is no ${JSON.stringify(name)}; known are ${known.join(', ')}`);
    return found;
  });
}

function rangesIn(list: string): string[] {
  return judged('--allow-addresses', () => {
    const ranges = namesIn(list);
    for (const range of ranges) parseRange(range);
    return ranges;
  });
}

/** What reading a flag's value gives; what it throws is said of the flag. */
function judged<T>(flag: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new InvalidArgumentError(`${flag}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function podNamespace(): string | undefined {
  try {
    return readFileSync(namespaceFile, 'utf8').trim();
  } catch {
    return undefined;
  }
}
