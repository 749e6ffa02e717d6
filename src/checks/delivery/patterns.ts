import type { Pattern } from './pattern.ts';
import { admissionPatterns } from './patterns-admission.ts';
import { applyPatterns } from './patterns-apply.ts';
import { argocdPatterns } from './patterns-argocd.ts';
import { artifactPatterns } from './patterns-artifacts.ts';
import { fluxPatterns } from './patterns-flux.ts';
import { imagePatterns } from './patterns-images.ts';
import { networkPatterns } from './patterns-network.ts';
import { podPatterns } from './patterns-pods.ts';
import { renderingPatterns } from './patterns-rendering.ts';
import { runPatterns } from './patterns-runs.ts';
import { sourcePatterns } from './patterns-sources.ts';

/** In the order in which they are tried: what says most comes first, and what any tool may say comes last. */
export const patterns: readonly Pattern[] = [
  ...renderingPatterns,
  ...podPatterns,
  ...artifactPatterns,
  ...imagePatterns,
  ...sourcePatterns,
  ...fluxPatterns,
  ...argocdPatterns,
  ...admissionPatterns,
  ...applyPatterns,
  ...runPatterns,
  ...networkPatterns,
];
