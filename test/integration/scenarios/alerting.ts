import { coreAlerts } from '../../../src/checks/observability/layers.ts';
import { available, custom, installApi, leaving } from './monitoring-stack.ts';
import { namespace, type Scenario } from './scenario.ts';

const alerts = 'monitoring-alerts';
const configuredBy = (name: string) => ({ alertmanagerConfiguration: { name } });
const desk = { name: 'desk', webhookConfigs: [{ url: 'https://desk.example.com' }] };
/** It exists to drop alerts. */
const drop = { name: 'null' };

const config = (name: string, ...receivers: object[]) =>
  custom('alertmanagerconfigs', name, alerts, { route: { receiver: desk.name }, receivers });

const alertmanager: Scenario = {
  check: 'obs-alertmanager',
  object: `Alertmanager/${alerts}/main`,
  prepare: async (world) => {
    await installApi(world, 'alertmanagers', 'alertmanagerconfigs');
    await world.apply(namespace(alerts), config('root', desk));
    await available(world, 'alertmanagers', 'main', alerts, configuredBy('root'));
  },
  fault: ({ apply }) => apply(config('root', drop)),
  mend: ({ apply }) => apply(config('root', desk)),
  lookAlikes: [
    {
      what: 'a receiver that drops alerts beside one that delivers',
      arrange: ({ apply }) => apply(config('root', drop, desk)),
    },
    {
      what: 'one that is configured by a Secret',
      arrange: (world) => available(world, 'alertmanagers', 'secret', alerts, { configSecret: 'alertmanager' }),
    },
    {
      what: 'one that drops everything itself and adds what teams deliver',
      arrange: async (world) => {
        await world.apply(config('quiet', drop), config('team', desk));
        await available(world, 'alertmanagers', 'adding', alerts, { ...configuredBy('quiet'), alertmanagerConfigSelector: {} });
      },
    },
    {
      what: 'one that is switched off, with a configuration that is gone',
      arrange: (world) => available(world, 'alertmanagers', 'off', alerts, { ...configuredBy('gone'), replicas: 0 }),
    },
    {
      what: 'one that is being deleted',
      arrange: (world) => leaving(world, 'alertmanagers', 'leaving', alerts, configuredBy('gone')),
    },
  ],
};

const rules = 'monitoring-rules';
const ofTeam = `${rules}-team`;
const alert = (name: string) => ({ alert: name, expr: 'up == 0', labels: { severity: 'warning' } });

const rule = (name: string, inNamespace: string, ...groups: object[][]) =>
  custom('prometheusrules', name, inNamespace, { groups: groups.map((group, index) => ({ name: `group-${index}`, rules: group })) });

const [firstHalf, secondHalf] = [coreAlerts.slice(0, 7).map(alert), coreAlerts.slice(7).map(alert)];

const defaultRules: Scenario = {
  check: 'obs-default-rules',
  object: 'Cluster/local',
  prepare: async (world) => {
    await installApi(world, 'prometheusrules');
    await world.apply(namespace(rules), namespace(ofTeam), rule('core', rules, firstHalf, secondHalf));
  },
  fault: ({ apply }) => apply(rule('core', rules, firstHalf)),
  mend: ({ apply }) => apply(rule('core', rules, firstHalf, secondHalf)),
  lookAlikes: [
    {
      what: 'alerts that are spread over PrometheusRules of several namespaces',
      arrange: async ({ apply }) => {
        await apply(rule('general', ofTeam, secondHalf));
        await apply(rule('core', rules, firstHalf));
      },
    },
    {
      what: 'a PrometheusRule that only records',
      arrange: ({ apply }) => apply(rule('recording', rules, [{ record: 'instance:up:sum', expr: 'sum(up)' }])),
    },
    {
      what: 'one without any group, as a switched off part of a chart leaves it',
      arrange: ({ apply }) => apply(rule('empty', rules)),
    },
  ],
};

export const alerting: readonly Scenario[] = [alertmanager, defaultRules];
