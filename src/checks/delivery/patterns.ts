import type { Pattern } from './pattern.ts';
import { applyPatterns } from './patterns-apply.ts';
import { argocdPatterns } from './patterns-argocd.ts';
import { fluxPatterns } from './patterns-flux.ts';
import { imagePatterns } from './patterns-images.ts';
import { networkPatterns } from './patterns-network.ts';
import { sourcePatterns } from './patterns-sources.ts';

/** In the order in which they are tried: what says most comes first, and what any tool may say comes last. */
export const patterns: readonly Pattern[] = [
  ...imagePatterns,
  ...sourcePatterns,
  ...fluxPatterns,
  ...argocdPatterns,
  ...applyPatterns,
  ...networkPatterns,
];
