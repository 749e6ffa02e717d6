import { errorFromResponse, errorFromStatus, errorFromTransport, isKubeError, KubeError } from './errors.ts';

const status = (fields: object) => JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...fields });

describe('the error for an HTTP answer', () => {
  it.each([
    [302, 'Invalid'],
    [400, 'Invalid'],
    [401, 'Forbidden'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [405, 'Invalid'],
    [408, 'Transient'],
    [409, 'Conflict'],
    [410, 'Gone'],
    [422, 'Invalid'],
    [429, 'Transient'],
    [500, 'Transient'],
    [503, 'Transient'],
    [504, 'Transient'],
  ] as const)('tells the caller of a %i to treat it as %s', (code, kind) => {
    expect(errorFromResponse(code, '')).toMatchObject({ code, kind });
  });

  it('keeps the server’s own words and reason', () => {
    const error = errorFromResponse(409, status({ message: 'leases "a" already exists', reason: 'AlreadyExists' }));
    expect(error).toMatchObject({ name: 'KubeError', kind: 'Conflict', message: 'leases "a" already exists', reason: 'AlreadyExists' });
  });

  it.each([
    ['upstream connect error\n', 'upstream connect error'],
    ['', 'HTTP 502'],
    ['null', 'null'],
    ['{"error":"no route"}', '{"error":"no route"}'],
    ['{"message":{"text":"no route"}}', '{"message":{"text":"no route"}}'],
    ['{"message":5,"reason":7}', '{"message":5,"reason":7}'],
  ])('shows what a proxy said instead of a Status: %j', (body, message) => {
    expect(errorFromResponse(502, body)).toMatchObject({ message, reason: '', kind: 'Transient' });
  });

  it('cuts a message at 2,048 characters', () => {
    expect(errorFromResponse(500, status({ message: 'x'.repeat(3000) })).message).toBe('x'.repeat(2048));
    expect(errorFromResponse(500, 'y'.repeat(3000)).message).toBe('y'.repeat(2048));
  });

  it.each([
    ['5', '', 5000],
    ['0', '', 0],
    ['3600', '', 60_000],
    ['2592000', '', 60_000],
    [undefined, status({ details: { retryAfterSeconds: 3600 } }), 60_000],
    [undefined, status({ details: { retryAfterSeconds: 3 } }), 3000],
    ['7', status({ details: { retryAfterSeconds: 3 } }), 7000],
    [undefined, '', undefined],
    ['-1', '', undefined],
    ['soon', '', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', '', undefined],
  ])('with Retry-After %j and body %j asks to wait %p ms', (header, body, expected) => {
    expect(errorFromResponse(429, body, header).retryAfterMs).toBe(expected);
  });
});

describe('the error for an ERROR event of a watch', () => {
  it('keeps code, words, reason and the wait that the server asks for', () => {
    expect(errorFromStatus({ code: 410, message: 'too old resource version: 5 (9)', reason: 'Expired' })).toMatchObject({
      ...{ kind: 'Gone', code: 410, message: 'too old resource version: 5 (9)', reason: 'Expired', retryAfterMs: undefined },
    });
    expect(errorFromStatus({ code: 429, message: 'slow down', details: { retryAfterSeconds: 2 } })).toMatchObject({
      ...{ kind: 'Transient', retryAfterMs: 2000 },
    });
  });

  it('may be tried again where the event says nothing at all', () => {
    expect(errorFromStatus({})).toMatchObject({ kind: 'Transient', code: 500, message: 'watch error' });
  });
});

describe('the error for a request without an answer', () => {
  it('names the socket’s error code, also where it is the cause of another error', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6443'), { code: 'ECONNREFUSED' });
    for (const error of [refused, new Error('fetch failed', { cause: refused })])
      expect(errorFromTransport(error)).toMatchObject({
        ...{ kind: 'Transient', code: 0, reason: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:6443', cause: error },
      });
  });

  it('says TimeoutError and AbortError for a deadline and for a caller that gave up', () => {
    expect(errorFromTransport(new DOMException('took too long', 'TimeoutError'))).toMatchObject({ reason: 'TimeoutError' });
    expect(errorFromTransport(AbortSignal.abort().reason)).toMatchObject({ kind: 'Transient', reason: 'AbortError' });
  });

  it('leaves an error alone that says already what to do, such as the reason of an abort', () => {
    const silence = new KubeError('Transient', 'nothing was heard', { reason: 'Silence' });
    expect(errorFromTransport(silence)).toBe(silence);
  });

  it('takes anything thrown', () => {
    expect(errorFromTransport('broken')).toMatchObject({ kind: 'Transient', message: 'broken' });
  });
});

it('recognises errors by kind', () => {
  const gone = new KubeError('Gone', 'expired');
  expect(isKubeError(gone)).toBe(true);
  expect(isKubeError(gone, 'Conflict', 'Gone')).toBe(true);
  expect(isKubeError(gone, 'Conflict')).toBe(false);
  expect(isKubeError(new Error('expired'))).toBe(false);
});
