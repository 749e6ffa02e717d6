import { Writable } from 'node:stream';
import { createLogger, type LogLevel, silentLogger } from './logger.ts';

function setup(level: LogLevel = 'info') {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger: createLogger(level, stream), lines, entries };
}

it('writes an entry as one line of JSON: time, level, message, then the fields', () => {
  const { logger, lines, entries } = setup();
  logger.info('started', { port: 8080, namespace: 'ops', leader: false, unknown: undefined });
  expect(lines).toEqual([expect.stringMatching(/^\{.*\}\n$/)]);
  const { time, ...rest } = entries()[0]!;
  expect(rest).toEqual({ level: 'info', message: 'started', port: 8080, namespace: 'ops', leader: false });
  expect(Object.keys(entries()[0]!)).toEqual(['time', 'level', 'message', 'port', 'namespace', 'leader']);
  expect(Math.abs(Temporal.Instant.from(String(time)).epochMilliseconds - Date.now())).toBeLessThan(60_000);
});

it('writes message and fields as they are, whatever they hold', () => {
  const { logger, entries } = setup();
  logger.info('at 90%s of %d', { message: 'mine', level: 'high', share: 0.9 });
  expect(entries()[0]).toMatchObject({ level: 'info', message: 'at 90%s of %d', share: 0.9 });
});

it('keeps a text with line ends on one line', () => {
  const { logger, lines } = setup();
  logger.warn('refused', { reason: 'first\nsecond' });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.indexOf('\n')).toBe(lines[0]!.length - 1);
});

it('writes nothing below its level', () => {
  const { logger, entries } = setup('warn');
  logger.debug('a');
  logger.info('b');
  logger.warn('c');
  logger.error('d');
  expect(entries().map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'c'],
    ['error', 'd'],
  ]);
});

it('takes a new level at once, for the loggers made from it as well', () => {
  const { logger, entries } = setup('info');
  const derived = logger.with({ controller: 'coverage' });
  derived.debug('before');
  logger.setLevel('debug');
  derived.debug('after');
  logger.setLevel('error');
  derived.warn('too much');
  expect(entries().map(({ message }) => message)).toEqual(['after']);
  expect(logger.level()).toBe('error');
});

it('adds the fields of each logger that it was made from, the nearest last', () => {
  const { logger, entries } = setup();
  logger.with({ controller: 'coverage', object: 'a' }).with({ object: 'b' }).info('done', { took: 3 });
  logger.info('plain');
  expect(entries()[0]).toMatchObject({ controller: 'coverage', object: 'b', took: 3 });
  expect(Object.keys(entries()[1]!)).toEqual(['time', 'level', 'message']);
});

it('keeps an error’s message, and its stack only at debug', () => {
  const { logger, entries } = setup('info');
  const error = new TypeError('no such field');
  logger.error('reconcile failed', { object: 'a' }, error);
  logger.setLevel('debug');
  logger.warn('reconcile failed', {}, error);
  expect(entries()[0]).toMatchObject({ message: 'reconcile failed', object: 'a', error: 'no such field' });
  expect(entries()[0]).not.toHaveProperty('stack');
  expect(entries()[1]).toMatchObject({ error: 'no such field', stack: expect.stringContaining('TypeError: no such field\n') });
});

it('keeps what was thrown without being an error', () => {
  const { logger, entries } = setup();
  logger.error('failed', {}, 'just text');
  logger.error('failed', {}, null);
  expect(entries().map(({ error }) => error)).toEqual(['just text', 'null']);
});

it('can be silent, with everything made from it', () => {
  expect(() => silentLogger.with({ controller: 'a' }).error('failed', {}, new Error('x'))).not.toThrow();
});
