import winston from 'winston';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Fields that say where a line belongs; values that are not constant go here, never into the message. */
export type LogFields = Record<string, string | number | boolean | undefined>;

/** Static messages with fields beside them. An error's message is kept; its stack only at debug. Never pass an object of the cluster or a secret. */
export interface Logger {
  error(message: string, fields?: LogFields, error?: unknown): void;
  warn(message: string, fields?: LogFields, error?: unknown): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  with(fields: LogFields): Logger;
}

export interface RootLogger extends Logger {
  level(): LogLevel;
  /** Takes effect at once, for every logger derived from this one. */
  setLevel(level: LogLevel): void;
}

/** JSON lines on standard error, one an entry: `time`, `level`, `message`, then the fields. */
export function createLogger(level: LogLevel, stream: NodeJS.WritableStream = process.stderr): RootLogger {
  const sink = winston.createLogger({
    level,
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    // Fields in the order given, not sorted by name: people read these lines too.
    format: winston.format.json({ deterministic: false }),
    transports: [new winston.transports.Stream({ stream })],
  });
  return {
    ...derive(sink, {}),
    level: () => sink.level as LogLevel,
    setLevel: (next) => {
      sink.level = next;
    },
  };
}

/** A logger that keeps nothing, for tests that do not look at logs. */
export const silentLogger: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, with: () => silentLogger };

function derive(sink: winston.Logger, base: LogFields): Logger {
  const write = (level: LogLevel, message: string, fields?: LogFields, error?: unknown) => {
    if (!sink.isLevelEnabled(level)) return;
    const entry = { time: Temporal.Now.instant().toString({ smallestUnit: 'millisecond' }), level, message };
    // As one object: beside a message with a % in it winston would take the fields for arguments of a format.
    sink.log({ ...entry, ...base, ...fields, ...describe(error, sink.isLevelEnabled('debug')), ...entry });
  };
  return {
    error: (message, fields, error) => write('error', message, fields, error),
    warn: (message, fields, error) => write('warn', message, fields, error),
    info: (message, fields) => write('info', message, fields),
    debug: (message, fields) => write('debug', message, fields),
    with: (fields) => derive(sink, { ...base, ...fields }),
  };
}

function describe(error: unknown, withStack: boolean): LogFields {
  if (error === undefined) return {};
  if (!(error instanceof Error)) return { error: String(error) };
  return { error: error.message, ...(withStack ? { stack: error.stack } : {}) };
}
