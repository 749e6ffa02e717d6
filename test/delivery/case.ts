import type { Cause, Stage } from '../../src/api/v1alpha1/fields.ts';
import type { Manifest } from '../controlplane/cluster-handle.ts';
import type { Files, GitServer } from './git-server.ts';

/** What is where, for the objects that a case makes. */
export interface Place {
  git: GitServer;
  /** The repository that Kustomizations are made from, which the GitRepository `apps` fetches every two seconds. */
  url: string;
}

/** One way in which delivery breaks: what is made, and what comes of it. */
export interface Case {
  /** Completes "finds …", and begins the row of the table. */
  title: string;
  /** `Kind/name`, of the namespace of all. */
  object: string;
  check: 'flux-source' | 'flux-kustomization';
  /** Files of the repository `apps` while it is broken. */
  files?: Files;
  arrange(place: Place): readonly Manifest[];
  /** The reason that the controller gives, in Ready or what stands beside it. */
  says: string;
  stage: Stage;
  cause: Cause;
  /** What the message has to name besides the object: where to look. */
  names: RegExp;
  /** Files of the repository `apps` once it is mended; those of the fault are gone then. */
  mendedFiles?: Files;
  mend?(place: Place): Promise<readonly Manifest[]>;
}

/** What looks like a fault and is none, or is told of by something else. */
export interface LookAlike {
  title: string;
  object: string;
  files?: Files;
  arrange(place: Place): readonly Manifest[];
  /** What its controller has written by then: the status of a condition, or that there is none. */
  shows: { type: string; status?: 'True' | 'False' | 'Unknown' };
  /** A spec that is merged in once it shows that, such as a suspension. */
  thenPatch?: object;
}
