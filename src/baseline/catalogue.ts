import type { Fact } from './fact.ts';
import { clusterAdmins } from './facts/cluster-admins.ts';
import { clusterVersion } from './facts/cluster-version.ts';
import { nodePools } from './facts/node-pools.ts';
import { storageClasses } from './facts/storage-classes.ts';

/** Every fact of a baseline. A new fact is its file, its test and its line here. */
export const facts: readonly Fact[] = [clusterVersion, nodePools, storageClasses, clusterAdmins];
