import * as z from 'zod';
import { clusterOf, minutesAgo, node, now } from '../../test/fixtures/cluster.ts';
import type { CheckSetting } from '../api/v1alpha1/supportcoverage.ts';
import { createAgreement } from './agreement.ts';
import { defineCheck, type Evaluation, type Observation } from './check.ts';
import { days, noParameters, ratio } from './parameters.ts';
import { configureChecks, runCheck } from './run.ts';

const view = clusterOf({ nodes: [node('a'), node('b', { ready: 'False' })] });

/** A check that answers as it is told, with two parameters. */
function checkOf(id: string, evaluate: (parameters: { share: number; left: number }) => Evaluation) {
  return defineCheck({
    id,
    area: 'Nodes',
    tier: 'Level1',
    title: 'Something is wrong',
    severity: 'warning',
    for: '15m',
    needs: { resources: ['nodes'] },
    remediation: 'Mend it.',
    references: ['own rule'],
    parameters: z.strictObject({ share: ratio(0.5, 'A share.'), left: days(30, 'Days.') }),
    evaluate: ({ parameters }) => evaluate(parameters),
  });
}

const seeing = (...observations: Observation[]) => checkOf('sees-things', () => ({ observations }));
const setting = (values: Partial<CheckSetting>): CheckSetting => ({ check: 'sees-things', enabled: true, ...values });
const observation: Observation = { object: 'Node/b', reason: 'Bad', message: 'Node b is bad.' };

function results(check: ReturnType<typeof checkOf>, ...settings: CheckSetting[]) {
  return configureChecks([check], settings).checks.map((configured) => runCheck(configured, view, now, createAgreement()));
}

describe('a check that throws', () => {
  const throwing = checkOf('throws', () => {
    throw new TypeError('nothing is there');
  });

  it('is unknown, says what happened, and does not keep the others from running', () => {
    const { checks } = configureChecks([throwing, seeing(observation)], []);
    const [broken, fine] = checks.map((configured) => runCheck(configured, view, now, createAgreement()));
    expect(broken).toMatchObject({ observations: [], unknown: 'The check failed: nothing is there. Please report this.' });
    expect(fine?.observations).toHaveLength(1);
    expect(fine?.unknown).toBeUndefined();
  });

  it('is unknown too where it throws no Error', () => {
    const [result] = results(
      checkOf('throws', () => {
        throw 'a word';
      }),
    );
    expect(result?.unknown).toBe('The check failed: a word. Please report this.');
  });
});

describe('a check that reads a resource of which an object could not be read', () => {
  const unreadable = 'Node/x could not be read: no such quantity';
  const blind = clusterOf({ knowledge: { nodes: { state: 'Current', unreadable } } });
  const run = (check: ReturnType<typeof checkOf>) => runCheck(configureChecks([check], []).checks[0]!, blind, now, createAgreement());

  it('is unknown with the object and why, and keeps what it sees of the others', () => {
    expect(run(seeing(observation))).toMatchObject({ observations: [{ object: 'Node/b' }], unknown: unreadable });
  });

  it('says its own reason where it has one', () => {
    expect(run(checkOf('sees-things', () => ({ observations: [], unknown: 'half of it is dark' }))).unknown).toBe('half of it is dark');
  });
});

describe('settings of a coverage', () => {
  it('name a check that does not exist: a problem with its path and the checks that do', () => {
    const { problems, checks } = configureChecks(
      [seeing(), checkOf('another', () => ({ observations: [] }))],
      [setting({}), setting({ check: 'node-not-redy' })],
    );
    expect(problems).toEqual([
      {
        path: 'spec.checks.settings[1].check',
        message: 'there is no check "node-not-redy" in this tier; known are another, sees-things',
      },
    ]);
    expect(checks).toHaveLength(2);
  });

  it.each([
    ['out of range', { share: '1.5' }, 'spec.checks.settings[1].parameters.share', 'must be a number from 0 to 1, not "1.5"'],
    ['not a number', { share: 'most' }, 'spec.checks.settings[1].parameters.share', 'must be a number from 0 to 1, not "most"'],
    ['empty', { left: '' }, 'spec.checks.settings[1].parameters.left', 'must be a whole number of days from 0 to 3650, not ""'],
    [
      'no whole number',
      { left: '1.5' },
      'spec.checks.settings[1].parameters.left',
      'must be a whole number of days from 0 to 3650, not "1.5"',
    ],
    ['negative', { left: '-1' }, 'spec.checks.settings[1].parameters.left', 'must be a whole number of days from 0 to 3650, not "-1"'],
    ['hexadecimal', { share: '0x1' }, 'spec.checks.settings[1].parameters.share', 'must be a number from 0 to 1, not "0x1"'],
    ['unknown', { shre: '0.5' }, 'spec.checks.settings[1].parameters', 'Unrecognized key: "shre"'],
  ])('give a parameter that is %s: a problem with its path', (_, parameters, path, message) => {
    const { problems } = configureChecks([seeing()], [setting({ check: 'sees-things-not' }), setting({ parameters })]);
    expect(problems.slice(1)).toEqual([{ path, message }]);
  });

  it('with a bad parameter leave the check running by its defaults', () => {
    let used: unknown;
    const check = checkOf('sees-things', (parameters) => {
      used = parameters;
      return { observations: [] };
    });
    results(check, setting({ parameters: { share: '7', left: '3' } }));
    expect(used).toEqual({ share: 0.5, left: 30 });
  });

  it('give parameters, the limits of their range included', () => {
    let used: unknown;
    const check = checkOf('sees-things', (parameters) => {
      used = parameters;
      return { observations: [] };
    });
    results(check, setting({ parameters: { share: '1', left: '3650' } }));
    expect(used).toEqual({ share: 1, left: 3650 });
  });

  it('switch a check off: it is not among the results, so that what it found resolves', () => {
    expect(results(seeing(observation), setting({ enabled: false }))).toEqual([]);
  });

  it('override the severity of everything a check sees, its own gradation included', () => {
    const severities = (...settings: CheckSetting[]) =>
      results(seeing(observation, { ...observation, object: 'Node/c', severity: 'critical' }), ...settings)[0]?.observations.map(
        ({ severity }) => severity,
      );
    expect(severities()).toEqual(['warning', 'critical']);
    expect(severities(setting({ severity: 'info' }))).toEqual(['info', 'info']);
  });

  it('override how long a state must hold', () => {
    expect(results(seeing(observation))[0]?.holdMs).toBe(15 * 60_000);
    expect(results(seeing(observation), setting({ for: '1h30m' }))[0]?.holdMs).toBe(90 * 60_000);
    expect(results(seeing(observation), setting({ for: '0s' }))[0]?.holdMs).toBe(0);
  });

  it('give a time that is none: a problem with its path, and the check keeps its own', () => {
    const { checks, problems } = configureChecks([seeing()], [setting({ for: '15 minutes' })]);
    expect(problems).toEqual([{ path: 'spec.checks.settings[0].for', message: 'must be a duration such as 90s, 15m or 8h30m' }]);
    expect(checks[0]?.holdMs).toBe(15 * 60_000);
  });

  it('for one check leave the others as they are', () => {
    const { checks } = configureChecks(
      [seeing(), checkOf('another', () => ({ observations: [] }))],
      [setting({ for: '2m', severity: 'critical' })],
    );
    expect(checks.map(({ check, holdMs, severity }) => [check.id, holdMs, severity])).toEqual([
      ['sees-things', 120_000, 'critical'],
      ['another', 900_000, undefined],
    ]);
  });
});

describe('a check', () => {
  it('that lacks what it needs is unknown, whatever it would have said', () => {
    const message = 'the operator may not list and watch nodes: nodes is forbidden';
    const { checks } = configureChecks([seeing(observation)], []);
    const result = runCheck(checks[0]!, clusterOf({ knowledge: { nodes: { state: 'NotPermitted', message } } }), now, createAgreement());
    expect(result).toMatchObject({ unknown: message, observations: [] });
  });

  it('of an API that is not installed does not apply', () => {
    const message = 'the cluster does not serve nodes';
    const { checks } = configureChecks([seeing(observation)], []);
    const result = runCheck(checks[0]!, clusterOf({ knowledge: { nodes: { state: 'NotInstalled', message } } }), now, createAgreement());
    expect(result).toMatchObject({ notApplicable: message, observations: [] });
    expect(result.unknown).toBeUndefined();
  });

  it('that can judge only in part gives both what it sees and what it does not know', () => {
    const partly = checkOf('partly', () => ({ observations: [observation], unknown: 'Half of it is not known.' }));
    expect(results(partly)[0]).toMatchObject({ observations: [{ object: 'Node/b' }], unknown: 'Half of it is not known.' });
  });

  it('says at most 1,024 characters about an object', () => {
    expect(results(seeing({ ...observation, message: 'x'.repeat(5000) }))[0]?.observations[0]?.message).toHaveLength(1024);
  });

  it('is told how long the coverage wants states to hold, and the time', () => {
    const seen: unknown[] = [];
    const check = defineCheck({
      ...seeing(),
      parameters: noParameters,
      evaluate: ({ holdMs, now: time, view: cluster }) => {
        seen.push(holdMs, time.toString(), cluster.count('nodes'));
        return { observations: [] };
      },
    });
    results(check, setting({ for: '2m' }));
    expect(seen).toEqual([120_000, minutesAgo(0), 2]);
  });
});
