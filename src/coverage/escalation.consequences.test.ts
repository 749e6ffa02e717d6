import { createDesk, finding, line, step } from '../../test/fixtures/escalation.ts';
import { summaryOf } from '../report/notifications/message.ts';
import { escalationStatus, openAlertsOf } from './cases.ts';

/** The 24th of November 2026. */
const at = (time: string) => `2026-11-24T${time}:00Z`;
const deskOf = () => createDesk({ steps: [step('desk', '0s'), step('lead', '4h')], firstPassAt: '2026-11-23T10:00:00Z' });
const place = { coverage: { name: 'production', namespace: 'support', uid: 'u' }, cluster: 'local', party: 'Support' } as const;

function outage() {
  const desk = deskOf();
  desk.open(
    finding('a', at('10:00')),
    finding('b', at('10:00'), { rootCause: 'a' }),
    finding('c', at('10:00'), { rootCause: 'a', severity: 'critical' }),
    finding('d', at('10:00'), { rootCause: 'a', severity: 'info' }),
  );
  return desk;
}

it('a cause is told with how many consequences it has, and they are not told on their own, however long they are open', () => {
  const desk = outage();
  const [message] = desk.at(at('10:00'));
  expect(line(message!)).toBe('desk Findings; opened 1: a(desk@0s)');
  expect(message!.opened[0]).toMatchObject({ message: 'Node a is not ready.', consequences: 2 });
  expect(summaryOf({ ...message!, ...place })).toBe(
    'production/local: 1 finding opened; warning node-not-ready Node/a: Node a is not ready. and 2 consequences',
  );
  desk.deliver();
  expect(desk.at(at('14:00')).map(line)).toEqual(['lead Findings; opened 1: a(lead@4h)']);
  const { findings } = desk.state;
  expect(openAlertsOf('desk', findings, []).map(({ subject }) => subject.id)).toEqual(['a']);
  expect(escalationStatus(findings, [], desk.path)).toEqual({ open: 1, acknowledged: 0, highestStep: 2 });
});

it('a consequence that outlives its cause is told as open since it opened', () => {
  const desk = outage();
  desk.at(at('10:00'));
  desk.deliver();
  desk.resolve('a', 'c', 'd');
  desk.change('b', { rootCause: undefined });
  expect(desk.at(at('14:30')).map(line).sort()).toEqual([
    'desk Findings; opened 1: b(desk@0s); resolved 1: a(desk@0s)',
    'lead Findings; opened 1: b(lead@4h)',
  ]);
});

it('when all are over, the end of the cause alone is told', () => {
  const desk = outage();
  desk.at(at('10:00'));
  desk.deliver();
  desk.resolve('a', 'b', 'c', 'd');
  expect(desk.at(at('11:00')).map(line)).toEqual(['desk Findings; resolved 1: a(desk@0s)']);
});

it('what was told before it became a consequence stays told, goes no further, and is told as over', () => {
  const desk = deskOf();
  desk.open(finding('b', at('10:00')));
  desk.at(at('10:00'));
  desk.deliver();
  desk.open(finding('a', at('10:30')));
  desk.change('b', { rootCause: 'a' });
  desk.at(at('10:30'));
  desk.deliver();
  expect(openAlertsOf('desk', desk.state.findings, []).map(({ subject }) => subject.id)).toEqual(['b', 'a']);
  expect(desk.at(at('14:00'))).toEqual([]);
  desk.resolve('b');
  expect(desk.at(at('14:10')).map(line)).toEqual(['desk Findings; resolved 1: b(desk@0s)']);
});
