import fc from 'fast-check';
import { causes, stages } from '../../api/v1alpha1/fields.ts';
import { classify } from './classify.ts';
import { patterns } from './patterns.ts';

const samples = patterns.flatMap(({ id, samples: own }) => own.map((sample, index) => ({ id, index, sample })));

it.each(samples)('$id knows the message that $sample.source writes ($index)', ({ id, sample }) => {
  const { pattern, subject } = classify({ text: sample.text });
  expect({ pattern, subject }).toEqual({ pattern: id, subject: sample.subject });
});

it.each(patterns)(
  '$id is a row of its own whose pieces are found whatever their case',
  ({ id, all, any = [], none = [], samples: own }) => {
    expect(patterns.filter((pattern) => pattern.id === id)).toHaveLength(1);
    expect(all.length + any.length).toBeGreaterThan(0);
    for (const piece of [...all, ...any, ...none]) expect(piece).toBe(piece.toLowerCase());
    for (const { text } of own) expect(classify({ text: text.toUpperCase() }).pattern).toBe(id);
  },
);

it.each(patterns)('the cause of $id is known, and its stage where its text says where', ({ cause, stage, samples: own }) => {
  expect(cause).not.toBe('Unknown');
  for (const { text } of own) expect(stages).toContain(stage ?? classify({ text, kind: 'GitRepository' }).stage);
});

describe('what decides', () => {
  const text = 'dial tcp 192.0.2.1:443: connect: connection refused';

  it('is the message before the reason', () => {
    expect(classify({ text: 'Failed to pull image "a": manifest unknown', reason: 'ErrImagePull' })).toMatchObject({
      stage: 'Artifact',
      cause: 'ImageMissing',
    });
    expect(classify({ text: 'exceeded quota: team, used', reason: 'ProgressDeadlineExceeded' })).toMatchObject({ cause: 'QuotaExceeded' });
  });

  it('is the reason where the message says nothing', () => {
    expect(classify({ text: 'Back-off pulling image "a"', reason: 'ImagePullBackOff' })).toEqual({ stage: 'Artifact', cause: 'Unknown' });
    expect(classify({ text: '', reason: 'InvalidImageName' })).toEqual({ stage: 'Deploy', cause: 'InvalidManifest' });
  });

  it('is the kind, of the stage, where neither does', () => {
    expect(classify({ text: 'kaputt', kind: 'GitRepository' })).toEqual({ stage: 'Source', cause: 'Unknown' });
    expect(classify({ text, kind: 'GitRepository' })).toMatchObject({ stage: 'Source', cause: 'NetworkUnreachable' });
    expect(classify({ text, kind: 'Kustomization', reason: 'HealthCheckFailed' }).stage).toBe('Verify');
  });

  it('is what was being done, where the same fault can be anywhere', () => {
    expect(classify({ text: `unable to clone 'https://git.example.com/a': ${text}`, kind: 'Kustomization' }).stage).toBe('Source');
    expect(classify({ text: `Failed to pull image "a": ${text}`, kind: 'Kustomization' }).stage).toBe('Artifact');
  });
});

describe('the stage', () => {
  it.each([
    [
      'is Authentication, whatever was being done, where credentials are refused',
      'Failed to pull image "a": denied: denied',
      'Kustomization',
      'Authentication',
    ],
    [
      'is Authentication where the account may not',
      'secrets is forbidden: User "a" cannot list resource "secrets"',
      'Application',
      'Authentication',
    ],
    [
      'is Verify for every signature, and not where it was refused',
      'admission webhook "a" denied the request: no signatures found',
      'Deployment',
      'Verify',
    ],
    [
      'is Source for the key of a Git host',
      "unable to clone 'ssh://a': ssh: handshake failed: knownhosts: key mismatch",
      'GitRepository',
      'Source',
    ],
    [
      'is Build for a remote base, though it is fetched',
      'kustomize build failed: accumulating resources: Get "https://a/manifests/b": i/o timeout',
      '',
      'Build',
    ],
    [
      'is Source for the index of a chart repository',
      'failed to fetch Helm repository index: Get "https://a/index.yaml": i/o timeout',
      '',
      'Source',
    ],
  ])('%s', (_, text, kind, stage) => {
    expect(classify({ text, kind }).stage).toBe(stage);
  });

  const refused = 'pods "a" is forbidden: exceeded quota: team, requested: pods=1';
  it.each(['Job', 'CIJob', 'TaskRun', 'PipelineRun', 'EphemeralRunner'])('is Queue where the pod of a %s cannot be made', (kind) => {
    expect(classify({ text: refused, kind })).toMatchObject({ stage: 'Queue', cause: 'QuotaExceeded' });
  });

  it('is Deploy where the pod is a part of what is deployed, or what is refused is no pod', () => {
    expect(classify({ text: refused, kind: 'Deployment' }).stage).toBe('Deploy');
    expect(classify({ text: 'Deployment.apps "a" is invalid: spec: Required value', kind: 'CIJob' }).stage).toBe('Deploy');
  });

  it('is Deploy for a Job of Kubernetes, and not known by the kind alone of a run of a pipeline, which has many', () => {
    expect(classify({ text: '', reason: 'BackoffLimitExceeded', kind: 'Job' })).toEqual({ stage: 'Deploy', cause: 'CrashLoop' });
    expect(classify({ text: 'kaputt', kind: 'CIJob' })).toEqual({ stage: 'Unknown', cause: 'Unknown' });
    expect(classify({ text: 'kaputt', kind: 'PipelineRun' }).stage).toBe('Unknown');
  });

  it('is not told of a Kustomization or an Application by its kind', () => {
    expect(classify({ text: 'kaputt', kind: 'Kustomization' }).stage).toBe('Unknown');
    expect(
      classify({ text: 'decryption failed for a: cannot get sops data key', kind: 'Kustomization', reason: 'BuildFailed' }).stage,
    ).toBe('Unknown');
  });
});

describe('a message that no row is about is Unknown, never a guess', () => {
  it.each([
    ['nothing', ''],
    ['another language', 'El servidor no responde: error desconocido'],
    ['a database that wants a password', 'NOAUTH Authentication required.'],
    ['a proxy that does', '407 Proxy Authentication Required'],
    ['a script', 'sh: 1: mke: not found'],
    ['spent retries', 'install retries exhausted'],
    [
      'a job that was stuck or took too long',
      'There has been a timeout failure or the job got stuck. Check your timeout limits or try again',
    ],
    ['another release that goes on', 'another operation is in progress'],
    ['the name of something that sounds like it', 'step "toomany" failed: exit code 1'],
  ])('%s', (_, text) => {
    expect(classify({ text })).toEqual({ stage: 'Unknown', cause: 'Unknown' });
  });

  it('a reason or kind that is the name of something else', () => {
    expect(classify({ text: '', reason: 'constructor', kind: 'toString' })).toEqual({ stage: 'Unknown', cause: 'Unknown' });
  });
});

it('whatever is said, the answer is one of the closed sets', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (text, reason, kind) => {
      const { stage, cause } = classify({ text, reason, kind });
      expect([stages.includes(stage), causes.includes(cause)]).toEqual([true, true]);
    }),
  );
});

it('no credential is ever named, whichever row it comes to', () => {
  const secret = fc.string({ unit: fc.constantFrom(...'abcdefghjkmnpqrstuvwxyz23456789'), minLength: 20, maxLength: 40 });
  fc.assert(
    fc.property(fc.constantFrom(...samples), secret, fc.boolean(), ({ sample }, password, asUser) => {
      const user = asUser ? password : `bot:${password}`;
      const text = sample.text.replaceAll(/(https?|ssh):\/\/(?:git@)?/g, `$1://${user}@`);
      expect(classify({ text }).subject ?? '').not.toContain(password);
    }),
    { numRuns: 2_000 },
  );
});

it('names no path that is another with each attempt', () => {
  const text = "failed to get secret 'tmp/kustomization-1234/key': not found";
  expect(classify({ text }).subject).toBeUndefined();
});

it('looks at the beginning of a message of any length, quickly', () => {
  const started = performance.now();
  const text = `Failed to pull image "a": manifest unknown ${'x509 lookup image "'.repeat(10_000)}`;
  expect(classify({ text }).cause).toBe('ImageMissing');
  for (let round = 0; round < 200; round += 1) classify({ text });
  expect(performance.now() - started).toBeLessThan(2_000);
});
