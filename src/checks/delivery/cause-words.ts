import type { Cause } from '../../api/v1alpha1/fields.ts';

/** What is said of a failed delivery by its cause. Of Unknown the reason that the tool gives is said. */
export const causeWords: Readonly<Record<Exclude<Cause, 'Unknown'>, string>> = {
  CredentialsMissing: 'credentials that it needs are not there',
  CredentialsRejected: 'its credentials are refused',
  NotFound: 'what it names is not there',
  RateLimited: 'it was asked too often',
  NetworkUnreachable: 'the other side cannot be reached',
  TLS: 'the certificate of the other side is not trusted, or the two cannot agree on TLS',
  VerificationFailed: 'a signature, digest or host key is not as it should be',
  InvalidManifest: 'what it is made from is not valid',
  AdmissionDenied: 'the cluster does not let it',
  QuotaExceeded: 'a quota is used up',
  Unschedulable: 'no node takes its pods',
  ImageMissing: 'an image is not there',
  CrashLoop: 'a container ends again and again',
  ProbeFailed: 'a container does not become ready',
  DeadlineExceeded: 'it took longer than it may',
  BuildFailed: 'a step of the build ended with an error',
  TestFailed: 'a test failed',
  RunnerUnavailable: 'there is nothing to run it',
  DependencyNotReady: 'it waits for something that is not ready',
};
