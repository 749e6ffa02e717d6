/**
 * What a caller can do about a failed request. `Transient` may be tried again as it is; `Conflict` after reading again (AlreadyExists is
 * one too); `NotFound`, `Forbidden` and `Invalid` only after somebody changes something; `Gone` after listing again (410, an expired
 * resourceVersion or continue token).
 */
export type KubeErrorKind = 'Transient' | 'Conflict' | 'NotFound' | 'Forbidden' | 'Gone' | 'Invalid';

/** The part of a Kubernetes `Status` object that explains a refusal. */
export interface StatusBody {
  kind?: string;
  message?: string;
  reason?: string;
  code?: number;
  details?: { retryAfterSeconds?: number };
}

export class KubeError extends Error {
  readonly kind: KubeErrorKind;
  /** HTTP status; 0 where no answer came. */
  readonly code: number;
  /** The API server's own reason (`AlreadyExists`, `Expired`, …), or the socket's error code (`ECONNREFUSED`). */
  readonly reason: string;
  /** How long the server asked us to wait, in milliseconds; a minute at most. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: KubeErrorKind,
    message: string,
    details: { code?: number; reason?: string; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'KubeError';
    this.kind = kind;
    this.code = details.code ?? 0;
    this.reason = details.reason ?? '';
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** 401 counts as Forbidden once the credentials were read again: somebody must change something. 408, 429 and 5xx pass by themselves. */
function kindOf(code: number): KubeErrorKind {
  if (code === 401 || code === 403) return 'Forbidden';
  if (code === 404) return 'NotFound';
  if (code === 409) return 'Conflict';
  if (code === 410) return 'Gone';
  if (code === 408 || code === 429 || code >= 500) return 'Transient';
  return 'Invalid';
}

/** The error for an HTTP answer. `body` is the text as received, usually a Status object; its message is kept whole up to 2,048 characters. */
export function errorFromResponse(code: number, body: string, retryAfter?: string): KubeError {
  const status = parseStatus(body);
  return new KubeError(kindOf(code), (status.message ?? (body.trim() || `HTTP ${code}`)).slice(0, 2048), {
    code,
    reason: status.reason ?? '',
    ...retryAfterOf(retryAfter ?? status.details?.retryAfterSeconds),
  });
}

/** The error for an ERROR event in a watch: the event's object is a Status. */
export function errorFromStatus(status: StatusBody): KubeError {
  const code = status.code ?? 500;
  return new KubeError(kindOf(code), status.message ?? 'watch error', {
    code,
    reason: status.reason ?? '',
    ...retryAfterOf(status.details?.retryAfterSeconds),
  });
}

/** The error for a request that got no (whole) answer: refused, reset, timed out, or given up for a reason that is a KubeError itself. */
export function errorFromTransport(cause: unknown): KubeError {
  if (cause instanceof KubeError) return cause;
  const error = Error.isError(cause) ? cause : new Error(String(cause));
  const inner = Error.isError(error.cause) ? error.cause : error;
  // A DOMException's code is a number that nobody knows (23); its name says what it is (TimeoutError).
  const { code } = inner as { code?: unknown };
  const reason = typeof code === 'string' ? code : inner.name;
  return new KubeError('Transient', inner.message || reason, { reason, cause });
}

/** True for a KubeError of one of the kinds given. */
export function isKubeError(error: unknown, ...kinds: KubeErrorKind[]): error is KubeError {
  return error instanceof KubeError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** kube-apiserver asks for 32 s at most. What stands before it may ask for an hour of maintenance, and be well again in a minute. */
const maxRetryAfterMs = 60_000;

function retryAfterOf(value: string | number | undefined): { retryAfterMs?: number } {
  const seconds = Number(value ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: Math.min(seconds * 1000, maxRetryAfterMs) } : {};
}

/** A proxy in between may answer with anything; only what has a Status's types counts. */
function parseStatus(body: string): StatusBody {
  try {
    const { message, reason, details } = JSON.parse(body) as { [Field in keyof StatusBody]: unknown };
    const seconds = (details as StatusBody['details'] | null | undefined)?.retryAfterSeconds;
    return {
      ...(typeof message === 'string' ? { message } : {}),
      ...(typeof reason === 'string' ? { reason } : {}),
      ...(typeof seconds === 'number' ? { details: { retryAfterSeconds: seconds } } : {}),
    };
  } catch {
    return {};
  }
}
