import type { Cause } from '../../api/v1alpha1/fields.ts';

/** What is said of a failed delivery by its cause. Of Unknown the reason that the tool gives is said. */
export const causeWords: Readonly<Record<Exclude<Cause, 'Unknown'>, string>> = {
  CredentialsMissing: 'credentials that it needs are not there',
  CredentialsRejected: 'its credentials are refused, or do not allow this',
  NotFound: 'what it names is not there',
  RateLimited: 'it was asked too often',
  NetworkUnreachable: 'the other side cannot be reached',
  TLS: 'the other side is not trusted by its certificate or host key, or the two cannot agree on TLS',
  VerificationFailed: 'a signature is absent or wrong',
  InvalidManifest: 'what it is made from is not valid',
  AdmissionDenied: 'the cluster does not let it',
  QuotaExceeded: 'a quota or limit of its namespace refuses it',
  Unschedulable: 'no node takes its pods',
  ImageMissing: 'an image is not there',
  CrashLoop: 'a container cannot start or ends again and again',
  ProbeFailed: 'a container does not become ready',
  DeadlineExceeded: 'it took longer than it may',
  BuildFailed: 'a step of the build ended with an error',
  TestFailed: 'a test failed',
  RunnerUnavailable: 'there is nothing to run it',
  DependencyNotReady: 'it waits for something that is not ready',
};
