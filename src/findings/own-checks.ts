import { baselineAltered } from '../baseline/integrity.ts';
import type { CheckMetadata } from '../checks/check.ts';
import { defaultChangeBroke } from './default-change.ts';
import { exceptionExpired } from './exceptions.ts';

/** Checks that read what was agreed instead of the cluster. They run in every pass and cannot be switched off. */
export const ownChecks: readonly CheckMetadata[] = [baselineAltered, exceptionExpired, defaultChangeBroke];
