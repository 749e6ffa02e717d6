import { application, appProject, window } from '../../../test/fixtures/argocd.ts';
import { clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { permissionOver } from './sync-windows.ts';

/** What the windows of a project say of an application, at noon in UTC. */
function permission(windows: readonly object[], spec: object = {}, name = 'shop') {
  const view = clusterOf({ applications: [application(name, { spec })], appprojects: [appProject('default', windows)] });
  return permissionOver(view.get('appprojects', 'argocd/default')!.windows, view.get('applications', `argocd/${name}`)!, now, now);
}

const shut = (other: object) => permission([window('deny', 10, { applications: undefined, ...other })]);

it('without a window, or one that concerns it, an application is synced at any time', () => {
  expect(permission([])).toBe('Allowed');
  expect(shut({})).toBe('Allowed');
  expect(shut({ applications: ['web-*'] })).toBe('Allowed');
});

it.each([
  ['its name', { applications: ['web', 's*p'] }],
  ['the namespace that it goes to', { namespaces: ['shop'] }],
  ['the server that it goes to', { clusters: ['https://kubernetes.*'] }],
  ['one of several', { applications: ['web'], namespaces: ['shop'] }],
  ['all of several', { applications: ['shop'], namespaces: ['sh*'], clusters: ['*'], andOperator: true }],
])('a window concerns an application by %s', (_, selected) => {
  expect(shut(selected)).toBe('Denied');
});

it('a window that wants all of several does not concern one that has some', () => {
  expect(shut({ applications: ['shop'], namespaces: ['web'], andOperator: true })).toBe('Allowed');
  expect(shut({ andOperator: true })).toBe('Allowed');
});

it('a cluster may be named, and an application that names none is in none', () => {
  const windows = [window('deny', 10, { applications: undefined, clusters: ['prod-*'] })];
  expect(permission(windows, { destination: { name: 'prod-eu', namespace: 'shop' } })).toBe('Denied');
  expect(permission([window('deny', 10, { applications: undefined, clusters: ['*'] })], { destination: { namespace: 'shop' } })).toBe(
    'Allowed',
  );
  expect(permission([window('deny', 10, { applications: undefined, namespaces: ['*'] })], { destination: {} })).toBe('Denied');
});

it('a deny window wins over an allow window, and one open allow window is enough', () => {
  expect(permission([window('allow', 10), window('deny', 10)])).toBe('Denied');
  expect(permission([window('allow', 10), window('allow', 600)])).toBe('Allowed');
  expect(permission([window('allow', 600)])).toBe('Denied');
});

it('a window is open from its first minute and shut after its last', () => {
  expect([1, 0, -1].map((ago) => permission([window('deny', ago)]))).toEqual(['Denied', 'Denied', 'Allowed']);
  expect([59, 60].map((ago) => permission([window('deny', ago)]))).toEqual(['Denied', 'Allowed']);
});

it('a window opens in its time zone', () => {
  const at = (schedule: string, timeZone?: string) => permission([window('deny', 0, { schedule, timeZone })]);
  // Noon in UTC is 13:00 in Amsterdam in November, and 21:00 in Tokyo.
  expect(at('30 12 * * *', 'Europe/Amsterdam')).toBe('Denied');
  expect(at('30 12 * * *')).toBe('Allowed');
  expect(at('0 21 * * *', 'Asia/Tokyo')).toBe('Denied');
});

it('a window may last for days, on days of the week', () => {
  // The day is a Monday.
  expect(permission([window('deny', 0, { schedule: '0 18 * * 5', duration: '72h' })])).toBe('Denied');
  expect(permission([window('deny', 0, { schedule: '0 18 * * FRI', duration: '60h' })])).toBe('Allowed');
});

it('a deny window that is open counts beside one that cannot be read, and an open allow window does not', () => {
  const unreadable = window('deny', 0, { schedule: 'never' });
  expect(permission([unreadable, window('deny', 10)])).toBe('Denied');
  expect(permission([unreadable, window('allow', 10)])).toBe('Unreadable');
});

it('a window that cannot be read and does not concern it is of no matter', () => {
  expect(permission([window('deny', 0, { schedule: 'never', applications: ['web'] })])).toBe('Allowed');
});
