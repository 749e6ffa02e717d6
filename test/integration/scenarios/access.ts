import { certificates } from './certificates.ts';
import { rbac } from './rbac.ts';
import type { Scenario } from './scenario.ts';
import { serviceAccounts } from './service-accounts.ts';

export const access: readonly Scenario[] = [...rbac, ...serviceAccounts, ...certificates];
