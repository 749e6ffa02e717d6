import * as z from 'zod';

/** A rule that the API server evaluates (CEL). `message` says what to write instead. */
export interface Rule {
  rule: string;
  message: string;
}

/** Carried into the CRD as it is; see tools/generate-crds.ts. */
export function rules(...list: Rule[]): Record<string, unknown> {
  return { 'x-kubernetes-validations': list };
}

/** A list whose entries are known by one field: the API server merges by it and refuses two of the same. */
export function keyedBy(key: string): Record<string, unknown> {
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] };
}

/** A list that is replaced as a whole. */
export const atomic = { 'x-kubernetes-list-type': 'atomic' };

export const severities = ['critical', 'warning', 'info'] as const;
export const severity = z.enum(severities);
export type Severity = z.infer<typeof severity>;

export const tiers = ['Level1', 'Level2', 'Level3'] as const;
export const tier = z.enum(tiers);
export type Tier = z.infer<typeof tier>;

/** Where on the way from source to running software a delivery is broken. docs/delivery.md explains each; a test compares. */
export const stages = ['Source', 'Authentication', 'Artifact', 'Build', 'Queue', 'Deploy', 'Verify', 'Unknown'] as const;
export const stage = z.enum(stages);
export type Stage = z.infer<typeof stage>;

/** By what it is broken. */
export const causes = [
  'CredentialsMissing',
  'CredentialsRejected',
  'NotFound',
  'RateLimited',
  'NetworkUnreachable',
  'TLS',
  'VerificationFailed',
  'InvalidManifest',
  'AdmissionDenied',
  'QuotaExceeded',
  'Unschedulable',
  'ImageMissing',
  'CrashLoop',
  'ProbeFailed',
  'DeadlineExceeded',
  'BuildFailed',
  'TestFailed',
  'RunnerUnavailable',
  'DependencyNotReady',
  'Unknown',
] as const;
export const cause = z.enum(causes);
export type Cause = z.infer<typeof cause>;

/** RFC 3339, UTC. */
export const time = z.string().max(64).meta({ format: 'date-time' });
/** A calendar day, `2027-03-31`; it ends at midnight UTC. */
export const date = z.string().max(10).meta({ format: 'date' });
/** A DNS label: lower case letters, digits and `-`, at most 63. */
export const label = z
  .string()
  .min(1)
  .max(63)
  .meta(
    rules({
      rule: "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
      message: "use lower case letters, digits and '-', beginning and ending with a letter or digit, for example prod-eu",
    }),
  );
/** The name of an object: DNS labels joined by dots, at most 253. */
export const objectName = z
  .string()
  .min(1)
  .max(253)
  .meta(
    rules({
      rule: "self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",
      message: "use the name of an object: lower case letters, digits, '-' and '.'",
    }),
  );
/** A Kubernetes duration: `90s`, `15m`, `8h30m`. */
export const duration = z
  .string()
  .min(2)
  .max(32)
  .meta(rules({ rule: "self.matches('^([0-9]+(ms|s|m|h))+$')", message: 'write a duration such as 90s, 15m or 8h30m' }));
export const count = z.int().min(0);

export const condition = z.object({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: z.int().min(0).optional(),
  lastTransitionTime: time,
  reason: z.string().min(1).max(1024),
  message: z.string().max(32768),
});
export type Condition = z.infer<typeof condition>;

export const metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  deletionTimestamp: z.string().optional(),
});
